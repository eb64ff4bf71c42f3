"""A verdict that awards more than was paid is paid by another refund of the case."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None
# The key permits more than before, so builds since then work with it.
compatible_with = "0036"


def upgrade() -> None:
    for name in ("paid_before_minor", "paid_before_freight_minor"):
        op.add_column("cases", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
        op.create_check_constraint(op.f(f"cases_{name}_check"), "cases", f"{name} >= 0")
    op.drop_index("refunds_case_key", table_name="refunds")
    _key("refunds_open_key", "state NOT IN ('failed', 'succeeded')")


def downgrade() -> None:
    op.drop_index("refunds_open_key", table_name="refunds")
    # Of several refunds that were paid, earlier builds know the last one.
    op.execute(
        "DELETE FROM refunds r USING cases c WHERE c.id = r.case_id AND r.state <> 'failed' AND c.refund_id <> r.id"
    )
    _key("refunds_case_key", "state <> 'failed'")
    op.drop_column("cases", "paid_before_freight_minor")
    op.drop_column("cases", "paid_before_minor")


def _key(name: str, where: str) -> None:
    op.create_index(name, "refunds", ["case_id"], unique=True, postgresql_where=sa.text(where))
