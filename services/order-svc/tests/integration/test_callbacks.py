"""Callbacks of the provider: each is applied once, none without a valid signature, and every refusal is stored."""

import asyncio

import pytest
from aftercare_events import OrderPaid, PaymentSucceeded
from order_svc.integrations.signatures import standard_signature

SURPLUS = "order_not_awaiting_payment"
OTHER = "whsec_YW5vdGhlci1vbmUtYWx0b2dldGhlcg=="


def money(payment, **other):
    return {"payment_id": payment["id"], "reference": "sim-1", "amount": 29500, "currency": "CNY", **other}


def refused(answer, status, code):
    """The response is this refusal in the provider's format, and no problem document."""
    assert answer.headers["content-type"] == "application/json", answer.text
    body = answer.json()
    assert (answer.status_code, body["received"], body["code"]) == (status, "refused", code), answer.text
    return body


async def pending(shop):
    order = await shop.place()
    return order, await shop.start_payment(order["id"])


async def test_ten_callbacks_at_once_make_one_paid_order(shop):
    order, payment = await pending(shop)
    same = [shop.post_callback("payment.succeeded", money(payment)) for _ in range(5)]
    others = [shop.post_callback("payment.succeeded", money(payment), message_id=f"msg_{n}") for n in range(2, 7)]
    answers = await asyncio.gather(*same, *others)
    await asyncio.gather(*(shop.process_callbacks() for _ in range(3)))
    assert {each.status_code for each in answers} == {200}
    assert sorted(each.json()["received"] for each in answers) == ["already_taken"] * 4 + ["applied"] * 6
    assert (await shop.order(order["id"]))["state"] == "paid"
    assert len(await shop.events(PaymentSucceeded)) == len(await shop.events(OrderPaid)) == 1
    await shop.settle()
    assert len(await shop.events(OrderPaid)) == 1
    assert shop.provider.ledger.payments() == []


async def test_a_second_charge_of_a_payment_is_given_back(shop):
    order, payment = await pending(shop)
    await shop.callback("payment.succeeded", money(payment))
    for number in (2, 3):
        again = money(payment, reference="sim-2")
        assert (await shop.callback("payment.succeeded", again, message_id=f"msg_{number}")).status_code == 200
    first, second = await shop.events(PaymentSucceeded)
    assert (first.payment_id, first.provider_reference) == (payment["id"], "sim-1")
    assert (second.payment_id != payment["id"], second.provider_reference) == (True, "sim-2")
    shown = await shop.payment(second.payment_id)
    assert (shown["state"], shown["surplus"], shown["amount"]["amount"]) == ("succeeded", True, 29500)
    assert [(each["amount"]["amount"], each["cause"]) for each in shown["refunds"]] == [(29500, SURPLUS)]
    assert ((await shop.payment(payment["id"]))["refunds"], len(await shop.events(OrderPaid))) == ([], 1)
    assert (await shop.order(order["id"]))["state"] == "paid"
    ledger = (await shop.buyer.get(f"/v1/orders/{order['id']}/ledger")).json()
    assert (ledger["paid"]["amount"], ledger["kept"]["amount"], ledger["in_flight"]["amount"]) == (59000, 29500, 29500)
    assert ledger["balanced"]


async def test_forged_and_replayed_callbacks_are_refused_and_stored(shop):
    order, payment = await pending(shop)
    forged = await shop.callback("payment.succeeded", money(payment), secret=OTHER)
    old = await shop.callback("payment.succeeded", money(payment), age=3600)
    bare = await shop.h.client().post("/v1/payment-webhooks/simulator", json={})
    for answer, code in (
        (forged, "signature_invalid"),
        (old, "outside_time_window"),
        (bare, "signature_missing"),
    ):
        assert refused(answer, 401, "callback_unproved")["verdict"] == code
    again = await shop.callback("payment.succeeded", money(payment), secret=OTHER)
    assert again.status_code == 401
    reasons = ["signature_invalid", "timestamp_out_of_tolerance", "signature_missing"]
    assert await shop.callbacks() == [("refused", reason) for reason in reasons]
    assert (await shop.order(order["id"]))["state"] == "created"
    assert await shop.events(PaymentSucceeded) == []


