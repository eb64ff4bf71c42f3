"""Payments that are authorised first: captured in full or in part, released, expired. What is authorised is no money of the order."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from aftercare_events import OrderPaid, PaymentAuthorised, PaymentFailed, PaymentSucceeded
from aftercare_simulators.payment.ledger import Status
from aftercare_simulators.payment.methods import Method
from order_svc.commands.payments import call_queue

TOTAL = 29500
LINE_OF_ONE = 9567


def cny(minor: int) -> dict[str, Any]:
    return {"amount": minor, "currency": "CNY"}


class Counter:
    """Where an order is paid by authorised payments."""

    def __init__(self, shop: Any) -> None:
        self.shop = shop

    async def start(self, order: dict[str, Any], minor: int | None = None, method: str = "sim_success") -> Any:
        body = {"payment_method": method, "capture": "manual", "amount": None if minor is None else cny(minor)}
        return await self.shop.buyer.post(f"/v1/orders/{order['id']}/payments", json=body)

    async def authorised(self, minor: int | None = None, **order: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """An order, and a payment of it that the provider holds."""
        placed = await self.shop.place(**order)
        response = await self.start(placed, minor)
        assert response.status_code == 201, response.text
        await self.shop.settle()
        return placed, await self.shop.payment(response.json()["id"])

    async def capture(self, payment: dict[str, Any], minor: int | None = None) -> httpx.Response:
        body = {} if minor is None else {"amount": cny(minor)}
        return await self.shop.seller.post(f"/v1/payments/{payment['id']}/capture", json=body)

    async def ledger(self, order: dict[str, Any]) -> dict[str, int]:
        shown = (await self.shop.buyer.get(f"/v1/orders/{order['id']}/ledger")).json()
        assert shown["balanced"]
        return {name: shown[name]["amount"] for name in ("paid", "kept", "refunded", "in_flight")}

    def at_provider(self) -> list[tuple[Status, int]]:
        return [(each.status, each.amount) for each in self.shop.provider.ledger.payments()]

    async def waiting_calls(self) -> int:
        count: int = await self.shop.h.runtime.pool.fetchval("SELECT count(*) FROM provider_calls")
        return count


@pytest.fixture
def counter(shop: Any) -> Counter:
    return Counter(shop)


async def test_what_is_authorised_pays_nothing_until_it_is_captured(counter, shop):
    order, payment = await counter.authorised()
    assert (payment["state"], payment["authorised"], payment["released"]["amount"]) == ("authorised", cny(TOTAL), 0)
    assert (await shop.order(order["id"]))["state"] == "created"
    assert await counter.ledger(order) == {"paid": 0, "kept": 0, "refunded": 0, "in_flight": 0}
    [held] = await shop.events(PaymentAuthorised)
    assert held.authorised_until == shop.h.clock.now() + timedelta(days=7)
    assert (await counter.capture(payment)).json()["state"] == "capturing"
    assert (await shop.order(order["id"]))["state"] == "created"
    await shop.settle()
    paid = await shop.payment(payment["id"])
    assert (paid["state"], paid["amount"]["amount"], paid["released"]["amount"]) == ("succeeded", TOTAL, 0)
    assert (await shop.order(order["id"]))["state"] == "paid"
    assert await counter.ledger(order) == {"paid": TOTAL, "kept": TOTAL, "refunded": 0, "in_flight": 0}
    assert len(await shop.events(OrderPaid)) == len(await shop.events(PaymentSucceeded)) == 1
    assert await counter.waiting_calls() == 0


async def test_a_part_is_captured_and_the_rest_is_released_and_paid_otherwise(counter, shop):
    order, payment = await counter.authorised()
    await counter.capture(payment, 12000)
    await shop.settle()
    paid = await shop.payment(payment["id"])
    assert (paid["state"], paid["amount"]["amount"], paid["released"]["amount"]) == ("succeeded", 12000, TOTAL - 12000)
    [succeeded] = await shop.events(PaymentSucceeded)
    assert (succeeded.amount_minor, succeeded.authorised_minor) == (12000, TOTAL)
    assert await counter.ledger(order) == {"paid": 12000, "kept": 12000, "refunded": 0, "in_flight": 0}
    rest = await shop.start_payment(order["id"])
    assert rest["amount"]["amount"] == TOTAL - 12000
    await shop.settle()
    assert (await shop.order(order["id"]))["state"] == "paid"
    await shop.buyer.post(f"/v1/orders/{order['id']}/cancel")
    for _ in range(2):
        await shop.settle()
    assert await counter.ledger(order) == {"paid": TOTAL, "kept": 0, "refunded": TOTAL, "in_flight": 0}
    assert shop.paid_back(payment) == 12000


async def test_what_is_authorised_cannot_be_paid_a_second_time(counter, shop):
    order, payment = await counter.authorised(20000)
    answer = await counter.start(order, 9501)
    assert shop.problem(answer, 422, "amount_exceeds_left")["left_minor"] == 9500
    await counter.capture(payment, 15000)
    answer = await counter.start(order, 14501)
    assert shop.problem(answer, 422, "amount_exceeds_left")["left_minor"] == 14500


@pytest.mark.parametrize("minor", [0, TOTAL + 1])
async def test_no_more_is_captured_than_is_authorised(counter, shop, minor):
    _, payment = await counter.authorised()
    problem = shop.problem(await counter.capture(payment, minor), 422, "amount_exceeds_authorised")
    assert problem["most_minor"] == TOTAL
    assert problem["errors"][0]["pointer"] == "/amount"
    assert (await shop.payment(payment["id"]))["state"] == "authorised"
    assert counter.at_provider() == [(Status.AUTHORISED, TOTAL)]


async def test_another_currency_is_not_captured(counter, shop):
    _, payment = await counter.authorised()
    body = {"amount": {"amount": 100, "currency": "USD"}}
    answer = await shop.seller.post(f"/v1/payments/{payment['id']}/capture", json=body)
    shop.problem(answer, 422, "currency_mismatch")


async def test_the_buyer_captures_nothing(counter, shop):
    _, payment = await counter.authorised()
    answer = await shop.buyer.post(f"/v1/payments/{payment['id']}/capture", json={})
    shop.problem(answer, 403, "forbidden")


@pytest.mark.parametrize("who", ["buyer", "seller"])
async def test_an_authorised_payment_is_voided(counter, shop, who):
    order, payment = await counter.authorised()
    path = f"/v1/payments/{payment['id']}/void"
    assert (await getattr(shop, who).post(path)).json()["state"] == "releasing"
    shop.problem(await counter.capture(payment), 409, "illegal_transition")
    await shop.settle()
    ended = await shop.payment(payment["id"])
    assert (ended["state"], ended["failure_code"], ended["released"]["amount"]) == ("failed", "voided", TOTAL)
    assert counter.at_provider() == [(Status.DECLINED, TOTAL)]
    await shop.start_payment(order["id"])
    await shop.settle()
    assert (await shop.order(order["id"]))["state"] == "paid"
    assert await counter.waiting_calls() == 0


async def test_the_authorisation_of_a_cancelled_order_is_released(counter, shop):
    order, payment = await counter.authorised()
    assert (await shop.buyer.post(f"/v1/orders/{order['id']}/cancel")).status_code == 200
    for _ in range(2):
        await shop.settle()
    ended = await shop.payment(payment["id"])
    assert (ended["state"], ended["failure_code"]) == ("failed", "order_cancelled")
    assert counter.at_provider() == [(Status.DECLINED, TOTAL)]
    assert await counter.ledger(order) == {"paid": 0, "kept": 0, "refunded": 0, "in_flight": 0}


async def test_an_order_that_is_cancelled_during_its_capture_gets_the_money_back(counter, shop):
    order, payment = await counter.authorised()
    await counter.capture(payment)
    shop.network.fail(httpx.ReadTimeout)
    shop.provider.ledger.capture(shop.provider.ledger.payments()[0], TOTAL)  # it has arrived; its answer has not
    await shop.h.run_workers(call_queue.WORKER)
    assert (await shop.buyer.post(f"/v1/orders/{order['id']}/cancel")).status_code == 200
    shop.network.restore()
    for _ in range(3):
        shop.h.clock.advance(seconds=5)
        await shop.settle()
    assert (await shop.payment(payment["id"]))["refunded"]["amount"] == TOTAL
    assert await counter.ledger(order) == {"paid": TOTAL, "kept": 0, "refunded": TOTAL, "in_flight": 0}


async def test_an_authorisation_of_an_order_cancelled_before_is_released(counter, shop):
    order = await shop.place()
    response = await counter.start(order, method="sim_unpaid")
    await shop.settle()
    await shop.buyer.post(f"/v1/orders/{order['id']}/cancel")
    await shop.provider.complete(shop.provider.ledger.payments()[0])
    for _ in range(3):
        shop.h.clock.advance(seconds=5)
        await shop.settle()
    ended = await shop.payment(response.json()["id"])
    assert (ended["state"], ended["failure_code"]) == ("failed", "order_cancelled")
    assert counter.at_provider() == [(Status.DECLINED, TOTAL)]


async def test_an_authorisation_ends_with_the_time_of_its_provider(counter, shop):
    order, payment = await counter.authorised(payment_minutes=60 * 24 * 10)
    shop.h.clock.advance(hours=24 * 7 - 1)
    await shop.settle()
    assert (await shop.payment(payment["id"]))["state"] == "authorised"
    shop.h.clock.advance(hours=1)
    await shop.settle()
    await shop.settle()
    ended = await shop.payment(payment["id"])
    assert (ended["state"], ended["failure_code"]) == ("failed", "authorisation_expired")
    assert (await shop.order(order["id"]))["state"] == "created"


async def test_the_provider_ends_an_authorisation_by_itself(counter, shop):
    _, payment = await counter.authorised()
    shop.provider.void(shop.provider.ledger.payments()[0])
    await shop.provider.callbacks.settled()
    await shop.process_callbacks()
    assert (await shop.payment(payment["id"]))["state"] == "failed"
    assert len(await shop.events(PaymentFailed)) == 1
    assert await counter.waiting_calls() == 0


@pytest.mark.parametrize("fault", [httpx.ConnectError, httpx.ReadTimeout])
async def test_a_capture_is_made_once_whatever_the_network_does(counter, shop, fault):
    order, payment = await counter.authorised()
    await counter.capture(payment, 12000)
    shop.network.fail(fault)
    await shop.h.run_workers(call_queue.WORKER)
    shop.network.restore()
    for _ in range(4):
        shop.h.clock.advance(seconds=10)
        await shop.settle()
    assert counter.at_provider() == [(Status.SUCCEEDED, 12000)]
    assert (await counter.ledger(order))["paid"] == 12000
    assert await counter.waiting_calls() == 0


async def test_a_capture_without_a_response_is_queried(counter, shop):
    order, payment = await counter.authorised()
    await counter.capture(payment, 12000)
    shop.provider.override = Method.LOST_RESPONSE
    await shop.h.run_workers(call_queue.WORKER)
    assert (await shop.payment(payment["id"]))["state"] == "capturing"
    shop.h.clock.advance(seconds=10)
    await shop.settle()
    assert (await shop.payment(payment["id"]))["amount"]["amount"] == 12000
    assert (await counter.ledger(order))["paid"] == 12000


async def test_a_declined_capture_fails_the_payment(counter, shop):
    order, payment = await counter.authorised()
    shop.provider.override = Method.DECLINED
    await counter.capture(payment)
    await shop.settle()
    ended = await shop.payment(payment["id"])
    assert (ended["state"], ended["failure_code"]) == ("failed", "capture_declined")
    shop.provider.override = None
    await shop.start_payment(order["id"])
    await shop.settle()
    assert (await shop.order(order["id"]))["state"] == "paid"


async def test_what_is_captured_at_the_provider_itself_counts(counter, shop):
    order, payment = await counter.authorised()
    operation = shop.provider.ledger.payments()[0]
    await shop.provider.capture(operation, 12000, lambda *_: httpx.Response(200))
    await shop.provider.callbacks.settled()
    await shop.process_callbacks()
    assert (await shop.payment(payment["id"]))["amount"]["amount"] == 12000
    assert (await counter.ledger(order))["paid"] == 12000


@pytest.mark.parametrize(
    ("kind", "minor"), [("payment.authorised", TOTAL - 1), ("payment.succeeded", TOTAL + 1), ("payment.succeeded", 0)]
)
async def test_a_callback_of_what_was_not_authorised_moves_nothing(counter, shop, kind, minor):
    order, payment = await counter.authorised()
    data = {"payment_id": payment["id"], "reference": "sim-1", **cny(minor)}
    await shop.callback(kind, data, message_id="msg_wrong")
    assert (await shop.callbacks())[-1] == ("failed", "amount_mismatch")
    assert (await shop.payment(payment["id"]))["state"] == "authorised"
    assert (await counter.ledger(order))["paid"] == 0


async def test_the_steps_of_an_authorised_payment_are_sentences(counter, shop):
    order, payment = await counter.authorised()
    await counter.capture(payment, 12000)
    await shop.settle()
    found = (await shop.buyer.get(f"/v1/orders/{order['id']}/timeline", headers={"Accept-Language": "en"})).json()
    sentences = " ".join(step["text"]["en"] for step in found["data"])
    assert "simulator holds 295.00 CNY for the order until" in sentences
    assert "The capture of 120.00 CNY by simulator was requested." in sentences
