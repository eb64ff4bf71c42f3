"""Refused deliveries, the parcels that they are about, and who opened a case."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INITIATORS = "initiator IN ('buyer', 'merchant', 'agent', 'platform', 'system')"


def upgrade() -> None:
    allow_codes("cases", "type", "refused_delivery")
    op.add_column("cases", sa.Column("initiator", sa.Text(), nullable=True))
    op.execute("UPDATE cases SET initiator = 'buyer' WHERE applicant_id = buyer_id")
    op.create_check_constraint(op.f("cases_initiator_check"), "cases", INITIATORS)
    op.create_table(
        "order_parcels",
        sa.Column("parcel_id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("waybill_no", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("parcel_id", "line_id", name=op.f("order_parcels_pkey")),
        sa.CheckConstraint("quantity >= 1", name=op.f("order_parcels_quantity_check")),
    )
    op.create_index("order_parcels_order_idx", "order_parcels", ["order_id"])


def downgrade() -> None:
    op.drop_table("order_parcels")
    op.drop_constraint(op.f("cases_initiator_check"), "cases", type_="check")
    op.drop_column("cases", "initiator")
    forbid_codes("cases", "type", "refused_delivery", instead="return_refund")
