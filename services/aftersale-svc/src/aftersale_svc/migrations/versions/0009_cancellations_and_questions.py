"""Two more types of cases: the cancellation of units that have not left, and questions; the version of the table of reasons."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TYPES = ("cancel_unshipped", "consult")
STATES = ("await_answer", "answered")


def upgrade() -> None:
    op.add_column("cases", sa.Column("reasons_version", sa.Integer(), nullable=True))
    allow_codes("cases", "type", *TYPES)
    allow_codes("cases", "state", *STATES)
    allow_codes("cases", "frozen_state", *STATES)
    allow_codes("cases", "close_cause", "units_shipped")


def downgrade() -> None:
    op.execute("UPDATE cases SET deadline_at = NULL, whose_turn = 'nobody' WHERE state IN ('await_answer', 'answered')")
    op.execute("UPDATE cases SET close_cause = 'closed_by_agent' WHERE state IN ('await_answer', 'answered')")
    forbid_codes("cases", "close_cause", "units_shipped", instead="closed_by_agent")
    forbid_codes("cases", "frozen_state", *STATES, instead="pending_review")
    forbid_codes("cases", "state", *STATES, instead="closed")
    forbid_codes("cases", "type", *TYPES, instead="refund_only")
    op.drop_column("cases", "reasons_version")
