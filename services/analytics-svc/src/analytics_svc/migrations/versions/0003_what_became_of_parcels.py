"""What became of parcels, for the metrics of couriers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "delivery_facts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("leg", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("delivered", sa.Boolean(), nullable=False),
        sa.Column("delivered_to", sa.Text(), nullable=True),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_scan_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("anomalies", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("loss", sa.Text(), nullable=True),
        sa.CheckConstraint("attempts >= 0", name=op.f("delivery_facts_attempts_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("delivery_facts_pkey")),
    )
    op.create_index("delivery_facts_ended_idx", "delivery_facts", ["ended_at"])


def downgrade() -> None:
    op.drop_table("delivery_facts")