@pytest.mark.parametrize(("header", "is_english"), [("en", True), ("zh-CN", False), (None, False)])
async def test_every_refusal_is_in_the_language_that_the_request_asks_for(shop, header, is_english):
    headers = {} if header is None else {"accept-language": header}
    path = "/v1/payment-webhooks/simulator"
    client = shop.h.client()
    unproved = await client.post(path, json={}, headers=headers)
    not_there = await client.post(path + "/more", json={}, headers=headers)
    method = await client.put(path, json={}, headers=headers)
    unreadable = await shop.callback("refund.succeeded", {"amount": 1, "currency": "CNY"}, headers=headers)
    assert [each.status_code for each in (unproved, not_there, method, unreadable)] == [401, 404, 405, 400]
    for each in (unproved, not_there, method, unreadable):
        assert each.json()["detail"].isascii() is is_english, each.text


async def test_a_signed_callback_that_is_no_text_is_unreadable_and_stored(shop):
    body = '{"type": "payment.succeeded", "data": {"note": "中文"}}'.encode("gbk")
    at = shop.h.clock.now()
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": standard_signature(shop.h.settings.payment_webhook_secret, "msg_1", at, body),
    }
    answer = await shop.h.client().post("/v1/payment-webhooks/simulator", content=body, headers=headers)
    refused(answer, 400, "callback_unreadable")
    [(state, why)] = await shop.callbacks()
    assert (state, "Invalid JSON" in why) == ("unreadable", True)


async def test_a_signature_alone_moves_no_money(shop):
    _, payment = await pending(shop)
    less = await shop.callback("payment.succeeded", money(payment, amount=1))
    foreign = await shop.callback("payment.succeeded", money(payment, currency="USD"), message_id="msg_2")
    unknown = await shop.callback("payment.succeeded", money({"id": "pay_unknown"}), message_id="msg_3")
    strange = await shop.callback("refund.succeeded", money(payment), message_id="msg_4")
    assert [each.json() for each in (less, foreign, unknown)] == [{"received": "applied"}] * 3
    refused(strange, 400, "callback_unreadable")
    assert await shop.callbacks() == [
        ("failed", "amount_mismatch"),
        ("failed", "amount_mismatch"),
        ("unmatched", "unknown_subject"),
        ("unreadable", "refund_id: Field required"),
    ]
    assert (await shop.payment(payment["id"]))["state"] == "pending"
    figures = (await shop.h.client().get("/metrics")).text
    for code, count in (("amount_mismatch", 2), ("unknown_subject", 1), ("unreadable", 1)):
        assert f'signals_total{{signal="payment_callback_{code}",source="simulator"}} {count}.0' in figures


@pytest.mark.parametrize("field", ["payment_id", "reference", "currency", "failure_code"])
@pytest.mark.parametrize("text", ["a\x00b", "\ud800"], ids=["NUL", "half a pair"])
async def test_text_that_cannot_be_stored_is_refused(shop, field, text):
    _, payment = await pending(shop)
    answer = await shop.callback("payment.succeeded", money(payment, **{field: text}))
    refused(answer, 400, "callback_unreadable")
    assert [state for state, _ in await shop.callbacks()] == ["unreadable"]
    assert (await shop.payment(payment["id"]))["state"] == "pending"


async def test_callbacks_of_other_types_are_acknowledged_and_ignored(shop):
    answer = await shop.callback("payout.created", {})
    assert (answer.status_code, answer.json()) == (200, {"received": "ignored"})


