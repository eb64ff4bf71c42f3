"""An index for the cases with a pickup under a waybill number, of whichever courier."""

from aftercare_chassis.database import indexes
from alembic import op

revision = "0126"
down_revision = "0125"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.create("pickups_waybill_no_idx", "pickups", ["waybill_no", "carrier"])


def downgrade() -> None:
    op.drop_index("pickups_waybill_no_idx", "pickups", if_exists=True)
