"""Indexes for the parcels of refused goods and of samples under a waybill."""

from aftercare_chassis.database import indexes
from alembic import op

revision = "0100"
down_revision = "0099"
branch_labels = None
depends_on = None
_TABLES = ("refused_goods_claims", "lab_tests")


def upgrade() -> None:
    for table in _TABLES:
        indexes.create(f"{table}_waybill_idx", table, ["carrier", "waybill_no"])


def downgrade() -> None:
    for table in _TABLES:
        op.drop_index(f"{table}_waybill_idx", table)
