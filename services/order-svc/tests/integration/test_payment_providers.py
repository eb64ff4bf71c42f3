"""Orders that are paid and refunded through each payment provider: the whole service, and the provider's simulator."""

import dataclasses

import httpx
import pytest
from aftercare_events import OrderPaid, RefundFailed, RefundSucceeded
from aftercare_simulators.payment.ledger import Status
from aftercare_simulators.payment.methods import Method
from order_svc.commands.payments import call_queue
from provider_worlds import World

KINDS = {"native": "qr_code", "qr": "qr_code", "jsapi": "jsapi"}


class Till:
    """The shop with this provider: payments name their method only."""

    def __init__(self, shop, world: World) -> None:
        self.shop, self.world = shop, world
        world.now = shop.h.clock.now()
        to_shop = httpx.ASGITransport(app=shop.h.service.app, raise_app_exceptions=False)
        world.provider.callbacks.client = httpx.AsyncClient(transport=to_shop)

    async def start(self):
        """An order and its payment, which the provider has taken but the buyer not made."""
        order = await self.shop.place()
        path, body = f"/v1/orders/{order['id']}/payments", self.world.request
        response = await self.shop.buyer.post(path, json=body)
        assert response.status_code == 201, response.text
        assert response.json()["provider"] == self.world.payment.provider
        await self.shop.h.run_workers(call_queue.WORKER)
        return order, response.json()

    async def settle(self, *, seconds: float = 0):
        self.shop.h.clock.advance(seconds=seconds)
        self.world.now = self.shop.h.clock.now()
        await self.shop.h.run_workers(call_queue.WORKER)
        await self.world.settled()
        await self.shop.process_callbacks()

    async def paid(self):
        order, payment = await self.start()
        await self.settle()
        return await self.shop.order(order["id"]), await self.shop.payment(payment["id"])

    async def complete(self):
        """The buyer makes the payment that waits."""
        for operation in self.world.provider.ledger.pending():
            await self.world.provider.complete(operation)
        await self.shop.process_callbacks()

    def paid_back(self) -> int:
        """What went back, by the provider's own books."""
        ledger = self.world.provider.ledger
        return sum(ledger.refunded(each.id, Status.SUCCEEDED) for each in ledger.payments())


@pytest.fixture
def till(world, shop) -> Till:
    return Till(shop, world)


async def test_an_order_is_paid_and_refunded_in_parts(till, shop):
    order, payment = await till.paid()
    assert (order["state"], payment["state"], payment["checkout"]) == ("paid", "succeeded", None)
    assert len(await shop.events(OrderPaid)) == 1
    await shop.open_case(order, 2, case_type="return_refund")
    for number, amount in enumerate((19133, 9567)):
        await shop.ask_refund(order, amount, refund_id=f"refund_{number}")
        await till.settle()
        await till.settle(seconds=10)
    assert (await shop.payment(payment["id"]))["refunded"]["amount"] == till.paid_back() == 28700
    assert len(await shop.events(RefundSucceeded)) == 2
    assert [state for state, _ in await shop.callbacks()].count("failed") == 0


async def test_only_the_buyer_sees_what_a_payment_is_made_with(till, world, shop):
    world.behave(Method.UNPAID)
    _, payment = await till.start()
    shown = (await shop.payment(payment["id"]))["checkout"]
    assert shown["kind"] == KINDS.get(world.payment.method, "client_secret")
    assert shown["value"]
    assert (await shop.seller.get(f"/v1/payments/{payment['id']}")).json()["checkout"] is None


async def test_a_payment_of_a_cancelled_order_is_given_up_at_the_provider(till, world, shop):
    world.behave(Method.UNPAID)
    order, payment = await till.start()
    assert (await shop.buyer.post(f"/v1/orders/{order['id']}/cancel")).status_code == 200
    await till.settle()
    shown = await shop.payment(payment["id"])
    assert (shown["state"], shown["failure_code"], shown["checkout"]) == ("failed", "order_cancelled", None)
    assert await shop.h.runtime.pool.fetchval("SELECT count(*) FROM provider_calls") == 0


async def test_a_buyer_voids_a_payment_and_pays_in_another_way(till, world, shop):
    world.behave(Method.UNPAID)
    order, payment = await till.start()
    shown = await shop.payment(payment["id"])
    assert [each["action"] for each in shown["allowed_actions"] if each["allowed"]] == ["void"]
    path = f"/v1/payments/{payment['id']}/void"
    assert (await shop.buyer.post(path)).json()["state"] == "pending"
    await till.settle()
    shown = await shop.payment(payment["id"])
    assert (shown["state"], shown["failure_code"], shown["checkout"]) == ("failed", "voided", None)
    shop.problem(await shop.buyer.post(path), 409, "illegal_transition")
    await shop.start_payment(order["id"])
    await shop.settle()
    assert (await shop.order(order["id"]))["state"] == "paid"


