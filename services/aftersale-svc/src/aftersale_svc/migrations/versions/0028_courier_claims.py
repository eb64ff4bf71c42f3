"""Claims on couriers with their history, and what couriers have reported of parcels."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

CODES = {
    "leg": "'outbound', 'return', 'exchange'",
    "cause": "'damaged', 'lost', 'not_received'",
    "origin": "'case', 'report', 'merchant', 'agent'",
    "state": "'drafted', 'filed', 'acknowledged', 'accepted', 'declined', 'paid', 'abandoned'",
    "decline_reason": "'filed_late', 'evidence_insufficient', 'packaging_insufficient', 'not_liable', 'goods_excluded', 'other'",
    "ended_as": "'paid', 'not_filed', 'not_filed_again', 'given_up'",
}
CHECKS = {
    "version": "version > 0",
    "value_minor": "value_minor >= 0",
    "claimed_minor": "claimed_minor >= 0",
    "accepted_minor": "accepted_minor >= 0",
    "filings": "filings >= 0",
    "claimed": "claimed_minor <= value_minor",
    "accepted": "accepted_minor <= claimed_minor",
    "ended": "(state IN ('paid', 'abandoned')) = (ended_as IS NOT NULL)",
    "paid": "state <> 'paid' OR (accepted_minor IS NOT NULL AND payment_reference IS NOT NULL)",
    "deadline": "(state IN ('paid', 'abandoned')) = (deadline_at IS NULL)",
    **{name: f"{name} IN ({codes})" for name, codes in CODES.items()},
}
LIVE = sa.text("state NOT IN ('paid', 'abandoned')")


def upgrade() -> None:
    allow_codes("deadlines", "document", "courier_claim")
    op.create_table(
        "courier_claims",
        *_columns(),
        *(sa.CheckConstraint(rule, name=op.f(f"courier_claims_{name}_check")) for name, rule in CHECKS.items()),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("courier_claims_case_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("courier_claims_pkey")),
    )
    for of in ("case", "order", "merchant"):
        op.create_index(f"courier_claims_{of}_idx", "courier_claims", [f"{of}_id", "id"])
    due = sa.text("deadline_at IS NOT NULL")
    op.create_index("courier_claims_due_idx", "courier_claims", ["deadline_at"], postgresql_where=due)
    key = ["order_id", "carrier", "waybill_no", "cause"]
    op.create_index("courier_claims_live_key", "courier_claims", key, unique=True, postgresql_where=LIVE)
    op.create_table(
        "claim_steps",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("claim_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("actor_id", "actor_role", "action", "state")),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("evidence", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("claim_steps_pkey")),
    )
    op.create_index("claim_steps_claim_idx", "claim_steps", ["claim_id", "id"])
    op.create_table(
        "parcel_reports",
        sa.Column("parcel_id", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("order_id", "carrier", "waybill_no")),
        sa.PrimaryKeyConstraint("parcel_id", "occurred_at", "status", name=op.f("parcel_reports_pkey")),
    )
    op.create_index("parcel_reports_order_idx", "parcel_reports", ["order_id"])


def downgrade() -> None:
    op.drop_table("parcel_reports")
    op.drop_table("claim_steps")
    op.drop_table("courier_claims")
    op.execute("DELETE FROM deadlines WHERE document = 'courier_claim'")
    forbid_codes("deadlines", "document", "courier_claim", instead="case")


def _columns() -> list[sa.Column[object]]:
    texts = ("case_id", "order_id", "merchant_id", "leg", "carrier", "waybill_no", "cause", "origin", "opened_by")
    optional = ("parcel_id", "reference", "decline_reason", "payment_reference", "ended_as")
    return [
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(_text(name) for name in (*texts, "state", "whose_turn", "currency")),
        *(_text(name, null=True) for name in optional),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evidence", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("claimed_minor", sa.BigInteger(), nullable=False),
        sa.Column("accepted_minor", sa.BigInteger(), nullable=True),
        sa.Column("filings", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    ]


def _text(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=null)
