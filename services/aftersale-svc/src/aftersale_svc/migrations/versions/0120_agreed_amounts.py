"""Refunds of an agreed amount to a buyer who keeps the goods."""

from aftercare_chassis.database.codes import allow_codes, forbid_codes

revision = "0120"
down_revision = "0119"
branch_labels = None
depends_on = None
# Earlier builds do not know the code.
compatible_with = "0120"


def upgrade() -> None:
    allow_codes("refunds", "cause", "agreed")


def downgrade() -> None:
    forbid_codes("refunds", "cause", "agreed", instead="approval")
