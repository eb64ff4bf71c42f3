"""From which networks a courier may post, and from which address a push came that was refused for that."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "courier_endpoints", sa.Column("allowed_networks", ARRAY(sa.Text()), server_default="{}", nullable=False)
    )
    op.add_column("partner_inbox", sa.Column("sent_from", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("partner_inbox", "sent_from")
    op.drop_column("courier_endpoints", "allowed_networks")
