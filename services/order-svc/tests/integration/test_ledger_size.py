"""The proof of a large ledger is read as fast as that of a small one, and counted in parts."""

import time
from typing import Any

import pytest
from order_svc.commands.payments import ledger_proofs
from order_svc.domain.payments.proofs import RecountState

PER_ORDER = 4
# Copies of one order and its payment, whatever their columns are.
ORDERS = """
INSERT INTO orders SELECT (jsonb_populate_record(o, jsonb_build_object('id', 'ord_' || n, 'order_no', 'no-' || n))).*
FROM orders o, generate_series(1, $1::int) n WHERE o.id = $2
"""
PAYMENTS = """
INSERT INTO payments SELECT (jsonb_populate_record(p, jsonb_build_object('id', 'pay_' || n, 'order_id', 'ord_' || n))).*
FROM payments p, generate_series(1, $1::int) n WHERE p.order_id = $2
"""
POSTINGS = """
INSERT INTO ledger_postings (id, order_id, merchant_id, subject_id, kind, debit, credit, amount_minor, currency, posted_at)
SELECT 'post_' || n || kind, 'ord_' || n, 'm-' || n % 1000, subject || n, kind, debit, credit, 29500, 'CNY',
       now() - interval '1 hour' * (n % 2000)
FROM generate_series(1, $1::int) n CROSS JOIN (VALUES
    ('pay_', 'payment_received', 'payments_received', 'merchant_payable'),
    ('ord_', 'discount_funded', 'platform_funding', 'discounts_granted'),
    ('ref_', 'refund_requested', 'merchant_payable', 'refunds_in_flight'),
    ('ref_', 'refund_failed', 'refunds_in_flight', 'merchant_payable')
) AS of_order (subject, kind, debit, credit)
"""


@pytest.mark.parametrize(
    "postings",
    [
        pytest.param(12_000, id="short"),
        pytest.param(1_000_000, id="long", marks=[pytest.mark.long, pytest.mark.timeout(3600)]),
    ],
)
async def test_the_proof_of_a_large_ledger(shop: Any, postings: int) -> None:
    order, _ = await shop.paid()
    pool, runtime = shop.h.runtime.pool, shop.h.runtime
    async with pool.acquire() as connection:
        await connection.execute("SET statement_timeout = 0")
        for statement in (ORDERS, PAYMENTS):
            await connection.execute(statement, postings // PER_ORDER, order["id"], timeout=1800)
        await connection.execute(POSTINGS, postings // PER_ORDER, timeout=1800)
        await connection.execute("ANALYZE", timeout=1800)
        await connection.execute("RESET statement_timeout")
    begun = time.perf_counter()
    await shop.h.run_workers(ledger_proofs.WORKER, rounds=10_000)
    counted = time.perf_counter() - begun
    async with runtime.transaction() as tx:
        await ledger_proofs.begin_recount(tx)
    begun, state = time.perf_counter(), RecountState.RUNNING
    while state is RecountState.RUNNING:
        async with runtime.transaction() as tx:
            recount = await ledger_proofs.continue_recount(tx)
            state = RecountState.AGREES if recount is None else recount.state
    recounted = time.perf_counter() - begun
    admin, times = shop.h.client("admin", "ops-1"), []
    for _ in range(200):
        begun = time.perf_counter()
        proof = (await admin.get("/v1/ledger/proof")).json()
        times.append(time.perf_counter() - begun)
    p95 = sorted(times)[len(times) * 95 // 100]
    print(f"{postings} postings: counted in {counted:.1f} s, again in {recounted:.1f} s, proof p95 {p95 * 1000:.1f} ms")
    assert (proof["holds"], proof["postings"], proof["recount"]["postings"]) == (True, postings + 1, postings + 1)
    assert p95 < 0.25, "it does not depend on the number of postings"