async def test_a_payment_that_was_made_is_not_voided(till, world, shop):
    world.behave(Method.UNPAID)
    order, payment = await till.start()
    for operation in world.provider.ledger.pending():
        world.provider.ledger.settle(operation)
    await shop.buyer.post(f"/v1/payments/{payment['id']}/void")
    await till.settle()
    assert (await shop.payment(payment["id"]))["state"] == "succeeded"
    assert (await shop.order(order["id"]))["state"] == "paid"


async def test_money_for_a_cancelled_order_is_refunded(till, world, shop):
    world.behave(Method.UNPAID)
    order, payment = await till.start()
    await shop.buyer.post(f"/v1/orders/{order['id']}/cancel")
    world.behave(None)
    await till.complete()
    await till.settle()
    await till.settle(seconds=10)
    shown = await shop.payment(payment["id"])
    assert (shown["state"], shown["refunded"]["amount"], till.paid_back()) == ("succeeded", 29500, 29500)
    assert [refund["cause"] for refund in shown["refunds"]] == ["order_not_awaiting_payment"]


async def test_a_callback_of_another_amount_moves_nothing_and_is_kept(till, world, shop):
    world.behave(Method.UNPAID)
    order, payment = await till.start()
    world.provider.ledger._file.execute("UPDATE operation SET amount = amount - 1")
    await till.complete()
    assert await shop.callbacks() == [("failed", "amount_mismatch")]
    assert (await shop.payment(payment["id"]))["state"] == "pending"
    assert (await shop.order(order["id"]))["state"] == "created"


async def test_a_callback_of_another_currency_moves_nothing_and_is_kept(till, world, shop):
    world.behave(Method.UNPAID)
    order, payment = await till.start()
    world.provider.ledger._file.execute("UPDATE operation SET currency = 'HKD'")
    await till.complete()
    if world.payment.provider == "alipay":  # its callbacks have no currency: all of its amounts are CNY
        assert await shop.callbacks() == [("applied", None)]
        return
    assert await shop.callbacks() == [("failed", "amount_mismatch")]
    assert (await shop.payment(payment["id"]))["state"] == "pending"
    assert (await shop.order(order["id"]))["state"] == "created"


async def test_a_callback_about_a_payment_that_is_not_ours_is_kept_and_acknowledged(till, world, shop):
    await world.pay(dataclasses.replace(world.payment, created_at=world.now))
    await world.settled()
    await shop.process_callbacks()
    assert {delivery.delivered for delivery in world.provider.callbacks.deliveries} == {True}
    assert await shop.callbacks() == [("unmatched", "unknown_subject")]
    assert await shop.h.runtime.pool.fetchval("SELECT count(*) FROM payments") == 0


async def test_a_method_that_nobody_takes_is_refused(shop):
    order = await shop.place()
    path = f"/v1/orders/{order['id']}/payments"
    for body in ({"payment_method": "cheque"}, {"provider": "simulator", "payment_method": "native"}):
        problem = shop.problem(await shop.buyer.post(path, json=body), 422, "unknown_method")
        assert problem["errors"][0]["pointer"] == "/payment_method"


@pytest.mark.parametrize(
    ("minor", "code", "limit"),
    [(100_000_000, "amount_not_taken", {"most_minor": 99_999_999}), (49, "amount_too_small", {"least_minor": 50})],
)
async def test_what_a_provider_does_not_take_is_refused_before_it_is_called(till, world, shop, minor, code, limit):
    def usd(amount):
        return {"amount": amount, "currency": "USD"}

    line = {"sku": "S", "title": "t", "quantity": 1, "unit_price": usd(minor), "category": "c"}
    body = {"currency": "USD", "lines": [line], "shipping_fee": usd(0)}
    order = await shop.place(**body)
    answer = await shop.buyer.post(f"/v1/orders/{order['id']}/payments", json=world.request)
    if world.payment.provider == "stripe":
        assert limit.items() <= shop.problem(answer, 422, code).items()
    else:
        shop.problem(answer, 422, "currency_not_taken")
    assert world.provider.ledger.payments() == []


