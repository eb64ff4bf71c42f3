"""Reports of couriers prolong deadlines."""

from aftercare_chassis.database.codes import allow_codes, forbid_codes

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    allow_codes("deadlines", "extension_cause", "courier")


def downgrade() -> None:
    forbid_codes("deadlines", "extension_cause", "courier", instead="agent")
