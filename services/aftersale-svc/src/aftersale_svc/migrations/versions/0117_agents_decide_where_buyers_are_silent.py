"""Agents decide about goods that were not sent back, money that nobody has confirmed, and late requests that nobody has inspected."""

from alembic import op

revision = "0117"
down_revision = "0116"
branch_labels = None
depends_on = None
# Earlier builds cannot read these causes.
compatible_with = "0117"

CAUSES = (
    *("review_handed_over", "agent_late", "return_not_delivered", "refund_late", "refund_failed"),
    *("return_address_missing", "answer_late", "replacement_late", "replacement_not_delivered"),
    *("replacement_anomaly", "repair_late", "return_refused", "offline_refund_denied", "return_missing"),
    *("return_arrived_late", "payment_denied"),
)
ADDED = ("inspection_late", "goods_not_returned", "offline_refund_unconfirmed")
NAME = "cases_reviewed_for_check"


def upgrade() -> None:
    _causes((*CAUSES, *ADDED))


def downgrade() -> None:
    listed = ", ".join(f"'{code}'" for code in ADDED)
    op.execute(f"UPDATE cases SET reviewed_for = NULL WHERE reviewed_for IN ({listed})")  # noqa: S608 - codes of this file
    _causes(CAUSES)


def _causes(codes: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{code}'" for code in codes)
    op.drop_constraint(op.f(NAME), "cases")
    op.execute(f"ALTER TABLE cases ADD CONSTRAINT {NAME} CHECK (reviewed_for IN ({listed})) NOT VALID")
    op.execute(f"ALTER TABLE cases VALIDATE CONSTRAINT {NAME}")