@pytest.mark.parametrize("limit", ["refund_period_over", "too_many_refunds"])
async def test_what_a_provider_does_not_refund_is_refused_before_it_is_called(shop, limit):
    order, payment = await shop.paid("sim_refund_declined")
    await shop.h.runtime.pool.execute("UPDATE payments SET provider = 'wechat_pay' WHERE id = $1", payment["id"])
    if limit == "refund_period_over":
        shop.h.clock.advance(hours=24 * 366)
    else:
        for number in range(50):
            await shop.ask_refund(order, 1, refund_id=f"refund_{number}")
    await shop.ask_refund(order, 1, refund_id="refund_last")
    [failed] = await shop.events(RefundFailed)
    assert (failed.refund_id, failed.failure_code) == ("refund_last", limit)
    await shop.h.runtime.pool.execute(
        "UPDATE orders SET state = 'cancelled', cancel_cause = 'buyer', deadline_at = NULL"
    )
    agent = shop.h.client("agent", "agent-1")
    shop.problem(await agent.post(f"/v1/payments/{payment['id']}/refund-remainder"), 409, limit)


async def become_too_old(shop, payment_id):
    """The payment was made through a provider whose time for refunds is over. It is not connected here: a call of it would fail."""
    age = "provider = 'wechat_pay', settled_at = settled_at - interval '366 days'"
    await shop.h.runtime.pool.execute(f"UPDATE payments SET {age} WHERE id = $1", payment_id)


async def test_what_a_provider_does_not_refund_any_more_of_a_cancelled_order_is_owed_without_a_call(shop):
    order, payment = await shop.paid()
    await become_too_old(shop, payment["id"])
    assert (await shop.seller.post(f"/v1/orders/{order['id']}/cancel")).status_code == 200
    await shop.h.run_workers(call_queue.WORKER)
    [failed] = await shop.events(RefundFailed)
    assert (failed.amount_minor, failed.failure_code) == (29500, "refund_period_over")
    assert (await shop.order(order["id"]))["refund_owed"]["amount"]["amount"] == 29500
    assert await shop.h.runtime.pool.fetchval("SELECT count(*) FROM provider_calls") == 0


async def test_another_payment_takes_the_place_of_one_that_has_become_too_old(shop):
    order = await shop.place(payment_minutes=20160)
    for amount in (20000, 9500):
        body = {"payment_method": "sim_success", "amount": {"amount": amount, "currency": "CNY"}}
        await shop.buyer.post(f"/v1/orders/{order['id']}/payments", json=body)
        await shop.settle()
    order = await shop.order(order["id"])
    await shop.ask_refund(order, 1000, refund_id="refund_1")
    newest = (await shop.buyer.get("/v1/payments")).json()["data"][0]
    await become_too_old(shop, newest["id"])
    for _ in range(2):
        await shop.settle()
    whole = (await shop.buyer.get("/v1/refunds/refund_1")).json()
    assert (whole["state"], whole["refunded"]["amount"]) == ("succeeded", 1000)
    assert [each["failure_code"] for each in whole["shares"]] == ["refund_period_over", None]


async def test_a_payment_is_authorised_and_captured_where_the_provider_offers_it(till, world, shop):
    order = await shop.place()
    path, body = f"/v1/orders/{order['id']}/payments", {**world.request, "capture": "manual"}
    response = await shop.buyer.post(path, json=body)
    if world.payment.provider == "wechat_pay":
        problem = shop.problem(response, 422, "authorisation_not_offered")
        assert problem["errors"][0]["pointer"] == "/capture"
        return
    payment = response.json()
    await till.settle()
    await till.settle(seconds=5)
    assert (await shop.payment(payment["id"]))["state"] == "authorised"
    body = {"amount": {"amount": 12000, "currency": "CNY"}}
    assert (await shop.seller.post(f"/v1/payments/{payment['id']}/capture", json=body)).status_code == 200
    await till.settle()
    shown = await shop.payment(payment["id"])
    assert (shown["state"], shown["amount"]["amount"], shown["released"]["amount"]) == ("succeeded", 12000, 17500)
    assert (await shop.order(order["id"]))["paid"]["amount"] == 12000
    assert [state for state, _ in await shop.callbacks()].count("failed") == 0


async def test_an_amount_that_the_provider_cannot_write_is_refused(till, world, shop):
    def kwd(amount):
        return {"amount": amount, "currency": "KWD"}

    line = {"sku": "S", "title": "t", "quantity": 1, "unit_price": kwd(5124), "category": "c"}
    order = await shop.place(currency="KWD", lines=[line], shipping_fee=kwd(0))
    answer = await shop.buyer.post(f"/v1/orders/{order['id']}/payments", json=world.request)
    if world.payment.provider == "stripe":
        assert shop.problem(answer, 422, "amount_not_divisible")["step_minor"] == 10
    else:
        shop.problem(answer, 422, "currency_not_taken")
