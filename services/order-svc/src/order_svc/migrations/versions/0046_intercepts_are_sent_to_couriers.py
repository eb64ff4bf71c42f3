"""Intercepts are sent to couriers by the worker of shipping calls."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None
# Earlier builds cannot read the calls about intercepts: their worker would make no call at all while one is due.
compatible_with = "0046"


def upgrade() -> None:
    op.add_column("intercepts", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
    allow_codes("shipping_calls", "subject", "intercept")
    allow_codes("shipping_calls", "verb", "intercept")


def downgrade() -> None:
    op.execute("DELETE FROM shipping_calls WHERE subject = 'intercept'")
    forbid_codes("shipping_calls", "verb", "intercept", instead="track")
    forbid_codes("shipping_calls", "subject", "intercept", instead="parcel")
    op.drop_column("intercepts", "sent_at")
