"""Shipments are ordered of couriers: accounts, labels with their files, prices, and the calls that are to be made."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shipping_accounts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("courier", sa.Text(), nullable=False),
        sa.Column("account_no", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("billing_no", sa.Text(), nullable=True),
        sa.Column("sender", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("endpoint_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("courier IN ('sf', 'kuaidi100')", name=op.f("shipping_accounts_courier_check")),
        sa.ForeignKeyConstraint(["endpoint_id"], ["courier_endpoints.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "shipping_accounts_courier_key",
        "shipping_accounts",
        ["merchant_id", "courier"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "shipping_labels",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("leg", sa.Text(), nullable=False),
        sa.Column("courier", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("picks", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("goods", sa.Text(), nullable=False),
        sa.Column("weight_grams", sa.Integer(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pickup_state", sa.Text(), nullable=False),
        sa.Column("pickup_begins_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pickup_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_begins_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("courier_ref", sa.Text(), nullable=True),
        sa.Column("waybill_no", sa.Text(), nullable=True),
        sa.Column("routing_code", sa.Text(), nullable=True),
        sa.Column("parcel_id", sa.Text(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("courier IN ('sf', 'kuaidi100')", name=op.f("shipping_labels_courier_check")),
        sa.CheckConstraint(
            "leg IN ('outbound', 'return', 'exchange', 'refused_goods')", name=op.f("shipping_labels_leg_check")
        ),
        sa.CheckConstraint(
            "pickup_state IN ('none', 'asked', 'booked', 'refused')", name=op.f("shipping_labels_pickup_state_check")
        ),
        sa.CheckConstraint(
            "state IN ('requested', 'submitted', 'unknown', 'created', 'cancelling', 'failed', 'cancelled')",
            name=op.f("shipping_labels_state_check"),
        ),
        sa.CheckConstraint("weight_grams >= 1", name=op.f("shipping_labels_weight_grams_check")),
        sa.ForeignKeyConstraint(["account_id"], ["shipping_accounts.id"]),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("shipping_labels_merchant_idx", "shipping_labels", ["merchant_id", "id"], unique=False)
    op.create_index("shipping_labels_order_idx", "shipping_labels", ["order_id", "id"], unique=False)
    op.create_index(
        "shipping_labels_parcel_idx",
        "shipping_labels",
        ["parcel_id"],
        unique=False,
        postgresql_where=sa.text("parcel_id IS NOT NULL"),
    )
    op.create_table(
        "label_contacts",
        sa.Column("label_id", sa.Text(), nullable=False),
        sa.Column("sender", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("receiver", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["label_id"], ["shipping_labels.id"]),
        sa.PrimaryKeyConstraint("label_id"),
    )
    op.create_index("label_contacts_expires_idx", "label_contacts", ["expires_at"], unique=False)
    op.create_table(
        "label_files",
        sa.Column("label_id", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("rendered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["label_id"], ["shipping_labels.id"]),
        sa.PrimaryKeyConstraint("label_id"),
    )
    op.create_index("label_files_expires_idx", "label_files", ["expires_at"], unique=False)
    op.create_table(
        "shipping_quotes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("weight_grams", sa.Integer(), nullable=False),
        sa.Column("carriers", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offers", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("failures", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.CheckConstraint("state IN ('asked', 'answered')", name=op.f("shipping_quotes_state_check")),
        sa.CheckConstraint("weight_grams >= 1", name=op.f("shipping_quotes_weight_grams_check")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("shipping_quotes_created_idx", "shipping_quotes", ["created_at"], unique=False)
    op.create_table(
        "shipping_calls",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("subject IN ('label', 'quote', 'parcel')", name=op.f("shipping_calls_subject_check")),
        sa.CheckConstraint(
            "verb IN ('create', 'find', 'cancel', 'move_pickup', 'price', 'subscribe', 'track')",
            name=op.f("shipping_calls_verb_check"),
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("shipping_calls_due_idx", "shipping_calls", ["due_at"], unique=False)


def downgrade() -> None:
    for table in (
        "shipping_calls",
        "shipping_quotes",
        "label_files",
        "label_contacts",
        "shipping_labels",
        "shipping_accounts",
    ):
        op.drop_table(table)
