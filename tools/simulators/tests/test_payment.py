"""The protocol of the provider: test methods, idempotency keys, and refunds within their payment."""

import asyncio

import httpx
import pytest


async def test_a_payment_is_pending_and_then_reported(provider, shop):
    response = await provider.pay()
    assert response.status_code == 201
    assert response.json()["status"] == "pending"
    await provider.settled()
    (callback,) = shop.callbacks
    assert callback["type"] == "payment.succeeded"
    assert callback["data"] == {
        "payment_id": "pay_1",
        "reference": response.json()["reference"],
        "amount": 29500,
        "currency": "CNY",
    }
    assert (await provider.http.get("/v1/payments/pay_1")).json()["status"] == "succeeded"


async def test_a_declined_payment(provider, shop):
    await provider.pay(method="sim_declined")
    await provider.settled()
    assert shop.callbacks[0]["type"] == "payment.declined"
    assert shop.callbacks[0]["data"]["failure_code"] == "payment_declined"
    assert (await provider.refund()).json()["code"] == "payment_not_succeeded"


async def test_a_slow_payment_stays_pending_until_its_time(provider, shop):
    await provider.pay(method="sim_slow")
    assert (await provider.http.get("/v1/payments/pay_1")).json()["status"] == "pending"
    assert shop.callbacks == []
    await provider.settled()
    assert len(shop.callbacks) == 1


async def test_duplicate_callbacks_come_under_the_same_and_under_another_id(provider, shop):
    await provider.pay(method="sim_duplicate_callback")
    await provider.settled()
    first, second, third = shop.ids
    assert first == second != third
    assert shop.callbacks[0] == shop.callbacks[1] == shop.callbacks[2]


async def test_a_callback_before_the_response(provider, shop):
    response = await provider.pay(method="sim_callback_first")
    assert len(shop.callbacks) == 1
    assert response.json()["status"] == "succeeded"


async def test_an_operation_with_a_lost_response_is_reported_after_the_first_query(provider, shop):
    with pytest.raises(httpx.RemoteProtocolError):
        await provider.pay(method="sim_lost_answer")
    with pytest.raises(httpx.RemoteProtocolError):
        await provider.pay(method="sim_lost_answer")
    await provider.settled()
    assert shop.callbacks == []
    assert (await provider.http.get("/v1/payments/pay_1")).json()["status"] == "succeeded"
    await provider.http.get("/v1/payments/pay_1")
    await provider.settled()
    assert [callback["type"] for callback in shop.callbacks] == ["payment.succeeded"]


async def test_refund_goes_through_and_back_into_the_ledger(provider, shop):
    await provider.pay()
    await provider.settled()
    assert (await provider.refund()).status_code == 201
    assert (await provider.http.get("/v1/ledger")).json()["payments"][0]["in_flight"] == 19133
    await provider.settled()
    assert shop.callbacks[-1]["type"] == "refund.succeeded"
    assert shop.callbacks[-1]["data"]["refund_id"] == "ref_1"
    ledger = (await provider.http.get("/v1/ledger")).json()
    assert ledger["paid"] == {"CNY": 29500}
    assert ledger["refunded"] == {"CNY": 19133}


@pytest.mark.parametrize(
    ("method", "callback"), [("sim_refund_declined", "refund.declined"), ("sim_callback_first", "refund.succeeded")]
)
async def test_the_method_of_a_payment_determines_how_its_refunds_end(provider, shop, method, callback):
    await provider.pay(method=method)
    await provider.settled()
    await provider.refund()
    await provider.settled()
    assert shop.callbacks[-1]["type"] == callback


async def test_a_closed_payment_declines_each_refund_for_that(provider, shop):
    await provider.pay(method="sim_refund_closed")
    await provider.settled()
    await provider.refund()
    await provider.settled()
    assert shop.callbacks[-1]["data"]["failure_code"] == "payment_closed"


