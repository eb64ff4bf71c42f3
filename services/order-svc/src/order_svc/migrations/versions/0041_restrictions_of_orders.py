"""Restrictions of buyers, merchants and articles, and the review of orders that they keep from payment.

A build before this revision returns 503 for an order that was cancelled after a review, until it is replaced.
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("review", sa.Text()),
    ("review_reason", sa.Text()),
    ("restriction_id", sa.Text()),
    ("reviewed_at", sa.DateTime(timezone=True)),
)
_CAUSES_BEFORE = "'buyer', 'seller', 'payment_timeout', 'refunded'"
_CAUSES = f"{_CAUSES_BEFORE}, 'review_rejected', 'review_timeout'"


def upgrade() -> None:
    for name, kind in _COLUMNS:
        op.add_column("orders", sa.Column(name, kind, nullable=True))
    op.create_check_constraint(op.f("orders_review_check"), "orders", "review IN ('pending', 'approved', 'rejected')")
    op.drop_constraint(op.f("orders_cancel_cause_check"), "orders", type_="check")
    op.create_check_constraint(op.f("orders_cancel_cause_check"), "orders", f"cancel_cause IN ({_CAUSES})")
    op.create_table(
        "restrictions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=True),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("orders", sa.Text(), nullable=False),
        sa.Column("imposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "subject_type IN ('buyer', 'merchant', 'sku')", name=op.f("restrictions_subject_type_check")
        ),
        sa.CheckConstraint("orders IN ('refuse', 'review')", name=op.f("restrictions_orders_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("restrictions_pkey")),
    )
    op.create_index("restrictions_subject_idx", "restrictions", ["subject_id"])


def downgrade() -> None:
    op.drop_table("restrictions")
    op.execute("UPDATE orders SET cancel_cause = 'seller' WHERE cancel_cause LIKE 'review%'")
    op.drop_constraint(op.f("orders_cancel_cause_check"), "orders", type_="check")
    op.create_check_constraint(op.f("orders_cancel_cause_check"), "orders", f"cancel_cause IN ({_CAUSES_BEFORE})")
    op.drop_constraint(op.f("orders_review_check"), "orders", type_="check")
    for name, _ in reversed(_COLUMNS):
        op.drop_column("orders", name)
