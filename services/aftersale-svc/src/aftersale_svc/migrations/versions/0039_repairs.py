"""Repairs: what one costs, what was done, and what follows where it is not possible."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

STATES = ("in_repair", "quote_pending", "remedy_pending")
FAILURES = ("parts_unavailable", "beyond_repair", "not_economic", "fault_not_reproduced", "other")
REMEDIES = ("refund", "exchange")
OUTCOMES = ("repaired", "unrepaired", "exchanged")


def upgrade() -> None:
    allow_codes("cases", "type", "repair")
    allow_codes("cases", "reason", "paid_repair")
    allow_codes("cases", "state", *STATES)
    allow_codes("cases", "frozen_state", *STATES)
    allow_codes("refunds", "cause", "not_repairable")
    op.create_table(
        "repairs",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("quoted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("work", ARRAY(sa.Text()), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("remedy", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.CheckConstraint(_one_of("failure", FAILURES), name=op.f("repairs_failure_check")),
        sa.CheckConstraint(_one_of("remedy", REMEDIES), name=op.f("repairs_remedy_check")),
        sa.CheckConstraint(_one_of("outcome", OUTCOMES), name=op.f("repairs_outcome_check")),
        sa.CheckConstraint("(quoted_at IS NULL) = (days IS NULL)", name=op.f("repairs_quote_check")),
        sa.CheckConstraint("(failure IS NULL) = (remedy IS NULL)", name=op.f("repairs_failed_check")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("repairs_case_id_fkey")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("repairs_pkey")),
    )


def _one_of(column: str, codes: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(code) for code in codes)})"


def downgrade() -> None:
    op.drop_table("repairs")
    forbid_codes("refunds", "cause", "not_repairable", instead="no_replacement")
    forbid_codes("cases", "frozen_state", *STATES, instead="await_inspection")
    forbid_codes("cases", "state", *STATES, instead="await_inspection")
    forbid_codes("cases", "reason", "paid_repair", instead="warranty_repair")
    forbid_codes("cases", "type", "repair", instead="return_refund")
