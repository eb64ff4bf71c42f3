"""Callbacks that are signed by platform certificates of WeChat Pay: accepted are those that the worker has fetched, in their time."""

from datetime import timedelta

import httpx
import pytest
from order_svc.workers.signing_keys import WORKER
from payment_office import Office
from provider_worlds import CertificatesWorld, keys

pytestmark = pytest.mark.parametrize("world", ["wechat_pay-certificates"], indirect=True)


@pytest.fixture
def office(world: CertificatesWorld, shop) -> Office:
    return Office(shop, world)


async def stored(shop) -> set[str]:
    rows = await shop.h.runtime.pool.fetch("SELECT serial FROM signing_keys WHERE provider = 'wechat_pay'")
    return {row["serial"] for row in rows}


async def test_a_callback_counts_once_its_certificate_is_fetched(office, world, shop):
    await office.paid()
    assert {state for state, _ in await shop.callbacks()} == {"refused"}
    await shop.h.run_workers(WORKER)
    assert await stored(shop) == set(world.platform.certificates)
    await office.paid()
    assert ("applied", None) in await shop.callbacks()


async def test_orders_are_paid_while_the_certificate_is_replaced(office, world, shop):
    await shop.h.run_workers(WORKER)
    serial = world.publish("wechat 2", signs=False)
    await office.paid()
    await shop.h.run_workers(WORKER)
    world.platform.keys[serial] = keys("wechat 2")
    for _ in range(2):
        order, payment = await office.paid()
        assert (order["state"], (await shop.payment(payment["id"]))["state"]) == ("paid", "succeeded")
    assert {state for state, _ in await shop.callbacks()} == {"applied"}


async def test_a_certificate_that_is_withdrawn_is_accepted_no_more(office, world, shop):
    world.publish("wechat 2", signs=True)
    await shop.h.run_workers(WORKER)
    withdrawn = list(world.platform.certificates)[-1]
    del world.platform.certificates[withdrawn]
    await shop.h.run_workers(WORKER)
    assert withdrawn not in await stored(shop)
    await office.paid()
    assert {state for state, _ in await shop.callbacks()} == {"refused"}


async def test_a_certificate_that_has_expired_is_accepted_no_more(office, world, shop):
    world.platform.certificates.clear()
    until = shop.h.clock.now() + timedelta(seconds=1)
    serial = world.platform.certify(keys("wechat 1"), until - timedelta(days=1), until)
    world.platform.keys = {serial: keys("wechat 1")}
    await shop.h.run_workers(WORKER)
    await office.paid()
    assert {state for state, _ in await shop.callbacks()} == {"refused"}


async def test_what_was_fetched_stays_while_the_provider_does_not_answer(office, world, shop):
    await shop.h.run_workers(WORKER)
    world.break_with(httpx.ConnectError)
    shop.h.clock.advance(hours=2)
    await shop.h.run_workers(WORKER)
    world.break_with(None)
    assert await stored(shop) == set(world.platform.certificates)
    assert "signing_keys_not_fetched" in (await shop.h.client("admin", "ops-1").get("/metrics")).text
