"""Anomalies of parcels, and when couriers last reported anything."""

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_KINDS = (
    *("not_picked_up", "stuck_in_transit", "stuck_in_customs", "stuck_in_delivery", "not_collected"),
    *("stuck_returning", "presumed_lost", "delivery_overdue", "lost", "damaged", "disposed", "refused"),
    *("returned_to_sender", "returned_after_delivery", "other_receiver", "misrouted", "address_problem"),
)
_ENDS = ("scanned", "arrived", "parcel_ended", "not_followed", "resolved")
_RESOLUTIONS = (
    *("found", "hurried", "reshipped", "refunded", "claimed", "goods_back", "receiver_confirmed", "false_alarm"),
    "other",
)
_CHECKS = {
    "leg": ("outbound", "return", "exchange", "refused_goods"),
    "kind": _KINDS,
    "state": ("open", "acknowledged", "resolved"),
    "ended_as": _ENDS,
    "resolution": _RESOLUTIONS,
}


def upgrade() -> None:
    op.add_column("parcels", sa.Column("watch_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("parcels", sa.Column("anomalies", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}"))
    # Parcels under way are looked at in three days: what was silent before this revision is not all reported at once.
    op.execute("UPDATE parcels SET watch_at = now() + interval '3 days' WHERE NOT terminal")
    for name, column in (("parcels_watch_idx", "watch_at"), ("parcels_watched_carrier_idx", "carrier")):
        indexes.create(name, "parcels", [column], postgresql_where=sa.text("watch_at IS NOT NULL"))
    op.create_table(
        "parcel_anomalies",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("parcel_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("leg", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("waybill_no", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handler_id", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("ended_as", sa.Text(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.CheckConstraint(
                f"{name} IN ({', '.join(repr(each) for each in codes)})", name=op.f(f"parcel_anomalies_{name}_check")
            )
            for name, codes in _CHECKS.items()
        ),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcels.id"], name=op.f("parcel_anomalies_parcel_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("parcel_anomalies_pkey")),
    )
    op.create_index("parcel_anomalies_parcel_idx", "parcel_anomalies", ["parcel_id", "kind", "since"], unique=True)
    op.create_index("parcel_anomalies_order_idx", "parcel_anomalies", ["order_id"])
    op.create_index("parcel_anomalies_merchant_idx", "parcel_anomalies", ["merchant_id", "state", "id"])
    op.create_index("parcel_anomalies_state_idx", "parcel_anomalies", ["state", "id"])
    op.create_table(
        "feeds",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("grace_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("feeds_pkey")),
    )


def downgrade() -> None:
    op.drop_table("feeds")
    op.drop_table("parcel_anomalies")
    op.drop_index("parcels_watched_carrier_idx", "parcels")
    op.drop_index("parcels_watch_idx", "parcels")
    op.drop_column("parcels", "anomalies")
    op.drop_column("parcels", "watch_at")
