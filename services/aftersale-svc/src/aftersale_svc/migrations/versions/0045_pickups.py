"""Pickups of returned goods, and the schedules that their times come from."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("state", "frozen_state"):
        allow_codes("cases", column, "await_pickup")
    op.add_column("cases", sa.Column("booked_in", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("pickup_ends_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(op.f("cases_booked_in_check"), "cases", "booked_in IN ('await_buyer_shipment')")
    op.add_column("returns", sa.Column("method", sa.Text(), nullable=True))
    op.add_column("returns", sa.Column("drop_off_point", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("returns_method_check"), "returns", "method IN ('own_courier', 'pickup', 'drop_off')"
    )
    op.create_table(
        "pickups",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("schedule_version", sa.Integer(), nullable=False),
        sa.Column("address", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=True),
        sa.Column("waybill_no", sa.Text(), nullable=True),
        sa.Column("missed_by", sa.Text(), nullable=True),
        sa.Column("bookings", sa.Integer(), nullable=False),
        sa.Column("missed_by_buyer", sa.Integer(), nullable=False),
        sa.Column("missed_by_courier", sa.Integer(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('booked', 'collected', 'missed', 'cancelled')", name=op.f("pickups_state_check")),
        sa.CheckConstraint("missed_by IN ('courier', 'buyer', 'unknown')", name=op.f("pickups_missed_by_check")),
        *(
            sa.CheckConstraint(f"{name} >= 0", name=op.f(f"pickups_{name}_check"))
            for name in ("schedule_version", "bookings", "missed_by_buyer", "missed_by_courier")
        ),
        sa.CheckConstraint("begins_at < ends_at", name=op.f("pickups_slot_check")),
        sa.CheckConstraint("(carrier IS NULL) = (waybill_no IS NULL)", name=op.f("pickups_waybill_check")),
        sa.CheckConstraint("(state = 'missed') = (missed_by IS NOT NULL)", name=op.f("pickups_missed_check")),
        sa.CheckConstraint("(state = 'booked') = (ended_at IS NULL)", name=op.f("pickups_ended_check")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("pickups_case_id_fkey")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pickups_pkey")),
    )
    op.create_index(
        "pickups_slot_idx",
        "pickups",
        ["merchant_id", "begins_at"],
        postgresql_where=sa.text("state <> 'cancelled'"),
    )
    op.create_table(
        "pickup_schedules",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        *_content("pickup_schedules"),
        sa.CheckConstraint("version > 0", name=op.f("pickup_schedules_version_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("pickup_schedules_pkey")),
        sa.UniqueConstraint("merchant_id", name=op.f("pickup_schedules_merchant_id_key")),
    )
    op.create_table(
        "pickup_schedule_versions",
        sa.Column("schedule_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        *_content("pickup_schedule_versions"),
        sa.CheckConstraint("version >= 1", name=op.f("pickup_schedule_versions_version_check")),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["pickup_schedules.id"], name=op.f("pickup_schedule_versions_schedule_id_fkey")
        ),
        sa.PrimaryKeyConstraint("schedule_id", "version", name=op.f("pickup_schedule_versions_pkey")),
    )


def _content(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("lead_hours", sa.Integer(), nullable=False),
        sa.Column("days_ahead", sa.Integer(), nullable=False),
        sa.Column("windows", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("lead_hours >= 0", name=op.f(f"{table}_lead_hours_check")),
        sa.CheckConstraint("days_ahead >= 0", name=op.f(f"{table}_days_ahead_check")),
    ]


def downgrade() -> None:
    op.drop_table("pickup_schedule_versions")
    op.drop_table("pickup_schedules")
    op.drop_table("pickups")
    op.drop_column("returns", "drop_off_point")
    op.drop_column("returns", "method")
    op.drop_column("cases", "pickup_ends_at")
    op.drop_column("cases", "booked_in")
    op.execute("UPDATE cases SET whose_turn = 'buyer' WHERE state = 'await_pickup'")
    for column in ("state", "frozen_state"):
        forbid_codes("cases", column, "await_pickup", instead="await_buyer_shipment")
