"""What a statement adds up to is kept, differences count their events, and what is settled is found by its time."""

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None
# Earlier builds insert differences without a version.
compatible_with = "0048"

_SETTLED = sa.text("settled_at IS NOT NULL")


def upgrade() -> None:
    # First, because these are committed by themselves: everything else is one transaction.
    indexes.create("payments_settled_idx", "payments", ["provider", "settled_at"], postgresql_where=_SETTLED)
    indexes.create("refunds_settled_idx", "refunds", ["settled_at"], postgresql_where=_SETTLED)
    indexes.create("payment_differences_day_idx", "payment_differences", ["provider", "day", "id"])
    op.add_column("reconciliations", sa.Column("sums", JSONB(), nullable=True))
    # Those that were opened without an event count as if they had had one.
    op.add_column("payment_differences", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("payment_differences", "version", server_default=None)
    op.create_check_constraint(op.f("payment_differences_version_check"), "payment_differences", "version > 0")


def downgrade() -> None:
    op.drop_constraint(op.f("payment_differences_version_check"), "payment_differences", type_="check")
    op.drop_column("payment_differences", "version")
    op.drop_column("reconciliations", "sums")
    op.drop_index("payment_differences_day_idx", table_name="payment_differences")
    op.drop_index("refunds_settled_idx", table_name="refunds")
    op.drop_index("payments_settled_idx", table_name="payments")
