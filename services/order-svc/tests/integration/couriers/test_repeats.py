"""Repeated pushes: the same is processed once, a corrected one too, and one without effect is processed again."""

import json
from datetime import timedelta

import pytest
from order_svc.integrations.couriers.partners.standard_webhooks import StandardWebhooks

WAYBILL = "73000000000001"


@pytest.fixture
def good(desk) -> dict[str, str]:
    return {"waybill_no": WAYBILL, "status": "delivered", "occurred_at": desk.harness.clock.now().isoformat()}


@pytest.mark.parametrize(
    "first",
    [
        "not JSON",
        "[]",
        "{}",
        '{"type": "parcel.status"}',
        '{"type": "parcel.status", "data": {"waybill_no": "no", "status": "delivered", "occurred_at": "today"}}',
    ],
)
async def test_a_message_whose_first_body_could_not_be_read_is_accepted_with_a_correct_one(desk, order, good, first):
    parcel, endpoint = await desk.ship(order), await desk.endpoint("standard-webhooks")
    assert (await desk.standard_text(endpoint, first)).json()["code"] == "unreadable"
    assert (await desk.standard(endpoint, good)).status_code == 200
    await desk.work()
    assert (await desk.parcel(parcel))["status"] == "delivered"
    assert sorted(push["state"] for push in await desk.pushes()) == ["applied", "unreadable"]


async def test_a_message_that_was_too_old_is_accepted_when_it_is_signed_again(desk, order, good):
    parcel, endpoint = await desk.ship(order), await desk.endpoint("standard-webhooks")
    old = desk.harness.clock.now() - timedelta(minutes=6)
    assert (await desk.standard(endpoint, good, at=old)).status_code == 401
    assert (await desk.standard(endpoint, good)).status_code == 200
    await desk.work()
    assert (await desk.parcel(parcel))["status"] == "delivered"


@pytest.mark.parametrize("first", ["another type", "the future"])
async def test_a_message_whose_first_body_had_no_effect_is_accepted_with_a_correct_one(desk, order, good, first):
    parcel, endpoint = await desk.ship(order), await desk.endpoint("standard-webhooks")
    if first == "another type":
        await desk.standard(endpoint, good, type_="parcel.label_printed")
    else:
        late = desk.harness.clock.now() + timedelta(days=400)
        await desk.standard(endpoint, good | {"occurred_at": late.isoformat()})
    await desk.work()
    assert (await desk.standard(endpoint, good)).status_code == 200
    await desk.work()
    assert (await desk.parcel(parcel))["status"] == "delivered"


async def test_the_same_message_with_the_same_body_is_one_push(desk, order, good):
    await desk.ship(order)
    endpoint = await desk.endpoint("standard-webhooks")
    for _ in range(3):
        assert (await desk.standard(endpoint, good)).status_code == 200
        await desk.work()
    assert [(push["state"], push["attempts"]) for push in await desk.pushes()] == [("applied", 1)]


async def test_a_push_that_an_earlier_version_could_not_read_is_processed_when_it_is_repeated(
    desk, order, good, monkeypatch
):
    def unable(self: object, raw: bytes) -> None:
        raise ValueError("not known yet")

    parcel, endpoint = await desk.ship(order), await desk.endpoint("standard-webhooks")
    with monkeypatch.context() as earlier:
        earlier.setattr(StandardWebhooks, "parse", unable)
        assert (await desk.standard(endpoint, good)).json()["code"] == "unreadable"
    assert (await desk.standard(endpoint, good)).status_code == 200
    await desk.work()
    assert (await desk.parcel(parcel))["status"] == "delivered"
    assert [(push["state"], push["why"]) for push in await desk.pushes()] == [("applied", None)]


async def test_a_push_that_was_given_up_waits_again_when_it_is_repeated(desk, order):
    endpoint, at = await desk.endpoint(), desk.harness.clock.now()
    await desk.zto(endpoint, "GOT", at=at)
    desk.harness.clock.advance(hours=73)
    await desk.work()
    assert [push["state"] for push in await desk.pushes()] == ["unmatched"]
    assert (await desk.zto(endpoint, "GOT", at=at)).json()["status"] is True
    await desk.work()
    assert [push["state"] for push in await desk.pushes()] == ["waiting"]


async def test_a_trace_that_was_first_sent_as_another_kind_is_accepted(desk, order):
    parcel, endpoint = await desk.ship(order), await desk.endpoint()
    data = json.dumps(desk.trace("GOT"))
    assert (await desk.zto_text(endpoint, data, msg_type="Other")).json()["status"] is True
    assert (await desk.zto_text(endpoint, data)).json()["status"] is True
    await desk.work()
    assert (await desk.parcel(parcel))["status"] == "picked_up"
