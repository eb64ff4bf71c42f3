"""Parcels that the merchant or the platform has called back have a reason of their own."""

from aftercare_chassis.database.codes import allow_codes, forbid_codes

revision = "0118"
down_revision = "0117"
branch_labels = None
depends_on = None
# Earlier builds do not know the reason.
compatible_with = "0118"


def upgrade() -> None:
    allow_codes("cases", "reason", "called_back")


def downgrade() -> None:
    forbid_codes("cases", "reason", "called_back", instead="refused_at_door")
