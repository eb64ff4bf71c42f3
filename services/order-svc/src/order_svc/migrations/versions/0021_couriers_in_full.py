"""What couriers report, in full: references, sentences, numbers that change, unknown codes, revoked endpoints."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("parcels", sa.Column("reference", sa.Text(), nullable=True))
    for column in ("text", "partner"):
        op.add_column("parcel_events", sa.Column(column, sa.Text(), nullable=True))
    op.add_column("courier_endpoints", sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "next_waybills",
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("waybill_no", sa.Text(), nullable=False),
        sa.Column("previous_waybill_no", sa.Text(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("carrier", "waybill_no", name=op.f("next_waybills_pkey")),
    )
    op.create_table(
        "courier_codes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("occurrences", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("push_id", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("occurrences > 0", name=op.f("courier_codes_occurrences_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("courier_codes_pkey")),
        sa.UniqueConstraint("partner", "code", name="courier_codes_code_key"),
    )


def downgrade() -> None:
    op.drop_table("courier_codes")
    op.drop_table("next_waybills")
    op.drop_column("courier_endpoints", "revoked_at")
    for column in ("partner", "text"):
        op.drop_column("parcel_events", column)
    op.drop_column("parcels", "reference")
