"""Indexes for the cases with a parcel under a waybill number, of whichever courier."""

from aftercare_chassis.database import indexes
from alembic import op

revision = "0123"
down_revision = "0122"
branch_labels = None
depends_on = None
_TABLES = ("returns", "replacements", "refused_goods_claims", "lab_tests")


def upgrade() -> None:
    for table in _TABLES:
        indexes.create(f"{table}_waybill_no_idx", table, ["waybill_no", "carrier"])
    for table in _TABLES:
        op.drop_index(f"{table}_waybill_idx", table, if_exists=True)


def downgrade() -> None:
    for table in _TABLES:
        indexes.create(f"{table}_waybill_idx", table, ["carrier", "waybill_no"])
    for table in _TABLES:
        op.drop_index(f"{table}_waybill_no_idx", table, if_exists=True)
