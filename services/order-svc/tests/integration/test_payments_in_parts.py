"""Orders that are paid in several payments: each part once, all of it once, and nothing beyond it."""

import asyncio
from datetime import datetime, timedelta

import pytest
from aftercare_chassis.sentences import DEFAULT_ZONE
from aftercare_events import OrderCancelled, OrderPaid, OrderPartlyPaid, RefundSucceeded

TOTAL = 29500


def part(kind, amount, due_at=None):
    return {"kind": kind, "amount": {"amount": amount, "currency": "CNY"}, "due_at": due_at}


async def pay(shop, order, amount=None, method="sim_success"):
    body = {"payment_method": method}
    if amount is not None:
        body["amount"] = {"amount": amount, "currency": "CNY"}
    return await shop.buyer.post(f"/v1/orders/{order['id']}/payments", json=body)


async def paid_with(shop, order, amount=None, method="sim_success"):
    response = await pay(shop, order, amount, method)
    assert response.status_code == 201, response.text
    await shop.settle()
    return await shop.payment(response.json()["id"])


def deposit_plan(**other):
    plan = [part("deposit", 5000), part("balance", TOTAL - 5000)]
    return {"payment_plan": plan, **other}


async def test_an_order_is_paid_by_the_last_of_its_payments(shop):
    order = await shop.place()
    first = await paid_with(shop, order, 10000)
    shown = await shop.order(order["id"])
    assert (shown["state"], shown["paid"]["amount"], shown["left_to_pay"]["amount"]) == ("created", 10000, 19500)
    assert (shown["next_due"]["amount"]["amount"], shown["payment_id"]) == (19500, None)
    assert shown["deadline_at"] == order["deadline_at"], "a part does not win time"
    second = await paid_with(shop, order)
    assert second["amount"]["amount"] == 19500
    shown = await shop.order(order["id"])
    assert (shown["state"], shown["payment_id"], shown["left_to_pay"]["amount"]) == ("paid", second["id"], 0)
    assert shown["next_due"] is None
    (partly,) = await shop.events(OrderPartlyPaid)
    assert (partly.payment_id, partly.paid_minor, partly.left_minor) == (first["id"], 10000, 19500)
    (paid,) = await shop.events(OrderPaid)
    assert paid.payment_id == second["id"]
    assert [(each.payment_id, each.amount_minor) for each in paid.payments] == [
        (first["id"], 10000),
        (second["id"], 19500),
    ]


async def test_one_payment_of_all_names_no_others(shop):
    await shop.paid()
    (paid,) = await shop.events(OrderPaid)
    assert paid.payments is None
    assert await shop.events(OrderPartlyPaid) == []


async def test_parallel_payments_reserve_their_parts(shop):
    order = await shop.place()
    answers = await asyncio.gather(*(pay(shop, order, 10000) for _ in range(8)))
    assert sorted(each.status_code for each in answers) == [201, 201] + [422] * 6
    problem = shop.problem(await pay(shop, order, 10000), 422, "amount_exceeds_left")
    assert problem["left_minor"] == 9500
    assert (await pay(shop, order)).json()["amount"]["amount"] == 9500
    shop.problem(await pay(shop, order), 409, "payment_in_progress")
    await shop.settle()
    assert (await shop.order(order["id"]))["state"] == "paid"
    assert len(await shop.events(OrderPaid)) == 1
    assert sum(each.amount for each in shop.provider.ledger.payments()) == TOTAL


async def test_a_declined_part_can_be_paid_again(shop):
    order = await shop.place()
    await paid_with(shop, order, 9500)
    await paid_with(shop, order, 20000, "sim_declined")
    assert (await shop.order(order["id"]))["state"] == "created"
    await paid_with(shop, order)
    assert (await shop.order(order["id"]))["state"] == "paid"


@pytest.mark.parametrize(
    ("amount", "status", "code"),
    [
        ({"amount": 0, "currency": "CNY"}, 422, "amount_exceeds_left"),
        ({"amount": 29501, "currency": "CNY"}, 422, "amount_exceeds_left"),
        ({"amount": 100, "currency": "USD"}, 422, "currency_mismatch"),
        ({"amount": -1, "currency": "CNY"}, 422, "validation_failed"),
    ],
    ids=["nothing", "too much", "another currency", "less than nothing"],
)
async def test_amounts_that_cannot_be_paid(shop, amount, status, code):
    order = await shop.place()
    response = await shop.buyer.post(f"/v1/orders/{order['id']}/payments", json={"amount": amount})
    shop.problem(response, status, code)
    assert (await shop.buyer.get("/v1/payments")).json()["data"] == []


async def test_an_order_has_a_limited_number_of_payments(shop):
    order = await shop.place()
    for _ in range(20):
        assert (await pay(shop, order, 1)).status_code == 201
    shop.problem(await pay(shop, order, 1), 409, "too_many_payments")


