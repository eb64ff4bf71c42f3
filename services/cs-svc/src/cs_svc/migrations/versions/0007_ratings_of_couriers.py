"""Parcels as other services know them, and the ratings of their couriers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "known_parcels",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("leg", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("known_parcels_pkey")),
    )
    op.create_table(
        "courier_ratings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("parcel_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("leg", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("faults", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("courier_ratings_version_check")),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("courier_ratings_score_check")),
        sa.CheckConstraint("(score < 3) = (cardinality(faults) > 0)", name=op.f("courier_ratings_faults_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("courier_ratings_pkey")),
        sa.UniqueConstraint("parcel_id", name="courier_ratings_parcel_id_key"),
    )
    for name in ("buyer", "merchant", "order"):
        op.create_index(f"courier_ratings_{name}_idx", "courier_ratings", [f"{name}_id", "id"])
    op.create_index("courier_ratings_carrier_idx", "courier_ratings", ["carrier", "id"])


def downgrade() -> None:
    op.drop_table("courier_ratings")
    op.drop_table("known_parcels")
