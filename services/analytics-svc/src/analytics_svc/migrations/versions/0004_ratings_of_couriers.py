"""How buyers rated the couriers of their parcels."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "courier_rating_facts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("faults", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("courier_rating_facts_pkey")),
    )


def downgrade() -> None:
    op.drop_table("courier_rating_facts")
