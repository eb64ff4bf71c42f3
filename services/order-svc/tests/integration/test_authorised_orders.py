"""Orders of which authorised payments hold what they need: they wait for the capture, and not for the unpaid timer."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from aftercare_events import OrderAuthorisationEnded, OrderAuthorised, OrderCancelled, OrderPartlyPaid
from aftercare_simulators.payment.methods import Method

TOTAL = 29500
HELD = timedelta(days=7)
TO_PAY = timedelta(minutes=30)


class Till:
    """A merchant who captures by hand."""

    def __init__(self, shop: Any) -> None:
        self.shop = shop

    async def authorised(self, order: dict[str, Any], minor: int | None = None) -> dict[str, Any]:
        """A payment of the order that the provider holds."""
        amount = None if minor is None else {"amount": minor, "currency": "CNY"}
        body = {"payment_method": "sim_success", "capture": "manual", "amount": amount}
        started = await self.shop.buyer.post(f"/v1/orders/{order['id']}/payments", json=body)
        assert started.status_code == 201, started.text
        await self.shop.settle()
        payment: dict[str, Any] = await self.shop.payment(started.json()["id"])
        return payment

    async def capture(self, payment: dict[str, Any], minor: int | None = None) -> None:
        body = {} if minor is None else {"amount": {"amount": minor, "currency": "CNY"}}
        taken = await self.shop.seller.post(f"/v1/payments/{payment['id']}/capture", json=body)
        assert taken.status_code == 200, taken.text
        await self.shop.settle()

    async def pass_time(self, **span: float) -> None:
        self.shop.h.clock.advance(seconds=timedelta(**span).total_seconds())
        await self.shop.h.run_due()
        for _ in range(2):
            await self.shop.settle()

    async def waits_for(self, order: dict[str, Any]) -> tuple[str, str, timedelta]:
        """The state of the order, whose turn it is, and how long they have."""
        shown = await self.shop.order(order["id"])
        left = datetime.fromisoformat(shown["deadline_at"]) - self.shop.h.clock.now()
        return shown["state"], shown["whose_turn"], left

    async def ends(self) -> list[str]:
        return [each.cause for each in await self.shop.events(OrderAuthorisationEnded)]


@pytest.fixture
def till(shop: Any) -> Till:
    return Till(shop)


async def test_an_authorised_order_waits_for_its_capture(till, shop):
    order = await shop.place()
    payment = await till.authorised(order)
    assert await till.waits_for(order) == ("created", "merchant", HELD)
    [event] = await shop.events(OrderAuthorised)
    assert event.deadline_at == shop.h.clock.now() + HELD
    await till.pass_time(hours=24 * 6)
    assert (await shop.order(order["id"]))["state"] == "created"
    await till.capture(payment)
    assert (await shop.order(order["id"]))["state"] == "paid"
    assert await till.ends() == []


async def test_an_order_whose_authorisation_expires_can_be_paid_again_and_is_cancelled_after_that(till, shop):
    order = await shop.place()
    payment = await till.authorised(order)
    await till.pass_time(days=7)
    assert (await shop.payment(payment["id"]))["failure_code"] == "authorisation_expired"
    assert await till.waits_for(order) == ("created", "buyer", TO_PAY)
    assert await till.ends() == ["authorisation_expired"]
    await till.pass_time(minutes=30)
    assert (await shop.order(order["id"]))["cancel_cause"] == "payment_timeout"


async def test_an_order_is_paid_again_after_its_authorisation_has_expired(till, shop):
    order = await shop.place()
    await till.authorised(order)
    await till.pass_time(days=7)
    await shop.start_payment(order["id"])
    await shop.settle()
    assert (await shop.order(order["id"]))["state"] == "paid"


async def test_an_authorised_part_does_not_keep_the_order(till, shop):
    order = await shop.place()
    payment = await till.authorised(order, TOTAL - 1)
    assert (await till.waits_for(order))[1] == "buyer"
    await till.pass_time(minutes=30)
    assert (await shop.order(order["id"]))["cancel_cause"] == "payment_timeout"
    await till.pass_time(minutes=1)
    assert (await shop.payment(payment["id"]))["failure_code"] == "order_cancelled"
    assert await shop.events(OrderAuthorised) == []


async def test_what_is_paid_counts_beside_what_is_authorised(till, shop):
    order = await shop.place()
    await till.authorised(order, 20000)
    await shop.start_payment(order["id"])
    await shop.settle()
    assert await till.waits_for(order) == ("created", "merchant", HELD)
    [part] = await shop.events(OrderPartlyPaid)
    assert part.deadline_at == shop.h.clock.now() + HELD


async def test_what_is_not_captured_is_to_be_paid_again(till, shop):
    order = await shop.place()
    payment = await till.authorised(order)
    await till.pass_time(days=1)
    await till.capture(payment, 12000)
    assert await till.waits_for(order) == ("created", "buyer", TO_PAY)
    assert await till.ends() == ["captured_in_part"]
    await till.pass_time(minutes=30)
    for _ in range(2):
        await till.pass_time(seconds=5)
    assert (await shop.order(order["id"]))["cancel_cause"] == "payment_timeout"
    assert shop.paid_back(payment) == 12000


async def test_a_declined_capture_leaves_the_buyer_time_to_pay(till, shop):
    order = await shop.place()
    payment = await till.authorised(order)
    await till.pass_time(days=1)
    shop.provider.override = Method.DECLINED
    await till.capture(payment)
    assert await till.waits_for(order) == ("created", "buyer", TO_PAY)
    assert await till.ends() == ["failed"]


async def test_giving_up_an_authorisation_again_and_again_does_not_keep_an_order_for_ever(till, shop):
    order = await shop.place()
    for _ in range(4):
        payment = await till.authorised(order)
        await till.pass_time(days=5)
        await shop.buyer.post(f"/v1/payments/{payment['id']}/void")
        await till.pass_time(seconds=1)
        if (await shop.order(order["id"]))["state"] == "cancelled":
            break
    [cancelled] = await shop.events(OrderCancelled)
    assert cancelled.cause == "payment_timeout"
    assert shop.h.clock.now() <= datetime.fromisoformat(order["created_at"]) + timedelta(days=15, minutes=1)
    assert set(await till.ends()) == {"voided"}


async def test_a_buyer_has_time_to_pay_however_late_the_merchant_gives_an_authorisation_up(till, shop):
    order = await shop.place()
    for _ in range(3):
        payment = await till.authorised(order)
        await till.pass_time(days=6)
        assert (await shop.seller.post(f"/v1/payments/{payment['id']}/void")).status_code == 200
    assert await till.waits_for(order) == ("created", "buyer", TO_PAY)
    await till.pass_time(seconds=1)
    assert (await shop.order(order["id"]))["state"] == "created"


async def test_the_authorisation_of_an_order_is_shown_in_its_timeline(till, shop):
    order = await shop.place()
    payment = await till.authorised(order)
    await shop.seller.post(f"/v1/payments/{payment['id']}/void")
    found = (await shop.buyer.get(f"/v1/orders/{order['id']}/timeline", headers={"Accept-Language": "en"})).json()
    sentences = " ".join(step["text"]["en"] for step in found["data"])
    assert "What the order needs is authorised; the merchant can capture it until" in sentences
    assert "An authorised payment was given up; the order waits for its payment again, until" in sentences
