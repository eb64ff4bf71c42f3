"""An endpoint that belongs to a merchant's account with a courier is that merchant's, and its parcels are confirmed by queries."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None
# Earlier builds would open endpoints of merchants as the platform's own, and do not know what a confirmation is.
compatible_with = "0053"


def upgrade() -> None:
    op.add_column("courier_endpoints", sa.Column("merchant_id", sa.Text(), nullable=True))
    op.execute(
        "UPDATE courier_endpoints SET merchant_id = shipping_accounts.merchant_id FROM shipping_accounts"
        " WHERE shipping_accounts.endpoint_id = courier_endpoints.id"
    )
    allow_codes("shipping_calls", "verb", "confirm")


def downgrade() -> None:
    forbid_codes("shipping_calls", "verb", "confirm", instead="track")
    op.drop_column("courier_endpoints", "merchant_id")
