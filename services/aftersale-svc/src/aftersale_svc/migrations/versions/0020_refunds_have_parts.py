"""Refunds are kept part by part; lines may state their tax and what their discount was made of."""

import sqlalchemy as sa
from aftercare_chassis.database.columns import text
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_KINDS = "goods tax shipping restocking_fee return_freight points coupon gift promotion"
_PARTIES = "buyer merchant platform creator courier"
_CODES = {"kind": _KINDS, "effect": "added deducted beside", "payer": _PARTIES, "payee": _PARTIES}
_AMOUNTS = {
    "order_lines": ["tax_minor"],
    "case_lines": ["order_paid_minor", "line_tax_minor"],
    "refunds": ["restocking_minor", "return_freight_minor"],
}
_DISCOUNTS = {"order_lines": "discounts", "case_lines": "line_discounts"}


def upgrade() -> None:
    for table, names in _AMOUNTS.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
            op.create_check_constraint(f"{table}_{name}_check", table, f"{name} >= 0")
    op.add_column("case_lines", sa.Column("order_units", sa.Integer(), server_default="0", nullable=False))
    op.create_check_constraint("case_lines_order_units_check", "case_lines", "order_units >= 0")
    for table, name in _DISCOUNTS.items():
        op.add_column(table, sa.Column(name, JSONB(none_as_null=True), nullable=True))
    op.create_table(
        "refund_parts",
        sa.Column("refund_id", sa.Text(), sa.ForeignKey("refunds.id", name="refund_parts_refund_id_fkey")),
        sa.Column("position", sa.Integer()),
        *(text(name) for name in _CODES),
        text("line_id", null=True),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("due_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("refund_id", "position", name="refund_parts_pkey"),
        *(
            sa.CheckConstraint(f"{name} IN ({_listed(codes)})", name=f"refund_parts_{name}_check")
            for name, codes in _CODES.items()
        ),
        *(
            sa.CheckConstraint(f"{name} >= 0", name=f"refund_parts_{name}_check")
            for name in ("units", "amount_minor", "due_minor")
        ),
        sa.CheckConstraint("amount_minor <= due_minor", name="refund_parts_due_check"),
    )


def _listed(codes: str) -> str:
    return ", ".join(f"'{code}'" for code in codes.split())


def downgrade() -> None:
    op.drop_table("refund_parts")
    op.drop_column("case_lines", "order_units")
    for table, name in _DISCOUNTS.items():
        op.drop_column(table, name)
    for table, names in _AMOUNTS.items():
        for name in names:
            op.drop_column(table, name)
