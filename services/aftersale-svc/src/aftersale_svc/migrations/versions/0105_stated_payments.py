"""Buyers state what they have paid outside the suite; agents decide about what merchants deny."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0105"
down_revision = "0104"
branch_labels = None
depends_on = None

CHECKS = {
    "stated": "(stated_at IS NULL) = (stated_reference IS NULL)",
    "denied": "denied_at IS NULL OR stated_at IS NOT NULL",
}
CAUSES = (
    *("review_handed_over", "agent_late", "return_not_delivered", "refund_late", "refund_failed"),
    *("return_address_missing", "answer_late", "replacement_late", "replacement_not_delivered"),
    *("replacement_anomaly", "repair_late", "return_refused", "offline_refund_denied", "return_missing"),
    "return_arrived_late",
)
ADDED = "payment_denied"
NAME = "cases_reviewed_for_check"


def upgrade() -> None:
    op.add_column("charges", sa.Column("stated_at", sa.DateTime(timezone=True)))
    op.add_column("charges", sa.Column("stated_reference", sa.Text()))
    op.add_column("charges", sa.Column("stated_evidence", ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("charges", sa.Column("statements", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("charges", sa.Column("denied_at", sa.DateTime(timezone=True)))
    op.add_column("charges", sa.Column("denied_by_agent", sa.Boolean(), server_default=sa.false(), nullable=False))
    # No row has the columns yet, so the checks hold; they need not read the rows under the lock.
    for name, condition in CHECKS.items():
        op.execute(f"ALTER TABLE charges ADD CONSTRAINT charges_{name}_check CHECK ({condition}) NOT VALID")
        op.execute(f"ALTER TABLE charges VALIDATE CONSTRAINT charges_{name}_check")
    _causes((*CAUSES, ADDED))


def downgrade() -> None:
    op.execute("UPDATE cases SET reviewed_for = NULL WHERE reviewed_for = 'payment_denied'")
    _causes(CAUSES)
    for name in CHECKS:
        op.drop_constraint(op.f(f"charges_{name}_check"), "charges")
    for column in ("denied_by_agent", "denied_at", "statements", "stated_evidence", "stated_reference", "stated_at"):
        op.drop_column("charges", column)


def _causes(codes: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{code}'" for code in codes)
    op.drop_constraint(op.f(NAME), "cases")
    op.execute(f"ALTER TABLE cases ADD CONSTRAINT {NAME} CHECK (reviewed_for IN ({listed})) NOT VALID")
    op.execute(f"ALTER TABLE cases VALIDATE CONSTRAINT {NAME}")
