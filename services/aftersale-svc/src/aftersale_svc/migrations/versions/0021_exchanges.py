"""Exchanges: what is wanted and what it costs, what the buyer owes, and refused goods that go back to them."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    allow_codes("cases", "type", "exchange")
    allow_codes("refunds", "cause", "price_difference")
    op.add_column("cases", sa.Column("difference_minor", sa.BigInteger(), nullable=True))
    op.create_table(
        "replacement_lines",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("variant", sa.Text(), nullable=True),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("unit_price_minor >= 0", name=op.f("replacement_lines_unit_price_minor_check")),
        sa.ForeignKeyConstraint(
            ["case_id", "line_id"],
            ["case_lines.case_id", "case_lines.line_id"],
            name=op.f("replacement_lines_case_id_line_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("case_id", "line_id", name=op.f("replacement_lines_pkey")),
    )
    op.create_table(
        "charges",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("charges_amount_minor_check")),
        sa.CheckConstraint("paid_at IS NULL OR agreed_at IS NOT NULL", name=op.f("charges_agreed_check")),
        sa.CheckConstraint("(paid_at IS NULL) = (reference IS NULL)", name=op.f("charges_paid_check")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("charges_case_id_fkey")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("charges_pkey")),
    )
    op.create_table(
        "refused_goods",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("waybill_no", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("refused_goods_case_id_fkey")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("refused_goods_pkey")),
    )


def downgrade() -> None:
    op.drop_table("refused_goods")
    op.drop_table("charges")
    op.drop_table("replacement_lines")
    op.drop_column("cases", "difference_minor")
    forbid_codes("refunds", "cause", "price_difference", instead="approval")
    forbid_codes("cases", "type", "exchange", instead="return_refund")
