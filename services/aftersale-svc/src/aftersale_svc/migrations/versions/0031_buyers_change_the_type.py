"""Buyers change the type of a case, a few times at most."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("type_changes", sa.Integer(), server_default="0", nullable=False))
    op.create_check_constraint(op.f("cases_type_changes_check"), "cases", "type_changes >= 0")


def downgrade() -> None:
    op.drop_column("cases", "type_changes")
