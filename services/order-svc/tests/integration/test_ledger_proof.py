"""The proof of the ledger: every posting counts once, whatever commits when, and what does not agree is found."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from aftercare_chassis.testing.waiting import until
from order_svc.commands.payments import ledger_proofs
from order_svc.domain.payments.proofs import RecountState

FORGED = """
INSERT INTO ledger_postings (id, order_id, merchant_id, subject_id, kind, debit, credit, amount_minor, currency, posted_at)
SELECT $2, id, merchant_id, $2, 'payment_received', 'payments_received', 'merchant_payable', $3, currency, now()
FROM orders WHERE id = $1
"""


async def proof(shop: Any, role: str = "admin") -> dict[str, Any]:
    """The proof, after everything that is committed was counted."""
    await shop.h.run_workers(ledger_proofs.WORKER)
    response = await shop.h.client(role, "somebody", tenant="m-9").get("/v1/ledger/proof")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def terms(found: dict[str, Any], currency: str = "CNY") -> tuple[int, ...]:
    """What was paid, kept, refunded, is in flight, and the difference."""
    [sums] = [each for each in found["sums"] if each["currency"] == currency]
    names = ("paid", "kept", "refunded", "in_flight", "difference")
    return tuple(sums[f"{name}_minor"] for name in names)


async def test_what_was_paid_is_kept_refunded_and_in_flight(shop: Any) -> None:
    assert (await proof(shop))["sums"] == []
    order, _ = await shop.paid()
    await shop.paid()
    await shop.ask_refund(order, 9567)
    assert terms(await proof(shop)) == (59000, 59000 - 9567, 0, 9567, 0)
    await shop.settle()
    found = await proof(shop)
    assert terms(found) == (59000, 59000 - 9567, 9567, 0, 0)
    assert (found["holds"], found["postings"], found["broken_orders"], found["breaks"]) == (True, 4, 0, [])
    last = (await shop.h.runtime.pool.fetchrow("SELECT id FROM ledger_postings ORDER BY id DESC LIMIT 1"))["id"]
    assert found["last_posting_id"] == last


@pytest.mark.parametrize("role", ["buyer", "seller"])
async def test_everybody_may_read_the_sums_and_nobody_else_which_orders_break_them(shop: Any, role: str) -> None:
    order, _ = await shop.paid()
    await shop.h.runtime.pool.execute("UPDATE payments SET amount_minor = 29501")
    found = await proof(shop, role)
    assert (found["holds"], found["broken_orders"], found["breaks"]) == (False, 1, None)
    assert order["id"] not in str(found)


@pytest.mark.parametrize(
    ("change", "account", "difference"),
    [
        ("UPDATE payments SET amount_minor = 29501", "payments_received", 1),
        ("UPDATE payments SET state = 'failed'", "payments_received", -29500),
        ("UPDATE refunds SET amount_minor = 9568", "refunds_paid", -1),
        ("DELETE FROM refunds", "refunds_paid", 9567),
    ],
)
async def test_rows_that_a_recount_finds_to_differ_by_a_minor_unit(
    shop: Any, change: str, account: str, difference: int
) -> None:
    order, _ = await shop.paid()
    await shop.ask_refund(order, 9567)
    await shop.settle()
    assert (await proof(shop))["holds"]
    await shop.h.runtime.pool.execute(change)
    admin = shop.h.client("admin", "ops-1")
    assert (await admin.post("/v1/ledger/recounts")).status_code == 201
    found = await proof(shop)
    assert (found["holds"], found["broken_orders"], found["recount"]["state"]) == (False, 1, "agrees")
    assert [(each["order_id"], each["account"], each["difference_minor"]) for each in found["breaks"]] == [
        (order["id"], account, difference)
    ]
    assert terms(found)[-1] == abs(difference)


async def test_a_posting_without_a_row_is_found_within_seconds_and_goes_with_its_opposite(shop: Any) -> None:
    order, _ = await shop.paid()
    await shop.h.runtime.pool.execute(FORGED, order["id"], "post_x", 5)
    found = await proof(shop)
    assert (found["holds"], terms(found)) == (False, (29505, 29505, 0, 0, 5))
    opposite = FORGED.replace("'payments_received', 'merchant_payable'", "'merchant_payable', 'payments_received'")
    await shop.h.runtime.pool.execute(opposite, order["id"], "post_y", 5)
    found = await proof(shop)
    assert (found["holds"], terms(found)) == (True, (29500, 29500, 0, 0, 0))


async def test_postings_that_are_committed_in_another_order_count_once(shop: Any) -> None:
    """A transaction that began first commits last: what came between waits for it, and is not counted twice."""
    order, _ = await shop.paid()
    await proof(shop)
    pool = shop.h.runtime.pool
    async with pool.acquire() as slow, slow.transaction():
        await slow.execute(FORGED, order["id"], "post_a", 3)
        await pool.execute(FORGED, order["id"], "post_c", 4)
        assert terms(await proof(shop))[0] == 29500, "what runs is older than what has ended"
    assert terms(await proof(shop))[0] == 29507
    assert terms(await proof(shop))[0] == 29507


async def test_a_second_worker_waits_for_the_first_and_has_nothing_left_to_count(shop: Any) -> None:
    await proof(shop)
    await shop.paid()

    async def counted() -> int:
        async with shop.h.runtime.transaction() as tx:
            return await ledger_proofs.count(tx)

    async with shop.h.runtime.transaction() as first:
        assert await ledger_proofs.count(first) == 1
        await first.flush()
        second = asyncio.create_task(counted())
        waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
        await until(lambda: shop.h.runtime.pool.fetchval(waits), "the second worker waits")
    assert await second == 0
    assert terms(await proof(shop))[0] == 29500


async def test_workers_of_several_processes_count_together_once(shop: Any) -> None:
    order, _ = await shop.paid()

    async def post(number: int) -> None:
        await shop.h.runtime.pool.execute(FORGED, order["id"], f"post_{number:03}", 1)

    async def counting() -> None:
        for _ in range(20):
            async with shop.h.runtime.transaction() as tx:
                await ledger_proofs.count(tx)

    await asyncio.gather(*(post(number) for number in range(100)), counting(), counting())
    found = await proof(shop)
    assert (terms(found)[0], found["postings"]) == (29600, 101)


async def test_many_postings_are_counted_in_parts(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    order, _ = await shop.paid()
    many = FORGED.replace("SELECT $2, id", "SELECT $2 || n, id").replace("merchant_id, $2,", "merchant_id, $2 || n,")
    many = many.replace("FROM orders", "FROM orders, generate_series(1, 6000) n")
    await shop.h.runtime.pool.execute(many, order["id"], "post_", 1)
    async with shop.h.runtime.transaction() as tx:
        await ledger_proofs.count(tx)
    assert terms(await proof(shop))[0] == 35500


async def test_everything_is_counted_again_every_day(shop: Any) -> None:
    await shop.paid()
    first = (await proof(shop))["recount"]
    assert (first["state"], first["orders"]) == ("agrees", 1)
    assert (await proof(shop))["recount"] == first
    shop.h.clock.set(shop.h.clock.now() + timedelta(days=1))
    await shop.paid()
    found = (await proof(shop))["recount"]
    assert (found["state"], found["orders"], found["postings"]) == ("agrees", 2, 2)
    assert found["id"] != first["id"]


async def test_a_recount_finds_totals_that_were_counted_wrong(shop: Any) -> None:
    await shop.paid()
    await proof(shop)
    await shop.h.runtime.pool.execute("UPDATE ledger_totals SET credited_minor = credited_minor + 1")
    assert (await shop.h.client("admin", "ops-1").post("/v1/ledger/recounts")).status_code == 201
    found = await proof(shop)
    assert (found["holds"], found["recount"]["state"]) == (False, RecountState.DIFFERS)


async def test_the_figures_of_the_process_are_those_of_the_proof(shop: Any) -> None:
    order, _ = await shop.paid()
    await proof(shop)
    text = shop.h.runtime.metrics.exposition().decode()
    assert 'aftercare_ledger_difference_minor{currency="CNY"} 0.0' in text
    assert "aftercare_ledger_holds 1.0" in text
    await shop.h.runtime.pool.execute(FORGED, order["id"], "post_x", 5)
    await proof(shop)
    text = shop.h.runtime.metrics.exposition().decode()
    assert 'aftercare_ledger_difference_minor{currency="CNY"} 5.0' in text
    assert "aftercare_ledger_holds 0.0" in text
    assert 'aftercare_signals_total{signal="ledger_difference",source=""} 1.0' in text


async def test_a_merchant_sees_its_own_totals_of_some_days(shop: Any) -> None:
    order, _ = await shop.paid()
    await shop.ask_refund(order, 9567)
    await proof(shop)
    today = shop.h.clock.now().date()
    found = (await shop.seller.get("/v1/merchants/m-1/ledger")).json()
    totals = {each["account"]: (each["debited_minor"], each["credited_minor"]) for each in found["totals"]}
    assert totals == {
        "payments_received": (29500, 0),
        "merchant_payable": (9567, 29500),
        "refunds_in_flight": (0, 9567),
    }
    terms = {
        "paid_minor": 29500,
        "kept_minor": 19933,
        "refunded_minor": 0,
        "in_flight_minor": 9567,
        "difference_minor": 0,
    }
    assert found["balanced"] is True
    assert [{name: each[name] for name in terms} for each in found["sums"]] == [terms]
    assert (found["first_day"], found["last_day"]) == (str(today - timedelta(days=30)), str(today))
    before = {"last_day": str(today - timedelta(days=1))}
    assert (await shop.seller.get("/v1/merchants/m-1/ledger", params=before)).json()["totals"] == []
    wrong = {"first_day": str(today), **before}
    shop.problem(await shop.seller.get("/v1/merchants/m-1/ledger", params=wrong), 422, "period_invalid")
    shop.problem(await shop.seller.get("/v1/merchants/m-2/ledger"), 404, "not_found")
    shop.problem(await shop.buyer.get("/v1/merchants/m-1/ledger"), 403, "forbidden")


async def test_postings_are_listed_for_those_whom_they_concern(shop: Any) -> None:
    order, _ = await shop.paid()
    other, _ = await shop.paid()
    listed = (await shop.seller.get("/v1/ledger-postings", params={"order_id": other["id"]})).json()["data"]
    assert [each["order_id"] for each in listed] == [other["id"]]
    page = (await shop.seller.get("/v1/ledger-postings", params={"limit": 1})).json()
    assert (page["data"][0]["order_id"], page["has_more"]) == (other["id"], True)
    rest = {"limit": 1, "cursor": page["next_cursor"]}
    assert (await shop.seller.get("/v1/ledger-postings", params=rest)).json()["data"][0]["order_id"] == order["id"]
    foreign = shop.h.client("seller", "seller-2", tenant="m-2")
    for client in (foreign, shop.buyer):
        assert (await client.get("/v1/ledger-postings")).json()["data"] == []
