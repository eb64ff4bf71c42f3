"""Ratings of the service by merchants and customers, and buyers' scores of the merchant."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_TABLE = "service_ratings"
_OPTIONAL = ("case_id", "order_id", "conversation_id", "merchant_id", "by_buyer_id", "by_merchant_id", "agent_id")
_CHECKS = {
    "version": "version > 0",
    "side": "side IN ('merchant', 'customer')",
    "conversation_of_customer": "(side = 'merchant') = (conversation_id IS NULL)",
    "merchant_rates": "(side = 'merchant') = (by_merchant_id IS NOT NULL)",
    "customer_rates": "(side = 'customer') = (by_buyer_id IS NOT NULL)",
    "merchant_rates_case": "side = 'customer' OR case_id IS NOT NULL",
}


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in _OPTIONAL),
        sa.Column("scores", postgresql.JSONB(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.CheckConstraint(rule, name=f"{_TABLE}_{name}_check") for name, rule in _CHECKS.items()),
        sa.PrimaryKeyConstraint("id", name=f"{_TABLE}_pkey"),
    )
    by_merchant = sa.text("side = 'merchant'")
    op.create_index(f"{_TABLE}_of_case_key", _TABLE, ["case_id"], unique=True, postgresql_where=by_merchant)
    op.create_index(f"{_TABLE}_of_conversation_key", _TABLE, ["conversation_id"], unique=True)
    for name in ("case", "by_buyer", "by_merchant", "agent"):
        op.create_index(f"{_TABLE}_{name}_idx", _TABLE, [f"{name}_id", "id"])
    op.create_table(
        "service_rating_revisions",
        sa.Column("rating_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("scores", postgresql.JSONB(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["rating_id"], ["service_ratings.id"], name="service_rating_revisions_rating_id_fkey"),
        sa.PrimaryKeyConstraint("rating_id", "version", name="service_rating_revisions_pkey"),
    )
    for table in ("ratings", "rating_revisions"):
        op.add_column(table, sa.Column("merchant_scores", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    for table in ("rating_revisions", "ratings"):
        op.drop_column(table, "merchant_scores")
    op.drop_table("service_rating_revisions")
    op.drop_table(_TABLE)
