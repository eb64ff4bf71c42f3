"""How often buyers may still change the addresses of their orders."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("address_changes_left", sa.Integer(), nullable=True))
    op.create_check_constraint(op.f("orders_address_changes_left_check"), "orders", "address_changes_left >= 0")


def downgrade() -> None:
    op.drop_constraint(op.f("orders_address_changes_left_check"), "orders", type_="check")
    op.drop_column("orders", "address_changes_left")
