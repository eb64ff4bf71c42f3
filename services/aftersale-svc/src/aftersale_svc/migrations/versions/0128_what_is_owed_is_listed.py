"""Indexes for the cases in which a return freight or a debt is still owed."""

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op

revision = "0128"
down_revision = "0127"
branch_labels = None
depends_on = None
_TO_PAY = "owed_at IS NOT NULL AND paid_at IS NULL"
_OWES = (
    "state = 'executed' AND final_at IS NOT NULL AND refunded_minor > COALESCE(amount_minor, 0) + settled_debt_minor"
)


def upgrade() -> None:
    indexes.create("return_freights_to_pay_idx", "return_freights", ["case_id"], postgresql_where=sa.text(_TO_PAY))
    indexes.create("disputes_debt_idx", "disputes", ["case_id"], postgresql_where=sa.text(_OWES))


def downgrade() -> None:
    op.drop_index("disputes_debt_idx", table_name="disputes")
    op.drop_index("return_freights_to_pay_idx", table_name="return_freights")
