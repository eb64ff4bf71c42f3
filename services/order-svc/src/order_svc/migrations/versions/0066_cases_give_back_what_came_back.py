"""Whether the case of a refund that came back decides how it is given back."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None
# A CHECK is added: earlier builds would record the same money as given back by the order.
compatible_with = "0066"


def upgrade() -> None:
    op.add_column("refunds", sa.Column("owed_by_case", sa.Boolean(), server_default=sa.false(), nullable=False))
    condition = "reversed_at IS NOT NULL OR NOT owed_by_case"
    op.create_check_constraint(op.f("refunds_owed_by_case_check"), "refunds", condition)


def downgrade() -> None:
    op.drop_constraint(op.f("refunds_owed_by_case_check"), "refunds", type_="check")
    op.drop_column("refunds", "owed_by_case")
