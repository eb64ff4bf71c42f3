"""The inbox of partners, with callbacks of a payment provider: what is stored, who processes it, and how it is redriven."""

import asyncio
from typing import Any

import pytest
from aftercare_chassis.jobs.workers import Worker, work
from aftercare_chassis.testing.waiting import until
from aftercare_events import PaymentSucceeded
from order_svc.commands.partners import partner_inbox
from order_svc.commands.payments import payment_callbacks
from order_svc.domain.partners.pushes import PushSource
from order_svc.integrations.signatures import md5_base64
from order_svc.tables.partner_inbox import NEXT_PUSH

CALLBACKS = "/v1/payment-callbacks"


def paid(payment: dict[str, Any], **other: Any) -> dict[str, Any]:
    return {"payment_id": payment["id"], "reference": "sim-1", "amount": 29500, "currency": "CNY", **other}


@pytest.fixture
async def payment(shop):
    return await shop.start_payment((await shop.place())["id"])


@pytest.fixture
def admin(shop):
    return shop.h.client("admin", "ops-1")


async def only(admin, **filters: Any) -> dict[str, Any]:
    """The one stored callback."""
    (callback,) = (await admin.get(CALLBACKS, params=filters)).json()["data"]
    return callback


async def stored(shop, callback: dict[str, Any]) -> Any:
    return await shop.h.runtime.pool.fetchrow("SELECT raw, headers FROM partner_inbox WHERE id = $1", callback["id"])


async def test_a_callback_is_stored_with_its_raw_body_and_the_headers_that_prove_it(shop, payment, admin):
    response = await shop.post_callback("payment.succeeded", paid(payment))
    callback = await only(admin)
    assert callback["push_id"].startswith("msg_1 sha256:")
    assert (callback["provider"], callback["state"], callback["attempts"]) == ("simulator", "received", 0)
    row = await stored(shop, callback)
    assert row["raw"] == response.request.content
    sent = response.request.headers
    assert row["headers"] == {name: sent[name] for name in ("webhook-id", "webhook-timestamp", "webhook-signature")}
    await shop.process_callbacks()
    shown = (await admin.get(f"{CALLBACKS}/{callback['id']}")).json()
    assert (shown["state"], shown["attempts"], shown["due_at"]) == ("applied", 1, None)


async def test_of_an_unproven_callback_only_a_hash_is_stored(shop, payment, admin):
    await shop.callback("payment.succeeded", paid(payment), secret="whsec_YW5vdGhlci1vbmUtYWx0b2dldGhlcg==")
    callback = await only(admin, state="refused")
    assert tuple(await stored(shop, callback)) == (None, None)
    shop.problem(await admin.post(f"{CALLBACKS}/{callback['id']}/redrive"), 409, "illegal_transition")


async def test_the_worker_of_this_process_applies_a_callback_at_once(shop, payment):
    """It would idle for minutes: only the commit of the callback wakes it."""
    name = partner_inbox.WORKERS[PushSource.PAYMENT]
    worker = next(each for each in shop.h.service.workers if each.name == name)
    stop, idle = asyncio.Event(), asyncio.Event()

    async def step(runtime: Any) -> bool:
        due = await worker.step(runtime)
        idle.set()
        return due

    running = asyncio.create_task(work(shop.h.runtime, Worker(name, step, idle=300), stop))
    await asyncio.wait_for(idle.wait(), 60)
    await shop.post_callback("payment.succeeded", paid(payment))

    async def succeeded() -> bool:
        return (await shop.payment(payment["id"]))["state"] == "succeeded"

    await until(succeeded, "the payment succeeded")
    stop.set()
    await running


async def test_an_unmatched_callback_is_redriven_once_the_payment_is_known(shop, payment, admin):
    await shop.h.runtime.pool.execute("UPDATE payments SET provider = 'other'")
    assert (await shop.callback("payment.succeeded", paid(payment))).status_code == 200
    callback = await only(admin, state="unmatched")
    again = await admin.post(f"{CALLBACKS}/{callback['id']}/redrive")
    assert again.json()["state"] == "received"
    await shop.process_callbacks()
    assert (await only(admin))["why"] == "unknown_subject"
    await shop.h.runtime.pool.execute("UPDATE payments SET provider = 'simulator'")
    await admin.post(f"{CALLBACKS}/{callback['id']}/redrive")
    await shop.process_callbacks()
    assert (await only(admin))["state"] == "applied"
    assert (await shop.payment(payment["id"]))["state"] == "succeeded"


