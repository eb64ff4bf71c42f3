"""Two more reasons, which goods may give before they are shipped: below the standard of quality, damaged packaging."""

from aftercare_chassis.database.codes import allow_codes, forbid_codes

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NEW = ("below_standard", "packaging_damaged")


def upgrade() -> None:
    allow_codes("cases", "reason", *NEW)


def downgrade() -> None:
    forbid_codes("cases", "reason", *NEW, instead="quality_defect")
