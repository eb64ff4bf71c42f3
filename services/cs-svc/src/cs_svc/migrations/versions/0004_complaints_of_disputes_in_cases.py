"""Complaints are registered for disputes that were opened in an after-sale case itself."""

from aftercare_chassis.database.codes import allow_codes, forbid_codes

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    allow_codes("complaints", "channel", "case")


def downgrade() -> None:
    forbid_codes("complaints", "channel", "case", instead="api")
