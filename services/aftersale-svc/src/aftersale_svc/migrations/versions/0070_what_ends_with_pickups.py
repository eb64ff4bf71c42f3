"""Addresses of pickups are kept until these end; much money that is owed back is recorded by the merchant alone."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

# The cases that have pickups are few: their changes are found by the primary key.
_FORGET = """
UPDATE case_changes SET change = jsonb_set(
    change, '{Pickup}', (SELECT jsonb_agg(pickup - 'address') FROM jsonb_array_elements(change -> 'Pickup') pickup)
) WHERE case_id IN (SELECT case_id FROM pickups) AND change @? '$.Pickup[*].address'
"""


def upgrade() -> None:
    op.alter_column("pickups", "address", nullable=True)
    op.execute("UPDATE pickups SET address = NULL WHERE ended_at IS NOT NULL")
    op.execute(_FORGET)
    op.add_column(
        "charges", sa.Column("return_by_merchant", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("charges", "return_by_merchant")
    op.execute("UPDATE pickups SET address = '{}' WHERE address IS NULL")
    op.alter_column("pickups", "address", nullable=False)
