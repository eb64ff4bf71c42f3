"""Every partner through its own address: what it pushes moves the parcel that it means, and no other one."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from courier_pushes import EXAMPLES, SIGNERS, carrier_of, contents, signed
from order_svc.integrations.couriers.fields import CHINA


async def test_a_delivery_of_every_partner(desk):
    clock, delivered = desk.harness.clock, {}
    for number, partner in enumerate(SIGNERS):
        waybill, endpoint = f"7300{number:04}", await desk.endpoint(partner)
        parcel = await desk.ship(
            await desk.ordered(),
            waybill,
            carrier=carrier_of(partner),
            reference=waybill,
        )
        answer = await desk.push(endpoint, contents(waybill, clock.now())[partner])
        assert answer.status_code == 200, answer.text
        await desk.work()
        delivered[partner] = (await desk.parcel(parcel))["status"]
    moved = {partner: example.status for partner, example in EXAMPLES.items() if example.status != "unknown"}
    assert delivered == dict.fromkeys(EXAMPLES, "pending") | moved
    codes = (await desk.admin.get("/v1/courier-codes")).json()["data"]
    assert [(code["partner"], code["code"], code["occurrences"], code["text"]) for code in codes] == [
        ("jt-vn", "100", 1, "Signed")
    ]
    assert (await desk.admin.get("/v1/courier-codes", params={"partner": "zto"})).json()["data"] == []


async def test_no_partner_accepts_what_was_signed_for_another_endpoint(desk, order):
    parcel = await desk.ship(order)
    now = desk.harness.clock.now()
    for partner in SIGNERS:
        endpoint, other = await desk.endpoint(partner), await desk.endpoint(partner)
        push = signed(partner, contents("73000000000001", now)[partner], other["secret"], now)
        path = endpoint["path"].partition("?")[0] + push.query
        answer = await desk.courier.post(path, content=push.raw, headers=push.headers)
        assert "problem" not in answer.headers["content-type"]
        assert answer.status_code in (200, 401)
    await desk.work()
    assert {(push["state"], push["why"]) for push in await desk.pushes(limit=100)} == {("refused", "signature_invalid")}
    assert len(await desk.pushes(why="signature_invalid", partner="sf")) == 1
    assert (await desk.parcel(parcel))["events"] == []


def kuaidi100(desk, *rows: tuple[str, str, int], **more: Any) -> dict[str, Any]:
    """A snapshot with rows of a text, a code, and hours before now."""
    now = desk.harness.clock.now()
    data = [
        {"context": text, "ftime": (now - timedelta(hours=hours)).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")}
        | ({"statusCode": code} if code else {})
        for text, code, hours in rows
    ]
    return {"status": "polling", "lastResult": {"com": "zhongtong", "nu": "73000000000001", "data": data} | more}


async def test_a_snapshot_adds_what_is_new_and_the_parcel_shows_it_in_order(desk, order):
    parcel, endpoint = await desk.ship(order), await desk.endpoint("kuaidi100")
    desk.harness.clock.advance(hours=30)
    for rows in (
        [("揽收", "103", 20)],
        [("派件", "5", 3), ("在途", "0", 9), ("揽收", "103", 20)],
        [("投柜签收", "304", 1), ("派件", "5", 3), ("在途", "0", 9), ("揽收", "103", 20)],
    ):
        await desk.push(endpoint, kuaidi100(desk, *rows))
        await desk.work()
    shown = await desk.parcel(parcel)
    assert [(event["status"], event["raw_code"], event["text"], event["partner"]) for event in shown["events"]] == [
        ("picked_up", "103", "揽收", "kuaidi100"),
        ("in_transit", "0", "在途", "kuaidi100"),
        ("out_for_delivery", "5", "派件", "kuaidi100"),
        ("delivered", "304", "投柜签收", "kuaidi100"),
    ]
    assert (shown["status"], shown["delivered_to"]) == ("delivered", "station")


async def test_the_parcel_shows_what_changed_when(desk, order):
    parcel, endpoint, clock = await desk.ship(order), await desk.endpoint(), desk.harness.clock
    clock.advance(hours=10)
    await desk.zto(endpoint, "DISPATCH")
    await desk.work()
    seen_at = clock.now()
    clock.advance(hours=2)
    await desk.zto(endpoint, "GOT", at=seen_at - timedelta(hours=5))
    await desk.work()
    await desk.zto(endpoint, "SIGNED", expressSigner="物业")
    await desk.work()
    changes = (await desk.parcel(parcel))["changes"]
    assert [(each["previous_status"], each["status"], each["raw_code"], each["delivered_to"]) for each in changes] == [
        ("pending", "out_for_delivery", "DISPATCH", None),
        ("out_for_delivery", "delivered", "SIGNED", "proxy"),
    ]
    assert changes[0]["recorded_at"] == changes[0]["occurred_at"] == seen_at.isoformat().replace("+00:00", "Z")


async def test_a_carrier_that_kuaidi100_has_corrected_is_found_under_the_one_that_was_registered(desk, order):
    parcel, endpoint = await desk.ship(order), await desk.endpoint("kuaidi100")
    push = kuaidi100(desk, ("签收", "301", 0)) | {"autoCheck": "1", "comOld": "zhongtong", "comNew": "shunfeng"}
    await desk.push(endpoint, push)
    await desk.work()
    assert (await desk.parcel(parcel))["status"] == "delivered"


async def test_an_aborted_subscription_is_kept_with_its_reason_and_changes_nothing(desk, order):
    parcel, endpoint = await desk.ship(order), await desk.endpoint("kuaidi100")
    await desk.push(endpoint, {"status": "abort", "message": "3天查询无记录", "lastResult": {"nu": "73000000000001"}})
    await desk.work()
    [push] = await desk.pushes()
    assert (push["state"], push["why"]) == ("ignored", "subscription aborted: 3天查询无记录")
    assert (await desk.parcel(parcel))["status"] == "pending"


async def test_a_scan_in_a_snapshot_that_is_dated_into_the_future_is_the_same_in_every_push(desk, order):
    parcel, endpoint = await desk.ship(order), await desk.endpoint("kuaidi100")
    future = desk.harness.clock.now() + timedelta(days=400)
    for passed in range(2):
        ahead = (future - desk.harness.clock.now()) / timedelta(hours=1)
        await desk.push(endpoint, kuaidi100(desk, ("在途", "0", -ahead), ("揽收", "103", passed)))
        await desk.work()
        desk.harness.clock.advance(hours=1)
    shown = await desk.parcel(parcel)
    assert (shown["status"], len([each for each in shown["events"] if each["status"] == "in_transit"])) == (
        "in_transit",
        1,
    )


async def test_each_waybill_of_a_push_finds_its_own_parcel(desk, order, another_order):
    first, endpoint = await desk.ship(order), await desk.endpoint("kdniao")
    one = contents("73000000000001", desk.harness.clock.now())["kdniao"]["Data"]
    other = contents("73000000000002", desk.harness.clock.now())["kdniao"]["Data"]
    await desk.push(endpoint, {"EBusinessID": "1", "Data": one + other})
    await desk.work()
    assert (await desk.parcel(first))["status"] == "delivered"
    assert [push["why"] for push in await desk.pushes(state="waiting")] == ["unknown waybill: 73000000000002"]
    second = await desk.ship(another_order, "73000000000002")
    await desk.work()
    assert (await desk.parcel(second))["status"] == "delivered"
    assert [push["state"] for push in await desk.pushes()] == ["applied"]


def sf(desk, waybill: str, op_code: str, **more: Any) -> dict[str, Any]:
    at = desk.harness.clock.now().astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
    return {"Body": {"WaybillRoute": [{"mailno": waybill, "acceptTime": at, "opCode": op_code} | more]}}


@pytest.mark.parametrize("order_of_pushes", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
async def test_a_parcel_that_is_sent_back_under_new_numbers(desk, order, order_of_pushes):
    """SF gives a new number at 648: what is signed under the last of them is back at its sender, in whichever order it is pushed."""
    parcel, endpoint, pushes = await desk.ship(order, "SF1000", carrier="sf"), await desk.endpoint("sf"), []
    for waybill, op_code, text in (
        ("SF1000", "648", "快件已退回/转寄,新单号为: SF7444400043266"),
        ("SF7444400043266", "648", "快件已退回/转寄,新单号为: SF7444400043267"),
        ("SF7444400043267", "80", "已签收"),
    ):
        desk.harness.clock.advance(hours=5)
        pushes.append(sf(desk, waybill, op_code, remark=text))
    for number in order_of_pushes:
        assert (await desk.push(endpoint, pushes[number])).json()["return_code"] == "0000"
        await desk.work()
        desk.harness.clock.advance(seconds=1)
    await desk.work()
    assert (await desk.parcel(parcel))["status"] == "returned"
    assert {push["state"] for push in await desk.pushes()} == {"applied"}


async def test_a_child_waybill_is_found_by_its_order(desk, order):
    parcel = await desk.ship(order, "SF1000", carrier="sf", reference="O-1")
    assert parcel["reference"] == "O-1"
    await desk.push(await desk.endpoint("sf"), sf(desk, "SF1000001", "50", orderid="O-1"))
    await desk.work()
    assert (await desk.parcel(parcel))["status"] == "picked_up"


async def test_one_piece_of_several_does_not_deliver_the_parcel(desk, order):
    parcel, endpoint = await desk.ship(order, "SF1000", carrier="sf", reference="O-1"), await desk.endpoint("sf")

    async def pushed(number: str, code: str) -> str:
        desk.harness.clock.advance(hours=1)
        await desk.push(endpoint, sf(desk, number, code, orderid="O-1"))
        await desk.work()
        return (await desk.parcel(parcel))["status"]

    assert await pushed("SF1000001", "50") == "picked_up"
    assert await pushed("SF1000002", "44") == "out_for_delivery"
    assert await pushed("SF1000001", "80") == "out_for_delivery"
    assert await pushed("SF1000002", "80") == "delivered"
    shown = (await desk.parcel(parcel))["events"]
    assert [each["piece_no"] for each in shown] == ["SF1000001", "SF1000002", "SF1000001", "SF1000002"]


async def test_its_own_number_delivers_a_parcel_whatever_its_bill_does(desk, order):
    parcel, endpoint = await desk.ship(order, "SF1000", carrier="sf", reference="O-1"), await desk.endpoint("sf")
    for number, code in (("SF1000", "50"), ("SF1000009", "648"), ("SF1000", "80"), ("SF1000009", "30")):
        desk.harness.clock.advance(hours=1)
        await desk.push(endpoint, sf(desk, number, code, orderid="O-1"))
        await desk.work()
    shown = await desk.parcel(parcel)
    assert (shown["status"], [each["piece_no"] for each in shown["events"]]) == (
        "delivered",
        [None, "SF1000009", None, "SF1000009"],
    )


async def test_a_push_that_names_an_order_only_waits_for_its_parcel(desk, order):
    endpoint = await desk.endpoint("yto", secret="123456")
    push = contents("LP-1", desk.harness.clock.now())["yto"].replace("SIGNED", "GOT")
    answer = await desk.push(endpoint, push)
    assert (answer.headers["content-type"], b"<success>true</success>" in answer.content) == (
        "text/xml; charset=utf-8",
        True,
    )
    await desk.work()
    [waiting] = await desk.pushes()
    assert (waiting["state"], waiting["why"], waiting["reports"][0]["reference"]) == (
        "waiting",
        "unknown waybill: LP-1",
        "LP-1",
    )
    parcel = await desk.ship(order, "YT1", carrier="yto", reference="LP-1")
    await desk.work()
    assert (await desk.parcel(parcel))["status"] == "picked_up"


async def test_another_partners_parcel_is_not_moved(desk, order):
    parcel, endpoint = await desk.ship(order, "SF1000", carrier="sf"), await desk.endpoint("zto")
    await desk.zto(endpoint, "SIGNED", billCode="SF1000")
    await desk.work()
    assert (await desk.parcel(parcel))["events"] == []
    assert [(push["state"], push["why"]) for push in await desk.pushes()] == [("waiting", "unknown waybill: SF1000")]


async def test_the_same_number_of_two_couriers_is_two_parcels(desk, order, another_order):
    sf_parcel, zto_parcel = await desk.ship(order, carrier="sf"), await desk.ship(another_order)
    await desk.zto(await desk.endpoint(), "SIGNED")
    ours, now = await desk.endpoint("standard-webhooks"), desk.harness.clock.now()
    await desk.standard(ours, {"waybill_no": "73000000000001", "status": "in_transit", "occurred_at": now.isoformat()})
    await desk.work()
    assert (await desk.parcel(zto_parcel))["status"] == "delivered"
    assert (await desk.parcel(sf_parcel))["status"] == "in_transit"


async def test_a_number_without_a_carrier_that_two_couriers_have_moves_neither(desk, order, another_order):
    parcels = [await desk.ship(order, carrier="sf"), await desk.ship(another_order)]
    ours, now = await desk.endpoint("standard-webhooks"), desk.harness.clock.now()
    await desk.standard(ours, {"waybill_no": "73000000000001", "status": "delivered", "occurred_at": now.isoformat()})
    await desk.work()
    assert [(await desk.parcel(each))["status"] for each in parcels] == ["pending", "pending"]
    assert [push["state"] for push in await desk.pushes()] == ["waiting"]


async def test_the_number_of_another_merchants_parcel_delivers_nothing(desk, order):
    """Whoever registers a number that another merchant's parcel has gets none of its scans."""
    first, endpoint = await desk.ship(order), await desk.endpoint()
    harness = desk.harness
    seller, buyer = harness.client("seller", "seller-2", tenant="m-2"), harness.client("buyer", "buyer-2")
    desk.harness.clock.advance(hours=2)
    stolen = await desk.ship(await desk.ordered(seller=seller, buyer=buyer, buyer_id="buyer-2"), seller=seller)
    desk.harness.clock.advance(hours=20)
    await desk.zto(endpoint, "SIGNED")
    desk.harness.clock.advance(hours=1)
    await desk.zto(endpoint, "SIGNED", desc="再次签收")
    await desk.work()
    assert (await desk.parcel(first))["status"] == "delivered"
    shown = (await buyer.get(f"/v1/parcels/{stolen['id']}")).json()
    assert (shown["status"], shown["events"], shown["number_of_another"]) == ("pending", [], True)
    assert (await desk.parcel(first))["number_of_another"] is False


async def test_twenty_times_the_same_snapshot_at_once(desk, order):
    parcel, endpoint = await desk.ship(order), await desk.endpoint("kuaidi100")
    desk.harness.clock.advance(hours=12)
    push = kuaidi100(desk, ("签收", "301", 0), ("派件", "5", 3), ("揽收", "103", 9))
    await asyncio.gather(*(desk.push(endpoint, push) for _ in range(20)))
    await asyncio.gather(*(desk.work() for _ in range(3)))
    assert len((await desk.parcel(parcel))["events"]) == 3
    assert len(await desk.pushes()) == 1


async def test_scans_without_a_code_are_listed_with_their_pushes(desk, order):
    parcel, endpoint = await desk.ship(order), await desk.endpoint("kuaidi100")
    assert (await desk.push(endpoint, kuaidi100(desk, ("正在派送中", "", 1)))).status_code == 200
    await desk.work()
    [push] = await desk.pushes()
    [report] = push["reports"]
    assert (report["raw_code"], report["status"], report["text"]) == ("", "unknown", "正在派送中")
    assert (await desk.parcel(parcel))["events"][0]["raw_code"] is None
