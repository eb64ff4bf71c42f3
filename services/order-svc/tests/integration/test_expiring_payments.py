"""Payments that the buyer has not made while what the provider gave for them could be used: they fail, and the order is paid in another way."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from aftercare_simulators.payment.ledger import Status
from aftercare_simulators.payment.methods import Method
from order_svc.commands.payments import call_queue
from provider_worlds import World

TEN_DAYS = 60 * 24 * 10


async def started(shop: Any, world: World, **order: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """An order, and a payment of it for which the buyer has a code and does nothing."""
    world.behave(Method.UNPAID)
    placed = await shop.place(**order)
    response = await shop.buyer.post(f"/v1/orders/{placed['id']}/payments", json=world.request)
    assert response.status_code == 201, response.text
    await shop.h.run_workers(call_queue.WORKER)
    return placed, await shop.payment(response.json()["id"])


async def pass_time(shop: Any, world: World, span: timedelta) -> None:
    world.now = shop.h.clock.advance(seconds=span.total_seconds())
    await shop.h.run_workers(call_queue.WORKER)


def lasts(payment: dict[str, Any]) -> timedelta:
    return datetime.fromisoformat(payment["expires_at"]) - datetime.fromisoformat(payment["created_at"])


@pytest.mark.parametrize("world", ["wechat_pay", "wechat_pay-jsapi"], indirect=True)
async def test_a_payment_whose_code_is_over_fails_and_another_one_is_made(world, shop):
    order, payment = await started(shop, world, payment_minutes=TEN_DAYS)
    assert lasts(payment) == timedelta(hours=2)
    await pass_time(shop, world, timedelta(minutes=119))
    assert (await shop.payment(payment["id"]))["state"] == "pending"
    await pass_time(shop, world, timedelta(minutes=6))
    ended = await shop.payment(payment["id"])
    assert (ended["state"], ended["failure_code"], ended["checkout"]) == ("failed", "expired", None)
    assert [each.status for each in world.provider.ledger.payments()] == [Status.DECLINED]
    again = await shop.buyer.post(f"/v1/orders/{order['id']}/payments", json=world.request)
    assert again.status_code == 201, again.text
    await shop.h.run_workers(call_queue.WORKER)
    assert (await shop.payment(again.json()["id"]))["checkout"]["value"] != payment["checkout"]["value"]


@pytest.mark.parametrize("world", ["alipay"], indirect=True)
async def test_a_code_that_nobody_has_scanned_ends_with_the_time_of_its_order(world, shop):
    _, payment = await started(shop, world, payment_minutes=TEN_DAYS)
    assert lasts(payment) == timedelta(days=10)
    await pass_time(shop, world, timedelta(days=10, minutes=5))
    assert (await shop.payment(payment["id"]))["failure_code"] == "expired"


@pytest.mark.parametrize("world", ["wechat_pay", "alipay"], indirect=True)
async def test_a_code_can_be_used_as_long_as_its_order_waits(world, shop):
    order, payment = await started(shop, world)
    assert payment["expires_at"] == order["deadline_at"]


@pytest.mark.parametrize("world", ["wechat_pay"], indirect=True)
async def test_what_was_paid_before_the_code_was_over_counts(world, shop):
    order, payment = await started(shop, world, payment_minutes=60 * 24)
    world.provider.ledger.settle(world.provider.ledger.payments()[0])  # its callback was lost
    await pass_time(shop, world, timedelta(hours=3))
    assert (await shop.payment(payment["id"]))["state"] == "succeeded"
    assert (await shop.order(order["id"]))["state"] == "paid"
