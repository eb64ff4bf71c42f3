"""Orders from before the ledger get the postings that they would have."""

from typing import Any

import pytest

ORDER = """
INSERT INTO orders (id, version, merchant_id, buyer_id, state, after_sale_state, currency, total_minor,
                    shipping_fee_minor, created_at, payment_id, paid_at)
VALUES ('o', 1, 'm', 'b', 'paid', 'none', 'CNY', 500, 0, now(), 'p', now())
"""
LINE = """
INSERT INTO order_lines (id, order_id, position, sku, title, quantity, unit_price_minor, discount_minor, paid_minor, shipped_quantity, withdrawn_quantity,
                         after_sale_state, discounts)
VALUES ('l', 'o', 1, 'K', 'K', 5, 120, 100, 500, 0, 0, 'none',
        '[{"kind": "points", "funder": "platform", "amount_minor": 60}, {"kind": "coupon", "funder": "platform", "amount_minor": 40}]')
"""
PAYMENT = """
INSERT INTO payments (id, version, order_id, buyer_id, merchant_id, provider, method, state, amount_minor, currency,
                      refunded_minor, created_at, settled_at)
VALUES ($1, 1, 'o', 'b', 'm', 'simulator', 'x', $2, 500, 'CNY', 0, now(), now())
"""
REFUND = """
INSERT INTO refunds (id, payment_id, order_id, state, amount_minor, currency, cause, created_at, outside, borne)
VALUES ($1, 'p', 'o', $2, 100, 'CNY', 'approval', now(), $3, $4)
"""
BORNE = '[{"bearer": "merchant", "amount_minor": 70}, {"bearer": "platform", "amount_minor": 30}]'
BESIDE = """
INSERT INTO charges (case_id, order_id, amount_minor, currency, paid_at, owed_back_at) VALUES ('c', 'o', 9, 'CNY', now(), now());
INSERT INTO compensations (id, order_id, case_id, source, amount_minor, currency, paid_at)
VALUES ('g', 'o', 'c', 'freight_insurance', 8, 'CNY', now());
INSERT INTO claw_backs (dispute_id, order_id, case_id, owed_minor, repaid_minor, written_off_minor, currency, updated_at)
VALUES ('d', 'o', 'c', 7, 4, 0, 'CNY', now());
"""


@pytest.mark.parametrize("old", ["0025"], indirect=True)
async def test_the_movements_of_the_past_are_posted(old: Any) -> None:
    await old.connection.execute(ORDER)
    await old.connection.execute(LINE)
    for id_, state in (("p", "succeeded"), ("q", "failed"), ("r", "pending")):
        await old.connection.execute(PAYMENT, id_, state)
    for id_, state, outside, borne in (
        ("done", "succeeded", None, BORNE),
        ("cash", "succeeded", "cash", None),
        ("going", "unknown", None, None),
        ("no", "failed", None, None),
    ):
        await old.connection.execute(REFUND, id_, state, outside, borne)
    await old.connection.execute(BESIDE)
    await old.upgrade("0026")
    rows = await old.connection.fetch("SELECT subject_id, kind, debit, credit, amount_minor FROM ledger_postings")
    assert sorted(map(tuple, rows)) == [
        ("c", "charge_owed_back", "charges_kept", "charges_to_return", 9),
        ("c", "charge_paid", "charges_received", "charges_kept", 9),
        ("cash", "refund_recorded", "merchant_payable", "refunds_paid_outside", 100),
        ("d", "claw_back_owed", "buyer_receivable", "claw_backs_owed", 7),
        ("d", "claw_back_repaid", "claw_backs_repaid", "buyer_receivable", 4),
        ("done", "refund_paid", "refunds_in_flight", "refunds_paid", 100),
        ("done", "refund_requested", "merchant_payable", "refunds_in_flight", 100),
        ("done", "refund_requested", "platform_funding", "refund_costs_shared", 30),
        ("g", "compensation_paid", "compensations_funded", "compensations_paid", 8),
        ("going", "refund_requested", "merchant_payable", "refunds_in_flight", 100),
        ("o", "discount_funded", "platform_funding", "discounts_granted", 100),
        ("p", "payment_received", "payments_received", "merchant_payable", 500),
    ]
