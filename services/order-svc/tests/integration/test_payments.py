"""Payments: whatever the provider does, an order is paid exactly once and no money is lost."""

import asyncio

import httpx
import pytest
from aftercare_events import OrderPaid, PaymentFailed, PaymentStarted, PaymentSucceeded, RefundSucceeded
from order_svc.commands.payments import call_queue

PAST_OUTAGES = 120
"""Minutes that an order waits for its payment, which are more than an outage here lasts."""


async def patiently(shop, done, hours=0.001):
    """Let time pass and run the workers until it is done."""
    for _ in range(30):
        await shop.settle()
        if await done():
            return
        shop.h.clock.advance(hours=hours)
    raise AssertionError("it never came to an end")


def ended(shop, payment_id):
    async def look():
        return (await shop.payment(payment_id))["state"] != "pending"

    return look


@pytest.mark.parametrize(
    "method", ["sim_success", "sim_slow", "sim_duplicate_callback", "sim_callback_first", "sim_lost_answer"]
)
async def test_an_order_is_paid_once_however_the_provider_responds(shop, method):
    order = await shop.place()
    payment = await shop.start_payment(order["id"], method)
    await patiently(shop, ended(shop, payment["id"]))
    await shop.settle()
    assert (await shop.order(order["id"]))["state"] == "paid"
    for kind in (PaymentStarted, PaymentSucceeded, OrderPaid):
        assert len(await shop.events(kind)) == 1
    assert await shop.h.runtime.pool.fetchval("SELECT count(*) FROM provider_calls") == 0
    (paid,) = await shop.events(OrderPaid)
    assert (paid.total_minor, paid.lines[0].paid_minor, paid.payment_id) == (29500, 28700, payment["id"])


async def test_a_declined_order_can_be_paid_again(shop):
    order = await shop.place()
    first = await shop.start_payment(order["id"], "sim_declined")
    await shop.settle()
    first = await shop.payment(first["id"])
    assert (first["state"], first["failure_code"]) == ("failed", "payment_declined")
    assert (await shop.order(order["id"]))["state"] == "created"
    second = await shop.start_payment(order["id"])
    await shop.settle()
    assert (await shop.order(order["id"]))["payment_id"] == second["id"]
    assert len(await shop.events(PaymentFailed)) == 1
    listed = (await shop.buyer.get("/v1/payments", params={"order_id": order["id"]})).json()["data"]
    assert [each["state"] for each in listed] == ["succeeded", "failed"]


async def test_one_payment_at_a_time(shop):
    order = await shop.place()
    path, body = f"/v1/orders/{order['id']}/payments", {"payment_method": "sim_success"}
    answers = await asyncio.gather(*(shop.buyer.post(path, json=body) for _ in range(8)))
    assert sorted(each.status_code for each in answers) == [201] + [409] * 7
    problem = shop.problem(await shop.buyer.post(path, json=body), 409, "payment_in_progress")
    assert problem["payment_id"].startswith("pay_")
    await shop.settle()
    shop.problem(await shop.buyer.post(path, json=body), 409, "illegal_transition")
    assert len(await shop.events(OrderPaid)) == 1


async def test_payments_that_are_refused(shop):
    order = await shop.place()
    path = f"/v1/orders/{order['id']}/payments"
    shop.problem(await shop.buyer.post(path, json={"provider": "unknown"}), 422, "unknown_provider")
    shop.problem(await shop.buyer.post(path, json={"amount": 1}), 422, "validation_failed")
    shop.problem(await shop.seller.post(path, json={}), 403, "forbidden")
    shop.problem(await shop.h.client("buyer", "buyer-2").post(path, json={}), 404, "not_found")
    shop.problem(await shop.buyer.post("/v1/orders/ord_unknown/payments", json={}), 404, "not_found")
    assert await shop.events(PaymentStarted) == []


async def test_a_method_that_the_provider_does_not_have_fails_the_payment(shop):
    order = await shop.place()
    payment = await shop.start_payment(order["id"], "sim_other")
    await shop.settle()
    assert (await shop.payment(payment["id"]))["failure_code"] == "malformed"


async def test_foreign_payments_do_not_exist(shop):
    _, payment = await shop.paid()
    for other in (shop.h.client("buyer", "buyer-2"), shop.h.client("seller", "s", tenant="m-2")):
        shop.problem(await other.get(f"/v1/payments/{payment['id']}"), 404, "not_found")
        assert (await other.get("/v1/payments")).json()["data"] == []


