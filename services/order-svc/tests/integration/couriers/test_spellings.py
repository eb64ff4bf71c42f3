"""A waybill is one number, and a carrier one code, in any case, width and spacing."""

import pytest
from aftercare_events import OrderShipped, ParcelRegistered, ReturnShipped

SPELLINGS = ("sf1234567890", "ＳＦ１２３４５６７８９０", " SF 1234 5678 90 ", "s\u200bf12\u00ad34567890\ufeff")
NUMBER = "SF1234567890"


async def ship(desk, order, waybill_no: str, carrier: str = "zto"):
    lines = [{"line_id": order["lines"][0]["id"], "quantity": 1}]
    body = {"carrier": carrier, "waybill_no": waybill_no, "lines": lines}
    return await desk.seller.post(f"/v1/orders/{order['id']}/parcels", json=body)


@pytest.mark.parametrize("registered", SPELLINGS)
@pytest.mark.parametrize("pushed", SPELLINGS)
async def test_a_push_finds_the_parcel_in_any_spelling(desk, order, registered, pushed):
    made = await ship(desk, order, registered, " ＺＴＯ ")
    assert made.status_code == 201, made.text
    assert (made.json()["waybill_no"], made.json()["carrier"]) == (NUMBER, "zto")
    await desk.zto(await desk.endpoint(), "GOT", billCode=pushed)
    await desk.work()
    assert (await desk.parcel(made.json()))["status"] == "picked_up"
    [push] = await desk.pushes()
    assert push["reports"][0]["waybill_no"] == NUMBER


async def test_events_and_lists_have_the_canonical_number(desk, order):
    await ship(desk, order, SPELLINGS[0], "ZTO")
    events = [e for e in await desk.harness.published() if isinstance(e, OrderShipped | ParcelRegistered)]
    assert [(event.waybill_no, event.carrier) for event in events] == [(NUMBER, "zto")] * 2
    for text in (NUMBER, *SPELLINGS):
        listed = (await desk.buyer.get("/v1/parcels", params={"waybill_no": text})).json()["data"]
        assert [parcel["waybill_no"] for parcel in listed] == [NUMBER]
    blank = await desk.buyer.get("/v1/parcels", params={"waybill_no": "\u3164"})
    desk.harness.problem(blank, 422, "validation_failed")


@pytest.mark.parametrize("text", SPELLINGS)
async def test_a_return_is_found_under_every_spelling(desk, order, text):
    back = await desk.returned(order, carrier="SF", waybill_no=text)
    assert (back["waybill_no"], back["carrier"]) == (NUMBER, "sf")
    now = desk.harness.clock.now()
    data = {"waybill_no": text.lower(), "carrier": " Sf ", "status": "delivered", "occurred_at": now.isoformat()}
    assert (await desk.standard(await desk.endpoint("standard-webhooks"), data)).status_code == 200
    await desk.work()
    assert (await desk.parcel(back))["status"] == "delivered"


async def test_a_return_that_an_older_build_announced_is_one_parcel(desk, order):
    await desk.returned(order, ReturnShipped, waybill_no=NUMBER)
    await desk.returned(order, ReturnShipped, waybill_no=NUMBER.lower())
    assert len(await desk.returns(order)) == 1


@pytest.mark.parametrize("waybill_no", ["", "  ", "\u200b", "运单", "SF;1", "a\tb\x00", "7" * 101])
async def test_a_malformed_waybill_is_refused_in_both_languages(desk, order, waybill_no):
    refused = desk.harness.problem(await ship(desk, order, waybill_no), 422, "validation_failed")
    assert refused["errors"][0]["pointer"] == "/waybill_no"


async def test_the_refusal_describes_what_is_allowed(desk, order):
    for language, text in (("zh-CN", "必须是运单号：1 至 100 位"), ("en", "Must be a waybill number: 1 to 100")):
        desk.seller.headers["Accept-Language"] = language
        refused = desk.harness.problem(await ship(desk, order, "运单"), 422, "validation_failed")
        assert refused["errors"][0]["code"] == "waybill_invalid"
        assert text in refused["errors"][0]["message"]
