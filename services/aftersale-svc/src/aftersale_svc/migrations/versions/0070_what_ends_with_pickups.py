"""Addresses of pickups are kept until these end; much money that is owed back is recorded by the merchant alone."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

# Of each change of a case that has a pickup.
_FORGET = """
UPDATE case_changes SET change = jsonb_set(
    change, '{Pickup}', (SELECT jsonb_agg(pickup - 'address') FROM jsonb_array_elements(change -> 'Pickup') pickup)
) WHERE jsonb_typeof(change -> 'Pickup') = 'array' AND jsonb_array_length(change -> 'Pickup') > 0
"""


def upgrade() -> None:
    op.alter_column("pickups", "address", nullable=True)
    op.execute("UPDATE pickups SET address = NULL WHERE ended_at IS NOT NULL")
    op.execute(_FORGET)
    op.add_column(
        "charges", sa.Column("return_by_merchant", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    # What one agent decided about then is not known here.
    op.execute("UPDATE charges SET return_by_merchant = true WHERE owed_back_at IS NOT NULL AND returned_at IS NULL")


def downgrade() -> None:
    op.drop_column("charges", "return_by_merchant")
    op.execute("UPDATE pickups SET address = '{}' WHERE address IS NULL")
    op.alter_column("pickups", "address", nullable=False)
