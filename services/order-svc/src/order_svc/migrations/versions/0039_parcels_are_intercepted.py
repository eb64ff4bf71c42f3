"""Intercepts of parcels that are on their way."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_STATES = "'requested', 'submitted', 'granted', 'refused', 'failed', 'expired', 'withdrawn'"


def upgrade() -> None:
    op.create_table(
        "intercepts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("parcel_id", sa.Text(), nullable=False),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("waybill_no", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("fee_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("fee_payer", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("version > 0", name=op.f("intercepts_version_check")),
        sa.CheckConstraint("purpose IN ('return_to_sender', 'change_address')", name=op.f("intercepts_purpose_check")),
        sa.CheckConstraint(f"state IN ({_STATES})", name=op.f("intercepts_state_check")),
        sa.CheckConstraint("fee_minor >= 0", name=op.f("intercepts_fee_minor_check")),
        sa.CheckConstraint("fee_payer IN ('buyer', 'merchant')", name=op.f("intercepts_fee_payer_check")),
        sa.CheckConstraint(
            "(state IN ('requested', 'submitted')) = (ended_at IS NULL)", name=op.f("intercepts_ended_check")
        ),
        sa.CheckConstraint("(fee_minor IS NULL) = (fee_payer IS NULL)", name=op.f("intercepts_fee_check")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("intercepts_order_id_fkey")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcels.id"], name=op.f("intercepts_parcel_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("intercepts_pkey")),
    )
    op.create_index(op.f("intercepts_order_idx"), "intercepts", ["order_id", "id"])
    op.create_index(
        op.f("intercepts_open_key"),
        "intercepts",
        ["parcel_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('requested', 'submitted')"),
    )
    op.create_index(
        op.f("intercepts_due_idx"),
        "intercepts",
        ["deadline_at"],
        postgresql_where=sa.text("deadline_at IS NOT NULL"),
    )
    op.create_table(
        "intercept_addresses",
        sa.Column("intercept_id", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("salt", "name", "phone", "country", "province", "city", "district", "street", "postal_code")
        ),
        sa.ForeignKeyConstraint(
            ["intercept_id"], ["intercepts.id"], name=op.f("intercept_addresses_intercept_id_fkey")
        ),
        sa.PrimaryKeyConstraint("intercept_id", name=op.f("intercept_addresses_pkey")),
    )


def downgrade() -> None:
    op.drop_table("intercept_addresses")
    op.drop_table("intercepts")
