"""Claims to goods that an inspection refused."""

from typing import Any

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None

TABLE = "refused_goods_claims"
STATES = (
    "'await_dispatch', 'in_transit', 'under_review', 'lost', 'await_payment', 'delivered', 'kept', 'abandoned', "
    "'compensated', 'nothing_owed', 'withdrawn'"
)
ENDS = "'abandoned', 'compensated', 'delivered', 'kept', 'nothing_owed', 'withdrawn'"
CHECKS = {
    "version": "version > 0",
    "state": f"state IN ({STATES})",
    "reason": "reason IN ('goods_not_of_order', 'goods_worthless', 'refunded_otherwise', 'buyer_unreachable')",
    "claimed_minor": "claimed_minor >= 0",
    "owed_minor": "owed_minor >= 0",
    "waybill": "(carrier IS NULL) = (waybill_no IS NULL)",
    "owed": "owed_minor <= claimed_minor",
    "proposed_minor": "proposed_minor >= 0",
    "proposed": "proposed_minor <= claimed_minor",
    "proposer": "(proposed_minor IS NULL) = (proposed_by IS NULL)",
    "awarded": "state NOT IN ('await_payment', 'compensated') OR owed_minor IS NOT NULL",
    "paid": "(state = 'compensated') = (payment_reference IS NOT NULL)",
    "declined": "(state = 'nothing_owed') = (reason IS NOT NULL)",
    "delivered": "(state = 'delivered') = (delivered_at IS NOT NULL)",
    "deadline": f"(state IN ({ENDS})) = (deadline_at IS NULL)",
}


def upgrade() -> None:
    allow_codes("deadlines", "document", "refused_goods_claim")
    allow_codes("decisions", "kind", "refused_goods_claim")
    allow_codes("courier_claims", "leg", "refused_goods")
    op.create_table(
        TABLE,
        *_columns(),
        *(sa.CheckConstraint(rule, name=op.f(f"{TABLE}_{name}_check")) for name, rule in CHECKS.items()),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f(f"{TABLE}_case_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"{TABLE}_pkey")),
    )
    for of in ("case", "order", "buyer", "merchant"):
        op.create_index(f"{TABLE}_{of}_idx", TABLE, [f"{of}_id", "id"])
    op.create_index(f"{TABLE}_due_idx", TABLE, ["deadline_at"], postgresql_where=sa.text("deadline_at IS NOT NULL"))
    waiting = sa.text("state = 'await_dispatch'")
    op.create_index(f"{TABLE}_waiting_key", TABLE, ["case_id"], unique=True, postgresql_where=waiting)


def downgrade() -> None:
    op.execute("DELETE FROM claim_steps WHERE claim_id IN (SELECT id FROM refused_goods_claims)")
    op.drop_table(TABLE)
    op.execute("DELETE FROM courier_claims WHERE leg = 'refused_goods'")
    forbid_codes("courier_claims", "leg", "refused_goods", instead="exchange")
    op.execute("DELETE FROM decisions WHERE kind = 'refused_goods_claim'")
    forbid_codes("decisions", "kind", "refused_goods_claim", instead="review")
    op.execute("DELETE FROM deadlines WHERE document = 'refused_goods_claim'")
    forbid_codes("deadlines", "document", "refused_goods_claim", instead="case")


def _columns() -> list[sa.Column[object]]:
    texts = ("id", "case_id", "order_id", "buyer_id", "merchant_id", "opened_by", "state", "whose_turn", "currency")
    optional = ("carrier", "waybill_no", "decided_by", "reason", "payment_reference")
    times = ("deadline_at", "sent_at", "delivered_at")
    return [
        *(_column(name, sa.Text()) for name in texts),
        *(_column(name, sa.Text(), null=True) for name in optional),
        *(_column(name, sa.DateTime(timezone=True), null=True) for name in times),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("lines", postgresql.JSONB(), nullable=False),
        sa.Column("evidence", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("claimed_minor", sa.BigInteger(), nullable=False),
        sa.Column("owed_minor", sa.BigInteger(), nullable=True),
        sa.Column("proposed_minor", sa.BigInteger(), nullable=True),
        sa.Column("proposed_by", sa.Text(), nullable=True),
        sa.Column("party_ids", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    ]


def _column(
    name: str, type_: sa.types.TypeEngine[Any], *, null: bool = False
) -> sa.Column[object]:  # Any: of every type
    return sa.Column(name, type_, nullable=null)