async def test_a_payment_that_was_declined_and_made_later_does_not_overpay(shop):
    order = await shop.place()
    late = await paid_with(shop, order, 20000, "sim_declined")
    await paid_with(shop, order, 19500)
    data = {"payment_id": late["id"], "reference": "r", "amount": 20000, "currency": "CNY"}
    await shop.callback("payment.succeeded", data)
    await shop.settle()
    shown = await shop.payment(late["id"])
    assert (shown["state"], shown["surplus"]) == ("succeeded", True)
    assert [(each["amount"]["amount"], each["cause"]) for each in shown["refunds"]] == [
        (20000, "order_not_awaiting_payment")
    ]
    assert (await shop.order(order["id"]))["paid"]["amount"] == 19500
    await paid_with(shop, order)
    assert (await shop.order(order["id"]))["state"] == "paid"


async def test_cancelling_a_partly_paid_order_refunds_every_part(shop):
    order = await shop.place()
    payments = [await paid_with(shop, order, amount) for amount in (10000, 5000)]
    pending = (await pay(shop, order, 1000)).json()
    assert (await shop.buyer.post(f"/v1/orders/{order['id']}/cancel")).status_code == 200
    await shop.settle()
    assert [(await shop.payment(each["id"]))["refunded"]["amount"] for each in payments] == [10000, 5000]
    assert (await shop.payment(pending["id"]))["failure_code"] == "order_cancelled"
    ledger = (await shop.buyer.get(f"/v1/orders/{order['id']}/ledger")).json()
    assert (ledger["paid"]["amount"], ledger["kept"]["amount"], ledger["balanced"]) == (15000, 0, True)


async def test_cancelling_an_order_that_was_paid_in_parts_refunds_every_part(shop):
    order = await shop.place()
    payments = [await paid_with(shop, order, amount) for amount in (10000, 19500)]
    await shop.seller.post(f"/v1/orders/{order['id']}/cancel")
    await shop.settle()
    assert [(await shop.payment(each["id"]))["refunded"]["amount"] for each in payments] == [10000, 19500]
    assert [event.deposit_kept_minor for event in await shop.events(OrderCancelled)] == [None]


async def test_a_partly_paid_order_expires_and_refunds(shop):
    order = await shop.place()
    payment = await paid_with(shop, order, 10000)
    shop.h.clock.advance(hours=1)
    await shop.h.run_due()
    await shop.settle()
    assert (await shop.order(order["id"]))["cancel_cause"] == "payment_timeout"
    assert (await shop.payment(payment["id"]))["refunded"]["amount"] == 10000


async def test_the_balance_opens_when_the_deposit_is_paid(shop):
    balance_due = shop.h.clock.now().replace(microsecond=0).isoformat().replace("+00:00", "Z").replace("2026", "2027")
    plan = [part("deposit", 5000), part("balance", TOTAL - 5000, balance_due)]
    order = await shop.place(payment_plan=plan)
    assert (order["next_due"]["kind"], order["next_due"]["amount"]["amount"]) == ("deposit", 5000)
    assert order["deadline_at"] == order["next_due"]["due_at"] == order["payment_plan"]["instalments"][0]["due_at"]
    shop.problem(await pay(shop, order, 5001), 422, "amount_exceeds_left")
    await paid_with(shop, order)
    shown = await shop.order(order["id"])
    assert (shown["next_due"]["kind"], shown["next_due"]["amount"]["amount"]) == ("balance", 24500)
    assert shown["deadline_at"] == shown["next_due"]["due_at"] == balance_due
    shop.h.clock.advance(hours=24)
    await shop.h.run_due()
    await paid_with(shop, order)
    assert (await shop.order(order["id"]))["state"] == "paid"


async def test_a_balance_without_a_time_is_due_as_long_after_the_deposit_as_an_order_is(shop):
    order = await shop.place(**deposit_plan())
    assert order["payment_plan"]["instalments"][1]["due_at"] is None
    shop.h.clock.advance(hours=0.25)
    await paid_with(shop, order)
    shown = await shop.order(order["id"])
    assert shown["deadline_at"] == shown["payment_plan"]["instalments"][1]["due_at"] > order["deadline_at"]


async def expire(shop, order):
    shop.h.clock.advance(hours=1)
    await shop.h.run_due()
    return await shop.order(order["id"])


@pytest.mark.parametrize("refundable", [True, False], ids=["refundable", "not refundable"])
async def test_what_becomes_of_the_deposit_when_the_balance_is_not_paid_in_time(shop, refundable):
    order = await shop.place(**deposit_plan(deposit_refundable=refundable))
    deposit = await paid_with(shop, order)
    part_of_balance = await paid_with(shop, order, 700)
    shown = await expire(shop, order)
    await shop.settle()
    kept = 0 if refundable else 5000
    assert (shown["state"], shown["payment_plan"]["deposit_kept"]["amount"]) == ("cancelled", kept)
    (cancelled,) = await shop.events(OrderCancelled)
    assert (cancelled.cause, cancelled.deposit_kept_minor) == ("payment_timeout", kept or None)
    refunded = [(await shop.payment(each["id"]))["refunded"]["amount"] for each in (deposit, part_of_balance)]
    assert refunded == [5000 - kept, 700]
    ledger = (await shop.buyer.get(f"/v1/orders/{order['id']}/ledger")).json()
    sums = [ledger[name]["amount"] for name in ("paid", "kept", "refunded", "in_flight")]
    assert (sums, ledger["balanced"]) == ([5700, kept, 5700 - kept, 0], True)


