"""Offers are withdrawn by those who made them."""

from aftercare_chassis.database.codes import allow_codes, forbid_codes

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    allow_codes("offers", "state", "withdrawn")


def downgrade() -> None:
    forbid_codes("offers", "state", "withdrawn", instead="lapsed")