async def test_a_provider_that_is_not_connected_gets_plain_text(shop):
    answer = await shop.h.client().post("/v1/payment-webhooks/unknown", json={})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    "first", [{"amount": "a lot"}, {"amount": 1}, {"payment_id": "pay_unknown"}, {"currency": "X\x00"}]
)
async def test_a_message_whose_first_body_had_no_effect_is_applied_with_a_correct_one(shop, first):
    order, payment = await pending(shop)
    await shop.callback("payment.succeeded", money(payment, **first))
    assert (await shop.order(order["id"]))["state"] == "created"
    good = await shop.callback("payment.succeeded", money(payment))
    assert (good.status_code, good.json()) == (200, {"received": "applied"})
    assert (await shop.order(order["id"]))["state"] == "paid"


async def test_a_message_that_was_first_of_another_type_is_accepted(shop):
    order, payment = await pending(shop)
    assert (await shop.callback("payout.created", {})).json() == {"received": "ignored"}
    assert (await shop.callback("payment.succeeded", money(payment))).json() == {"received": "applied"}
    assert (await shop.order(order["id"]))["state"] == "paid"


async def test_a_callback_that_was_unmatched_is_applied_when_it_is_repeated(shop):
    _, payment = await pending(shop)
    await shop.h.runtime.pool.execute("UPDATE payments SET provider = 'other' WHERE id = $1", payment["id"])
    await shop.callback("payment.succeeded", money(payment))
    assert await shop.callbacks() == [("unmatched", "unknown_subject")]
    await shop.h.runtime.pool.execute("UPDATE payments SET provider = 'simulator' WHERE id = $1", payment["id"])
    assert (await shop.callback("payment.succeeded", money(payment))).json() == {"received": "applied"}
    assert (await shop.payment(payment["id"]))["state"] == "succeeded"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("POST", "/simulator/", 404, "not_found"),
        ("POST", "/simulator/more", 404, "not_found"),
        ("POST", "/simulator?x=%00", 400, "address_malformed"),
        ("GET", "/simulator/", 404, "not_found"),
        ("PUT", "/simulator", 405, "method_not_allowed"),
        ("DELETE", "/simulator", 405, "method_not_allowed"),
    ],
)
async def test_refusals_of_the_routing_are_in_the_providers_format(shop, method, path, status, code):
    refused(await shop.h.client().request(method, f"/v1/payment-webhooks{path}"), status, code)


async def test_a_callback_that_is_too_large_is_refused_in_the_providers_format(shop):
    answer = await shop.h.client().post("/v1/payment-webhooks/simulator", content=b"x" * (1_048_576 + 1))
    refused(answer, 413, "body_too_large")


async def test_a_failure_of_the_database_is_reported_in_the_providers_format(shop):
    _, payment = await pending(shop)
    await shop.h.runtime.pool.execute("ALTER TABLE partner_inbox RENAME TO gone")
    refused(await shop.post_callback("payment.succeeded", money(payment)), 500, "internal_error")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize(("provider", "status"), [("simulator", 200), ("unknown", 404)])
async def test_a_provider_that_probes_its_address_gets_a_plain_answer(shop, method, provider, status):
    answer = await shop.h.client().request(method, f"/v1/payment-webhooks/{provider}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/plain; charset=utf-8")


async def test_a_decline_that_comes_after_the_success_changes_nothing(shop):
    order, payment = await pending(shop)
    await shop.callback("payment.succeeded", money(payment))
    await shop.callback("payment.declined", money(payment), message_id="msg_2")
    assert (await shop.payment(payment["id"]))["state"] == "succeeded"
    assert (await shop.order(order["id"]))["state"] == "paid"


async def test_money_taken_after_a_decline_pays_the_order_or_is_refunded(shop):
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


async def test_callbacks_are_deleted_after_their_retention(shop):
    _, payment = await pending(shop)
    await shop.callback("payment.succeeded", money(payment))
    await shop.h.run_workers("retention")
    assert await shop.callbacks() == [("applied", None)]
    shop.h.clock.advance(hours=24 * 31)
    await shop.h.run_workers("retention")
    assert await shop.callbacks() == []
