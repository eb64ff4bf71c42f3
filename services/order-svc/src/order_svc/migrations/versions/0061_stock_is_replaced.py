"""Units that are sent in exchange are movements of stock."""

from aftercare_chassis.database.codes import allow_codes, forbid_codes

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None
# Earlier builds do not know the movements.
compatible_with = "0061"


def upgrade() -> None:
    allow_codes("stock_movements", "kind", "replaced")


def downgrade() -> None:
    forbid_codes("stock_movements", "kind", "replaced", instead="committed")