async def test_a_declined_refund_can_be_requested_again_under_a_new_id(provider):
    await provider.pay(method="sim_refund_declined")
    await provider.settled()
    await provider.refund(amount=29500)
    await provider.settled()
    await provider.http.put("/v1/behaviour", json={"method": "sim_success"})
    assert (await provider.refund("ref_2", amount=29500)).status_code == 201


async def test_a_refund_with_a_lost_response(provider):
    await provider.pay(method="sim_refund_lost_answer")
    await provider.settled()
    with pytest.raises(httpx.RemoteProtocolError):
        await provider.refund()
    assert (await provider.http.get("/v1/refunds/ref_1")).json()["status"] == "succeeded"


async def test_refunds_together_never_exceed_their_payment(provider):
    await provider.pay()
    await provider.settled()
    answers = await asyncio.gather(*(provider.refund(f"ref_{n}", amount=10000) for n in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 422, 422, 422, 422]
    assert (await provider.refund("ref_9", amount=9500)).status_code == 201
    refused = await provider.refund("ref_10", amount=1)
    assert refused.json()["code"] == "refund_exceeds_payment"


async def test_a_key_belongs_to_one_operation_for_ever(provider, shop):
    first = await provider.pay()
    await provider.settled()
    again = await provider.pay()
    assert again.status_code == 201
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == first.json() | {"status": "succeeded"}
    await provider.settled()
    assert len(shop.callbacks) == 1
    other = await provider.pay(amount=1)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert (await provider.pay(key="other")).json()["code"] == "payment_exists"


async def test_the_switch_overrides_every_method_until_it_is_cleared(provider, shop):
    await provider.http.put("/v1/behaviour", json={"method": "sim_declined"})
    await provider.pay("pay_1")
    await provider.http.delete("/v1/behaviour")
    await provider.pay("pay_2")
    await provider.settled()
    assert {c["data"]["payment_id"]: c["type"] for c in shop.callbacks} == {
        "pay_1": "payment.declined",
        "pay_2": "payment.succeeded",
    }


async def test_callbacks_are_repeated_under_one_id_a_bounded_number_of_times(provider, shop):
    shop.answers = [500, 302, 204]
    await provider.pay("pay_1")
    await provider.settled()
    assert len(shop.ids) == 3
    assert len(set(shop.ids)) == 1
    shop.answers = [500] * 9
    await provider.pay("pay_2")
    await provider.settled()
    deliveries = (await provider.http.get("/v1/callbacks")).json()
    assert [(c["tries"], c["delivered"], c["last"]) for c in deliveries] == [(3, True, "204"), (3, False, "500")]


async def test_unknown_operations(provider):
    assert (await provider.http.get("/v1/payments/pay_x")).status_code == 404
    assert (await provider.http.get("/v1/refunds/ref_x")).status_code == 404
    assert (await provider.refund()).json()["code"] == "payment_unknown"


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 0},
        {"amount": -1},
        {"amount": 1.5},
        {"amount": "100"},
        {"amount": 10**14},
        {"currency": "cny"},
        {"method": "sim_magic"},
        {"callback_url": "file:///etc/passwd"},
        {"extra": 1},
    ],
)
async def test_malformed_requests(provider, changes):
    response = await provider.pay(**changes)
    assert (response.status_code, response.json()["code"]) == (422, "malformed")


async def test_text_that_cannot_be_encoded_is_refused(provider):
    raw = b'{"payment_id": "\\ud800", "\\udfff": 1}'
    response = await provider.http.post("/v1/payments", content=raw, headers={"content-type": "application/json"})
    assert response.status_code == 422


async def test_a_key_is_required(provider):
    response = await provider.pay(key="")
    assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_missing")


async def test_a_shop_that_never_responds_does_not_delay_the_stop(make):
    provider = make(retry_pauses=(3600,))
    await provider.pay(callback_url="http://shop/x")
    await asyncio.wait_for(provider.app.state.provider.callbacks.close(), 20)
