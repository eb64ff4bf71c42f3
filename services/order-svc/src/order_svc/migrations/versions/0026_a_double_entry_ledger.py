"""Each movement of money is posted to a double-entry ledger, from the first order on; nothing changes or removes a posting."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

APPEND_ONLY = """
CREATE FUNCTION ledger_postings_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger_postings is append-only';
END
$$
"""
CONSERVED = "'payments_received', 'merchant_payable', 'refunds_in_flight', 'refunds_paid', 'refunds_paid_outside', 'charged_back'"
ACCOUNTS = (
    f"{CONSERVED}, 'merchant_funding', 'platform_funding', 'creator_funding', 'discounts_granted', 'refund_costs_shared',"
    " 'compensations_funded', 'compensations_paid', 'charges_received', 'charges_kept', 'charges_to_return',"
    " 'charges_returned', 'buyer_receivable', 'claw_backs_owed', 'claw_backs_repaid', 'claw_backs_written_off'"
)
KINDS = (
    "'payment_received', 'discount_funded', 'discount_returned', 'refund_requested', 'refund_paid', 'refund_failed',"
    " 'refund_recorded', 'compensation_paid', 'charge_paid', 'charge_owed_back', 'charge_returned', 'claw_back_owed',"
    " 'claw_back_repaid', 'claw_back_written_off', 'charge_back_opened', 'charge_back_reversed'"
)
ONCE = "NOT (kind IN ('claw_back_owed', 'claw_back_repaid', 'claw_back_written_off'))"
# The movements of the rows that exist, in the form of the later ones. An id begins with the time, as all our ids do, and goes on with a
# hash, so that a second run would make the same ones. Which discounts earlier refunds have returned is not known.
HISTORY = """
INSERT INTO ledger_postings
    (id, order_id, merchant_id, subject_id, kind, debit, credit, amount_minor, currency, provider, posted_at)
SELECT 'post_' || lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0')
       || substr(md5(concat_ws(' ', subject_id, kind, debit, credit)), 1, 20),
       m.order_id, o.merchant_id, subject_id, kind, debit, credit, minor, m.currency, provider, at
FROM ({movements}) m (order_id, subject_id, kind, debit, credit, minor, currency, provider, at)
JOIN orders o ON o.id = m.order_id WHERE minor > 0
"""
MOVEMENTS = (
    """SELECT order_id, id, 'payment_received', 'payments_received', 'merchant_payable', amount_minor, currency, provider,
              coalesce(settled_at, created_at)
       FROM payments WHERE state = 'succeeded'""",
    """SELECT r.order_id, r.id, 'refund_requested', 'merchant_payable', 'refunds_in_flight', r.amount_minor, r.currency,
              p.provider, r.created_at
       FROM refunds r JOIN payments p ON p.id = payment_id WHERE r.state <> 'failed' AND outside IS NULL""",
    """SELECT r.order_id, r.id, 'refund_requested', each ->> 'bearer' || '_funding', 'refund_costs_shared',
              (each ->> 'amount_minor')::bigint, r.currency, NULL, r.created_at
       FROM refunds r CROSS JOIN LATERAL jsonb_array_elements(borne) AS each
       WHERE state <> 'failed' AND each ->> 'bearer' IN ('platform', 'creator')""",
    """SELECT r.order_id, r.id, 'refund_paid', 'refunds_in_flight', 'refunds_paid', r.amount_minor, r.currency, p.provider,
              coalesce(r.settled_at, r.created_at)
       FROM refunds r JOIN payments p ON p.id = payment_id WHERE r.state = 'succeeded' AND outside IS NULL""",
    """SELECT order_id, id, 'refund_recorded', 'merchant_payable', 'refunds_paid_outside', amount_minor, currency, NULL,
              coalesce(settled_at, created_at)
       FROM refunds WHERE state = 'succeeded' AND outside IS NOT NULL""",
    """SELECT o.id, o.id, 'discount_funded', each ->> 'funder' || '_funding', 'discounts_granted',
              sum((each ->> 'amount_minor')::bigint)::bigint, o.currency, NULL, o.paid_at
       FROM orders o JOIN order_lines l ON l.order_id = o.id CROSS JOIN LATERAL jsonb_array_elements(l.discounts) AS each
       WHERE o.paid_at IS NOT NULL AND NOT (o.state = 'cancelled' AND o.cancel_cause <> 'refunded')
       GROUP BY o.id, each ->> 'funder'""",
    """SELECT order_id, id, 'compensation_paid', 'compensations_funded', 'compensations_paid', amount_minor, currency, NULL,
              paid_at FROM compensations""",
    """SELECT order_id, case_id, 'charge_paid', 'charges_received', 'charges_kept', amount_minor, currency, NULL, paid_at
       FROM charges""",
    """SELECT order_id, case_id, 'charge_owed_back', 'charges_kept', 'charges_to_return', amount_minor, currency, NULL,
              owed_back_at FROM charges WHERE owed_back_at IS NOT NULL""",
    """SELECT order_id, case_id, 'charge_returned', 'charges_to_return', 'charges_returned', amount_minor, currency, NULL,
              returned_at FROM charges WHERE returned_at IS NOT NULL""",
    """SELECT order_id, dispute_id, 'claw_back_owed', 'buyer_receivable', 'claw_backs_owed', owed_minor, currency, NULL,
              updated_at FROM claw_backs""",
    """SELECT order_id, dispute_id, 'claw_back_repaid', 'claw_backs_repaid', 'buyer_receivable', repaid_minor, currency, NULL,
              updated_at FROM claw_backs""",
    """SELECT order_id, dispute_id, 'claw_back_written_off', 'claw_backs_written_off', 'buyer_receivable',
              written_off_minor, currency, NULL, updated_at FROM claw_backs""",
)


def upgrade() -> None:
    op.create_table(
        "ledger_postings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("debit", sa.Text(), nullable=False),
        sa.Column("credit", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "transaction",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
            nullable=False,
        ),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ledger_postings_kind_check")),
        sa.CheckConstraint(f"debit IN ({ACCOUNTS})", name=op.f("ledger_postings_debit_check")),
        sa.CheckConstraint(f"credit IN ({ACCOUNTS})", name=op.f("ledger_postings_credit_check")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ledger_postings_amount_minor_check")),
        sa.CheckConstraint("debit <> credit", name=op.f("ledger_postings_accounts_check")),
        sa.CheckConstraint(
            f"(debit IN ({CONSERVED})) = (credit IN ({CONSERVED}))", name=op.f("ledger_postings_conserved_check")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("ledger_postings_order_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("ledger_postings_pkey")),
    )
    for movements in MOVEMENTS:
        op.execute(HISTORY.format(movements=movements))
    op.create_index("ledger_postings_order_idx", "ledger_postings", ["order_id", "id"])
    op.create_index("ledger_postings_merchant_idx", "ledger_postings", ["merchant_id", "id"])
    op.create_index("ledger_postings_transaction_idx", "ledger_postings", ["transaction"])
    op.create_index(
        "ledger_postings_once_key",
        "ledger_postings",
        ["subject_id", "kind", "debit", "credit"],
        unique=True,
        postgresql_where=sa.text(ONCE),
    )
    op.execute(APPEND_ONLY)
    op.execute(
        "CREATE TRIGGER ledger_postings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_postings"
        " EXECUTE FUNCTION ledger_postings_append_only()"
    )


def downgrade() -> None:
    op.drop_table("ledger_postings")
    op.execute("DROP FUNCTION ledger_postings_append_only")
