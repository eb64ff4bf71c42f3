"""Claims on a guarantee: the insurance of return freight, or the deposit of a merchant."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

STATES = (
    "'merchant_review', 'platform_review', 'await_evidence', 'paying', 'paid', 'nothing_owed', 'failed', 'cancelled'"
)
CHECKS = {
    "version": "version > 0",
    "kind": "kind IN ('freight_insurance', 'merchant_deposit')",
    "origin": "origin IN ('buyer', 'agent')",
    "state": f"state IN ({STATES})",
    "refusal": "refusal IN ('not_covered', 'evidence_insufficient', 'paid_otherwise', 'untrue')",
    "failure": "failure IN ('account_invalid', 'deposit_exhausted', 'declined', 'other')",
    "evidence_requests": "evidence_requests >= 0",
    "claimed_minor": "claimed_minor >= 0",
    "owed_minor": "owed_minor >= 0",
    "refund_id": "(kind = 'merchant_deposit') = (refund_id IS NOT NULL)",
    "owed": "owed_minor <= claimed_minor",
    "approved": "state NOT IN ('paying', 'paid') OR owed_minor IS NOT NULL",
    "paid": "(state = 'paid') = (payment_reference IS NOT NULL AND paid_at IS NOT NULL)",
    "refused": "(state = 'nothing_owed') = (refusal IS NOT NULL)",
    "failed": "(state = 'failed') = (failure IS NOT NULL)",
}


def upgrade() -> None:
    allow_codes("deadlines", "document", "guarantee_claim")
    op.create_table(
        "guarantee_claims",
        *_columns(),
        *(sa.CheckConstraint(rule, name=op.f(f"guarantee_claims_{name}_check")) for name, rule in CHECKS.items()),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("guarantee_claims_case_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("guarantee_claims_pkey")),
    )
    for of in ("case", "order", "buyer", "merchant"):
        op.create_index(f"guarantee_claims_{of}_idx", "guarantee_claims", [f"{of}_id", "id"])
    due = sa.text("deadline_at IS NOT NULL")
    op.create_index("guarantee_claims_due_idx", "guarantee_claims", ["deadline_at"], postgresql_where=due)
    once = sa.text("state NOT IN ('nothing_owed', 'failed', 'cancelled')")
    op.create_index(
        "guarantee_claims_once_key", "guarantee_claims", ["case_id", "kind"], unique=True, postgresql_where=once
    )


def downgrade() -> None:
    op.drop_table("guarantee_claims")
    op.execute("DELETE FROM deadlines WHERE document = 'guarantee_claim'")
    forbid_codes("deadlines", "document", "guarantee_claim", instead="case")


def _columns() -> list[sa.Column[object]]:
    texts = ("id", "kind", "case_id", "order_id", "buyer_id", "merchant_id", "origin", "opened_by", "state")
    optional = ("refund_id", "dispute_id", "decided_by", "refusal", "failure", "payment_reference", "paid_by")
    return [
        *(_text(name) for name in (*texts, "whose_turn", "currency")),
        *(_text(name, null=True) for name in optional),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("merchant_silent", sa.Boolean(), nullable=False),
        sa.Column("evidence", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("evidence_requests", sa.Integer(), nullable=False),
        sa.Column("claimed_minor", sa.BigInteger(), nullable=False),
        sa.Column("owed_minor", sa.BigInteger(), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    ]


def _text(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=null)