@pytest.mark.parametrize(("who", "kept"), [("buyer", 5000), ("seller", 0)], ids=["by the buyer", "by the seller"])
async def test_a_deposit_that_is_not_refundable_is_the_merchants_where_the_buyer_cancels(shop, who, kept):
    order = await shop.place(**deposit_plan(deposit_refundable=False))
    deposit = await paid_with(shop, order)
    cancelled = (await getattr(shop, who).post(f"/v1/orders/{order['id']}/cancel")).json()
    assert cancelled["payment_plan"]["deposit_kept"]["amount"] == kept
    await shop.settle()
    assert (await shop.payment(deposit["id"]))["refunded"]["amount"] == 5000 - kept
    operator = shop.h.client("agent", "agent-1")
    response = await operator.post(f"/v1/payments/{deposit['id']}/refund-remainder")
    assert response.status_code == (200 if kept else 409), "an operator may still give it back"
    await shop.settle()
    assert (await shop.payment(deposit["id"]))["refunded"]["amount"] == 5000


async def test_a_part_of_the_deposit_alone_is_always_refunded(shop):
    order = await shop.place(**deposit_plan(deposit_refundable=False))
    payment = await paid_with(shop, order, 4999)
    await expire(shop, order)
    await shop.settle()
    assert (await shop.payment(payment["id"]))["refunded"]["amount"] == 4999


async def test_a_cancelled_order_that_was_paid_in_full_keeps_no_deposit(shop):
    order = await shop.place(**deposit_plan(deposit_refundable=False))
    payments = [await paid_with(shop, order), await paid_with(shop, order)]
    assert (await shop.order(order["id"]))["state"] == "paid"
    await shop.buyer.post(f"/v1/orders/{order['id']}/cancel")
    await shop.settle()
    assert [(await shop.payment(each["id"]))["refunded"]["amount"] for each in payments] == [5000, 24500]
    assert len(await shop.events(RefundSucceeded)) == 2


PAST, SOON, LATER = "2020-01-01T00:00:00Z", "2026-03-10T00:00:00Z", "2026-03-12T00:00:00Z"


@pytest.mark.parametrize(
    ("plan", "code", "pointer"),
    [
        ([part("deposit", 5000), part("balance", 5000)], "plan_does_not_add_up", "/payment_plan"),
        ([part("deposit", TOTAL)], "instalment_misplaced", "/payment_plan/0/kind"),
        ([part("balance", 5000), part("part", 24500)], "instalment_misplaced", "/payment_plan/0/kind"),
        ([part("part", 5000), part("deposit", 24500)], "instalment_misplaced", "/payment_plan/1/kind"),
        ([part("part", 0), part("part", TOTAL)], "instalment_empty", "/payment_plan/0/amount"),
        ([part("part", 500, PAST), part("part", 29000)], "due_times_disordered", "/payment_plan/0/due_at"),
        ([part("part", 500, LATER), part("part", 29000, SOON)], "due_times_disordered", "/payment_plan/1/due_at"),
        ([], "validation_failed", None),
    ],
    ids=["sum", "only a deposit", "balance first", "deposit last", "nothing", "past", "disordered", "empty"],
)
async def test_plans_that_make_no_sense_are_refused(shop, kettles, plan, code, pointer):
    response = await shop.seller.post("/v1/orders", json=kettles(payment_plan=plan))
    problem = shop.problem(response, 422, code)
    if pointer is not None:
        assert problem["errors"][0]["pointer"] == pointer
    assert (await shop.seller.get("/v1/orders")).json()["data"] == []


@pytest.mark.parametrize(("number", "days"), [(0, 15), (1, 365)])
async def test_the_time_to_pay_a_part_has_an_upper_bound(shop, kettles, number, days):
    def plan(at):
        due = [None, None]
        due[number] = at.isoformat()
        return kettles(payment_plan=[part("deposit", 5000, due[0]), part("balance", 24500, due[1])])

    latest = shop.h.clock.now() + timedelta(days=days)
    response = await shop.seller.post("/v1/orders", json=plan(latest + timedelta(seconds=1)))
    problem = shop.problem(response, 422, "due_time_too_late")
    assert problem["errors"][0]["pointer"] == f"/payment_plan/{number}/due_at"
    assert (problem["most"], datetime.fromisoformat(problem["latest"])) == (24 * days, latest)
    assert f"即 {latest.astimezone(DEFAULT_ZONE):%Y-%m-%d %H:%M:%S} Asia/Shanghai" in problem["detail"]
    assert (await shop.seller.get("/v1/orders")).json()["data"] == []
    assert (await shop.seller.post("/v1/orders", json=plan(latest))).status_code == 201


async def test_a_plan_in_another_currency_is_refused(shop, kettles):
    plan = [{"kind": "part", "amount": {"amount": TOTAL, "currency": "USD"}}]
    response = await shop.seller.post("/v1/orders", json=kettles(payment_plan=plan))
    shop.problem(response, 422, "currency_mismatch")