async def test_a_redriven_callback_with_another_amount_still_moves_no_money(shop, payment, admin):
    await shop.callback("payment.succeeded", paid(payment, amount=1))
    callback = await only(admin)
    await admin.post(f"{CALLBACKS}/{callback['id']}/redrive")
    await shop.process_callbacks()
    assert ((await only(admin))["state"], (await only(admin))["why"]) == ("failed", "amount_mismatch")
    assert await shop.events(PaymentSucceeded) == []


async def test_a_callback_that_fails_is_rescheduled_and_does_not_hold_up_others(shop, payment, admin, monkeypatch):
    other = await shop.start_payment((await shop.place())["id"])
    apply = payment_callbacks.payments.apply_result

    async def fail_for_one(tx: Any, payment_id: str, *, result: Any) -> Any:
        if payment_id == payment["id"]:
            raise ZeroDivisionError
        return await apply(tx, payment_id, result=result)

    with monkeypatch.context() as faulty:
        faulty.setattr(payment_callbacks.payments, "apply_result", fail_for_one)
        await shop.callback("payment.succeeded", paid(payment))
        await shop.callback("payment.succeeded", paid(other), message_id="msg_2")
        assert await shop.callbacks() == [("waiting", "ZeroDivisionError"), ("applied", None)]
        for _ in range(11):
            shop.h.clock.advance(hours=1)
            await shop.process_callbacks()
        assert (await only(admin, state="failed"))["attempts"] == 12
    again = await shop.callback("payment.succeeded", paid(payment), age=0)
    assert again.json() == {"received": "applied"}, "a repetition is processed again"
    assert (await shop.payment(payment["id"]))["state"] == "succeeded"


async def test_a_worker_that_fails_late_does_not_overwrite_what_another_has_done(shop, payment):
    await shop.post_callback("payment.succeeded", paid(payment))
    runtime = shop.h.runtime
    async with runtime.transaction() as tx:
        push = await tx.one(NEXT_PUSH, source=PushSource.PAYMENT)
    await shop.process_callbacks()
    async with runtime.transaction() as tx:
        assert (await partner_inbox.reschedule(tx, push, "TimeoutError")).state == "applied"
    assert await shop.callbacks() == [("applied", None)]


async def test_each_source_has_a_worker_and_addresses_of_its_own(shop, payment, admin):
    """What couriers left unprocessed does not delay the callbacks."""
    endpoint = (await admin.post("/v1/courier-endpoints", json={"partner": "zto"})).json()
    form = {"data": "[]", "data_digest": md5_base64("[]" + endpoint["secret"]), "msg_type": "Traces"}
    assert (await shop.h.client().post(endpoint["path"], data=form)).json()["status"] is True
    await shop.callback("payment.succeeded", paid(payment))
    callback = await only(admin, state="applied")
    (push,) = (await admin.get("/v1/courier-pushes")).json()["data"]
    assert push["state"] == "received"
    for path in (f"{CALLBACKS}/{push['id']}", f"/v1/courier-pushes/{callback['id']}"):
        shop.problem(await admin.get(path), 404, "not_found")
        shop.problem(await admin.post(f"{path}/redrive"), 404, "not_found")


async def test_filters_choose_callbacks(shop, payment, admin):
    await shop.callback("payment.succeeded", paid(payment))
    await shop.callback("payout.created", {}, message_id="msg_2")
    assert (await only(admin, state="ignored"))["push_id"].startswith("msg_2 ")
    assert (await admin.get(CALLBACKS, params={"provider": "other"})).json()["data"] == []
    shop.problem(await admin.get(CALLBACKS, params={"state": "accepted"}), 422, "validation_failed")
    page = (await admin.get(CALLBACKS, params={"limit": 1})).json()
    rest = (await admin.get(CALLBACKS, params={"limit": 1, "cursor": page["next_cursor"]})).json()
    assert [page["has_more"], rest["has_more"]] == [True, False]
    assert page["data"][0]["id"] > rest["data"][0]["id"]
