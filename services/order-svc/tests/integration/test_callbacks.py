"""Callbacks of the provider: each is taken once, none is believed unproved, and every refusal is on record."""

import asyncio

import pytest
from aftercare_events import OrderPaid, PaymentSucceeded

OTHER = "whsec_YW5vdGhlci1vbmUtYWx0b2dldGhlcg=="


def money(payment, **other):
    return {"payment_id": payment["id"], "reference": "sim-1", "amount": 29500, "currency": "CNY", **other}


async def pending(shop):
    order = await shop.place()
    return order, await shop.start_payment(order["id"])


async def test_ten_callbacks_at_once_make_one_paid_order(shop):
    order, payment = await pending(shop)
    same = [shop.callback("payment.succeeded", money(payment)) for _ in range(5)]
    others = [shop.callback("payment.succeeded", money(payment), message_id=f"msg_{n}") for n in range(2, 7)]
    answers = await asyncio.gather(*same, *others)
    assert {each.status_code for each in answers} == {200}
    assert sorted(each.json()["received"] for each in answers) == ["already_taken"] * 4 + ["applied"] * 6
    assert (await shop.order(order["id"]))["state"] == "paid"
    assert len(await shop.told(PaymentSucceeded)) == len(await shop.told(OrderPaid)) == 1
    await shop.settle()
    assert len(await shop.told(OrderPaid)) == 1
    assert shop.provider.book.payments() == []


async def test_forged_and_replayed_callbacks_are_refused_and_recorded(shop):
    order, payment = await pending(shop)
    forged = await shop.callback("payment.succeeded", money(payment), secret=OTHER)
    old = await shop.callback("payment.succeeded", money(payment), age=3600)
    bare = await shop.h.client().post("/v1/payment-webhooks/simulator", json={})
    for answer, verdict in (
        (forged, "signature_invalid"),
        (old, "outside_time_window"),
        (bare, "signature_missing"),
    ):
        assert shop.h.problem(answer, 401, "callback_unproved")["verdict"] == verdict
    again = await shop.callback("payment.succeeded", money(payment), secret=OTHER)
    assert again.status_code == 401
    assert await shop.verdicts() == ["signature_invalid", "outside_time_window", "signature_missing"]
    assert (await shop.order(order["id"]))["state"] == "created"
    assert await shop.told(PaymentSucceeded) == []


async def test_a_signature_alone_moves_no_money(shop):
    _, payment = await pending(shop)
    less = await shop.callback("payment.succeeded", money(payment, amount=1))
    foreign = await shop.callback("payment.succeeded", money(payment, currency="USD"), message_id="msg_2")
    unknown = await shop.callback("payment.succeeded", money({"id": "pay_unknown"}), message_id="msg_3")
    strange = await shop.callback("refund.succeeded", money(payment), message_id="msg_4")
    shop.h.problem(less, 422, "callback_amount_mismatch")
    shop.h.problem(foreign, 422, "callback_amount_mismatch")
    shop.h.problem(unknown, 404, "callback_unknown_subject")
    shop.h.problem(strange, 400, "callback_unreadable")
    assert await shop.verdicts() == ["amount_mismatch", "amount_mismatch", "unknown_subject", "unreadable"]
    assert (await shop.payment(payment["id"]))["state"] == "pending"


@pytest.mark.parametrize("field", ["payment_id", "reference", "currency", "failure_code"])
@pytest.mark.parametrize("text", ["a\x00b", "\ud800"], ids=["NUL", "half a pair"])
async def test_what_no_database_stores_is_refused_and_recorded(shop, field, text):
    _, payment = await pending(shop)
    answer = await shop.callback("payment.succeeded", money(payment, **{field: text}))
    shop.problem(answer, 400, "callback_unreadable")
    assert await shop.verdicts() == ["unreadable"]
    assert (await shop.payment(payment["id"]))["state"] == "pending"


async def test_other_news_is_acknowledged_and_ignored(shop):
    answer = await shop.callback("payout.created", {})
    assert (answer.status_code, answer.json()) == (200, {"received": "ignored"})


async def test_nobody_calls_back_for_a_provider_that_is_not_connected(shop):
    shop.h.problem(await shop.h.client().post("/v1/payment-webhooks/nobody", json={}), 404, "not_found")


async def test_a_decline_that_comes_after_the_success_changes_nothing(shop):
    order, payment = await pending(shop)
    await shop.callback("payment.succeeded", money(payment))
    await shop.callback("payment.declined", money(payment), message_id="msg_2")
    assert (await shop.payment(payment["id"]))["state"] == "succeeded"
    assert (await shop.order(order["id"]))["state"] == "paid"


async def test_money_taken_after_a_decline_is_kept_for_the_order_or_paid_back(shop):
    order, payment = await pending(shop)
    await shop.callback("payment.declined", money(payment))
    await shop.callback("payment.succeeded", money(payment), message_id="msg_2")
    assert (await shop.order(order["id"]))["payment_id"] == payment["id"]

    order, first = await pending(shop)
    await shop.callback("payment.declined", money(first), message_id="msg_3")
    second = await shop.start_payment(order["id"])
    await shop.callback("payment.succeeded", money(second), message_id="msg_4")
    await shop.callback("payment.succeeded", money(first), message_id="msg_5")
    assert (await shop.order(order["id"]))["payment_id"] == second["id"]
    refunds = (await shop.payment(first["id"]))["refunds"]
    assert [each["amount"]["amount"] for each in refunds] == [29500]


async def test_old_callbacks_are_forgotten(shop):
    _, payment = await pending(shop)
    await shop.callback("payment.succeeded", money(payment))
    await shop.h.run_workers("payment-webhook-pruning")
    assert await shop.verdicts() == ["accepted"]
    shop.h.clock.advance(hours=24 * 31)
    await shop.h.run_workers("payment-webhook-pruning")
    assert await shop.verdicts() == []
