"""Parcels bring refused goods back to the buyer."""

from aftercare_chassis.database.codes import allow_codes, forbid_codes

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    allow_codes("parcels", "leg", "refused_goods")


def downgrade() -> None:
    forbid_codes("parcels", "leg", "refused_goods", instead="exchange")
