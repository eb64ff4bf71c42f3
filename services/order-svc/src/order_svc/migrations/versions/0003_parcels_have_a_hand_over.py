"""Parcels have a hand-over, waybills and carriers one canonical form, and waiting pushes are found by their waybills.

Two parcels of one order whose waybills were two spellings of one number both stay: they differ in their hand-over, which
is part of the unique key now.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
# The unique key is replaced by a wider one: what builds before write satisfies it, and no upsert of theirs names it.
compatible_with = "0001"

# What was registered and pushed so far is ASCII without blanks: only its case is left to settle. A parcel that has moved by
# scans from before its registration keeps them, else it would be moved back; the microseconds keep apart what becomes one
# number.
PARCELS = """
UPDATE parcels
SET waybill_no = settled.waybill_no,
    carrier = settled.carrier,
    handed_over_at = settled.at + (settled.place - 1) * interval '1 microsecond'
FROM (
    SELECT *, row_number() OVER (PARTITION BY order_id, leg, case_id, at, carrier, waybill_no ORDER BY id) AS place
    FROM (
        SELECT id, order_id, leg, case_id,
            upper(waybill_no COLLATE "C") AS waybill_no,
            lower(carrier COLLATE "C") AS carrier,
            least(created_at, (SELECT min(occurred_at) FROM parcel_events WHERE parcel_id = parcels.id)) AS at
        FROM parcels
    ) AS canonical
) AS settled
WHERE settled.id = parcels.id
"""
# Due at once: the other spelling may be what they wait for.
PUSHES = """
UPDATE courier_inbox SET due_at = now(), reports = (
    SELECT jsonb_agg(report || jsonb_build_object('waybill_no', upper((report ->> 'waybill_no') COLLATE "C")))
    FROM jsonb_array_elements(reports) AS report
)
WHERE state = 'waiting' AND jsonb_typeof(reports) = 'array'
"""


def upgrade() -> None:
    op.add_column(
        "parcels",
        sa.Column("handed_over_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.add_column("parcels", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint("parcels_waybill_key", "parcels", type_="unique")
    op.execute(PARCELS)
    op.create_index(
        "parcels_waybill_key",
        "parcels",
        ["order_id", "leg", "carrier", "waybill_no", "case_id", "handed_over_at"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.execute(PUSHES)
    op.create_index(
        "courier_inbox_waiting_idx",
        "courier_inbox",
        ["reports"],
        postgresql_using="gin",
        postgresql_ops={"reports": "jsonb_path_ops"},
        postgresql_where=sa.text("(state = 'waiting') IS TRUE"),
    )


def downgrade() -> None:
    op.drop_index("courier_inbox_waiting_idx", table_name="courier_inbox")
    op.drop_index("parcels_waybill_key", table_name="parcels")
    op.drop_column("parcels", "withdrawn_at")
    op.drop_column("parcels", "handed_over_at")
    op.create_unique_constraint(
        "parcels_waybill_key",
        "parcels",
        ["order_id", "leg", "carrier", "waybill_no", "case_id"],
        postgresql_nulls_not_distinct=True,
    )
