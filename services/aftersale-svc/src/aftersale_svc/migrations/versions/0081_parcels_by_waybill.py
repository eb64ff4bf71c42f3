"""Indexes for the parcels under a waybill, which each waybill that people name is compared with."""

from aftercare_chassis.database import indexes
from alembic import op

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None
_TABLES = ("returns", "replacements", "order_parcels")


def upgrade() -> None:
    for table in _TABLES:
        indexes.create(f"{table}_waybill_idx", table, ["carrier", "waybill_no"])


def downgrade() -> None:
    for table in _TABLES:
        op.drop_index(f"{table}_waybill_idx", table)
