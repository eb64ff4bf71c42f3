"""Cases in which the merchant sends goods to the buyer: their type and states, and what is known of the parcel."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STATES = ("await_reship", "reship_in_transit")


def upgrade() -> None:
    allow_codes("cases", "type", "reship_parts")
    allow_codes("cases", "state", *STATES)
    allow_codes("cases", "frozen_state", *STATES)
    allow_codes("refunds", "cause", "no_replacement")
    op.create_table(
        "replacements",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=True),
        sa.Column("waybill_no", sa.Text(), nullable=True),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refund_offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("anomaly", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "anomaly IN ('not_received', 'wrong_item', 'damaged', 'defective', 'parts_missing')",
            name=op.f("replacements_anomaly_check"),
        ),
        sa.CheckConstraint(
            "(carrier IS NULL) = (waybill_no IS NULL) AND (carrier IS NULL) = (shipped_at IS NULL)",
            name=op.f("replacements_waybill_check"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("replacements_case_id_fkey")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("replacements_pkey")),
    )


def downgrade() -> None:
    op.drop_table("replacements")
    forbid_codes("refunds", "cause", "no_replacement", instead="approval")
    forbid_codes("cases", "frozen_state", *STATES, instead="manual_review")
    forbid_codes("cases", "state", *STATES, instead="manual_review")
    forbid_codes("cases", "type", "reship_parts", instead="refund_only")