async def test_a_payment_that_succeeds_after_the_order_was_cancelled_is_refunded(shop):
    order = await shop.place()
    payment = await shop.start_payment(order["id"], "sim_lost_answer")
    await shop.h.run_workers("provider-calls")
    shop.h.clock.advance(hours=1)
    await shop.h.run_due()
    assert (await shop.order(order["id"]))["state"] == "cancelled"
    await patiently(shop, ended(shop, payment["id"]))
    await shop.settle()
    shop.h.clock.advance(hours=0.1)
    await shop.settle()
    payment = await shop.payment(payment["id"])
    assert (payment["state"], payment["refunded"]["amount"]) == ("succeeded", 29500)
    assert await shop.events(OrderPaid) == []
    assert (await shop.order(order["id"]))["state"] == "cancelled"
    assert len(await shop.events(RefundSucceeded)) == 1


async def test_a_payment_of_an_order_cancelled_before_the_first_call_is_never_made(shop):
    order = await shop.place()
    payment = await shop.start_payment(order["id"])
    await shop.buyer.post(f"/v1/orders/{order['id']}/cancel")
    await shop.settle()
    assert (await shop.payment(payment["id"]))["failure_code"] == "order_cancelled"
    assert shop.provider.ledger.payments() == []


async def test_an_order_that_costs_nothing_is_paid_without_a_provider(shop, kettles):
    free = {**kettles()["lines"][0], "discount": {"amount": 29700, "currency": "CNY"}}
    order, payment = await shop.paid(lines=[free], shipping_fee={"amount": 0, "currency": "CNY"})
    assert (order["state"], payment["state"]) == ("paid", "succeeded")
    assert shop.provider.ledger.payments() == []
    cancelled = await shop.buyer.post(f"/v1/orders/{order['id']}/cancel")
    assert cancelled.status_code == 200


async def test_a_new_call_wakes_its_worker(shop):
    bell = shop.h.runtime.wakeup(call_queue.WORKER)
    order, _ = await shop.paid()
    assert await bell.wait(5)
    await shop.ask_refund(order, 100)
    assert await bell.wait(5)


async def test_a_provider_that_cannot_be_reached_is_called_again(shop):
    order = await shop.place()
    payment = await shop.start_payment(order["id"])
    shop.network.fail(httpx.ConnectError)
    await shop.settle()
    assert (await shop.payment(payment["id"]))["state"] == "pending"
    shop.network.restore()
    await patiently(shop, ended(shop, payment["id"]))
    assert (await shop.order(order["id"]))["state"] == "paid"
    assert len(shop.provider.ledger.payments()) == 1


@pytest.mark.parametrize("outage", [httpx.ConnectError, httpx.ReadTimeout])
async def test_calls_without_a_response_are_made_again_when_the_provider_responds_to_another(shop, outage):
    waiting = [await shop.start_payment((await shop.place(payment_minutes=PAST_OUTAGES))["id"]) for _ in range(4)]
    shop.network.fail(outage)
    for _ in range(8):
        shop.h.clock.advance(seconds=300)
        await shop.settle()
    assert {(await shop.payment(each["id"]))["state"] for each in waiting} == {"pending"}
    shop.network.restore()
    await shop.settle()
    assert {(await shop.payment(each["id"]))["state"] for each in waiting} == {"pending"}, "none of them is due yet"
    _, payment = await shop.paid()
    await patiently(shop, ended(shop, payment["id"]))
    states = [(await shop.payment(each["id"]))["state"] for each in waiting]
    assert states == ["succeeded"] * 4
    assert len(shop.provider.ledger.payments()) == 5


async def test_a_response_releases_one_call_and_only_of_its_kind(shop):
    order, _ = await shop.paid()
    payments = [await shop.start_payment((await shop.place(payment_minutes=PAST_OUTAGES))["id"]) for _ in range(2)]
    await shop.ask_refund(order, 100)
    shop.network.fail(httpx.ConnectError)
    for _ in range(8):
        shop.h.clock.advance(seconds=300)
        await shop.settle()
    made = []

    async def unanswered_but_one(request):
        made.append(request.url.path)
        if len(made) > 1:
            raise httpx.ConnectError("to order", request=request)
        return httpx.Response(201, json={"status": "pending"})

    shop.network.use(httpx.MockTransport(unanswered_but_one))
    await shop.start_payment((await shop.place())["id"])
    await shop.settle()
    assert made == ["/v1/payments", "/v1/payments"], "of two payments and a refund that wait, one payment"
    assert {(await shop.payment(each["id"]))["state"] for each in payments} == {"pending"}


async def test_when_a_worker_ends_in_a_call_the_next_one_queries_the_provider(shop):
    from order_svc.commands.payments import provider_calls

    order = await shop.place()
    payment = await shop.start_payment(order["id"])
    async with shop.h.runtime.transaction() as tx:
        call = await provider_calls.next_call(tx)
        assert call is not None
        await provider_calls.lease(tx, call)
    await shop.settle()
    assert (await shop.payment(payment["id"]))["state"] == "pending"
    shop.h.clock.advance(seconds=31)
    await patiently(shop, ended(shop, payment["id"]))
    assert (await shop.order(order["id"]))["state"] == "paid"
