"""Cases end because units of them were cancelled in their orders."""

from aftercare_chassis.database.codes import allow_codes, forbid_codes

revision = "0113"
down_revision = "0112"
branch_labels = None
depends_on = None


def upgrade() -> None:
    allow_codes("cases", "close_cause", "units_cancelled")


def downgrade() -> None:
    forbid_codes("cases", "close_cause", "units_cancelled", instead="units_shipped")
