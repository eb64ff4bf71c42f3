"""Price adjustments keep the prices that were verified, and who bears what was granted."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    allow_codes("refund_parts", "kind", "cost_share")
    for column in ("verified", "bearers"):
        op.add_column("price_checks", sa.Column(column, JSONB(none_as_null=True), nullable=True))


def downgrade() -> None:
    for column in ("bearers", "verified"):
        op.drop_column("price_checks", column)
