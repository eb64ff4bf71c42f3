"""What has happened to an order, and what happens as it happens."""

import asyncio
import json
from datetime import datetime
from typing import Any

import httpx
import pytest
from aftercare_chassis.http import feeds
from aftercare_chassis.sentences import DEFAULT_ZONE
from aftercare_chassis.testing.waiting import until
from order_svc.domain.tracking import ParcelStatus


async def steps(client: httpx.AsyncClient, order_id: str) -> list[dict[str, Any]]:
    """All steps of an order, read in pages of two."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        params = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        response = await client.get(f"/v1/orders/{order_id}/timeline", params=params)
        assert response.status_code == 200, response.text
        page = response.json()
        found += page["data"]
        if (cursor := page["next_cursor"]) is None:
            return found


async def test_the_whole_life_of_an_order_is_listed(shop: Any) -> None:
    order = await shop.delivered()
    await shop.buyer.post(f"/v1/orders/{order['id']}/confirm-receipt")
    found = await steps(shop.buyer, order["id"])
    assert [(each["event"], each["actor_kind"]) for each in found] == [
        ("OrderCreated", "seller"),
        ("PaymentStarted", "buyer"),
        ("PaymentSucceeded", "system"),
        ("OrderPaid", "system"),
        ("ParcelRegistered", "seller"),
        ("OrderShipped", "seller"),
        ("ParcelStatusChanged", "system"),
        ("OrderDelivered", "system"),
        ("OrderReceiptConfirmed", "buyer"),
    ]
    assert found[4]["text"]["zh_cn"] == "登记包裹：zto 运单 73001。"
    assert found[8]["text"]["zh_cn"].startswith("买家确认收货，售后期至 ")
    assert found[6]["text"]["en"] == "zto, waybill 73001: delivered."
    assert found[2]["amount"] == {"amount": 29500, "currency": "CNY"}
    assert found[2]["payment_id"] == order["payment_id"]


async def test_a_merchant_reads_of_stock_and_deadlines_and_a_buyer_of_deadlines_alone(shop: Any) -> None:
    order = await shop.delivered()
    buyer, seller = await steps(shop.buyer, order["id"]), await steps(shop.seller, order["id"])
    assert [each["event"] for each in seller if each not in buyer] == [
        "StockCommitted",
        "DeliveryMeasured",
    ]
    read = {each["event"]: each["text"] for each in seller}
    deadline = datetime.fromisoformat((await shop.order(order["id"]))["deadline_at"])
    due = f"{deadline.astimezone(DEFAULT_ZONE):%Y-%m-%d %H:%M:%S} Asia/Shanghai"
    assert read["OrderDelivered"] == {
        "zh_cn": f"订单的包裹已全部送达。将于 {due} 自动确认收货。",
        "en": f"Everything of the order has arrived. The receipt counts as confirmed at {due}.",
    }
    assert read["OrderCreated"]["en"].startswith("The order was placed for 295.00 CNY. It is to be paid by 20")
    assert read["StockCommitted"] == {"zh_cn": "预占库存出库 3 件。", "en": "Reserved stock has left: 3 units."}
    assert read["OrderShipped"]["en"] == "Shipped with zto under waybill 73001: 3 units."


async def test_an_order_that_is_packed_and_cancelled_in_part_reads_with_its_units(shop: Any) -> None:
    order, _ = await shop.paid()
    path = f"/v1/orders/{order['id']}"
    assert (await shop.seller.post(f"{path}/pack")).status_code == 200
    lines = [{"line_id": order["lines"][0]["id"], "quantity": 1}]
    cancelled = await shop.seller.post(f"{path}/cancel", json={"lines": lines, "reason": "out_of_stock"})
    assert cancelled.status_code == 200, cancelled.text
    await shop.settle()
    texts = [(each["event"], each["text"]["en"]) for each in await steps(shop.buyer, order["id"])][4:]
    assert texts == [
        ("OrderPacked", "The merchant packed the order: 3 units."),
        ("OrderUnpacked", "Units of the order were cancelled, so that it has to be packed again."),
        ("OrderLinesCancelled", "Units of the order were cancelled (1), worth 95.66 CNY."),
        ("RefundSubmitted", "A refund of 95.66 CNY was submitted."),
        ("RefundSucceeded", "95.66 CNY were refunded."),
    ]


async def test_refunds_and_new_addresses_are_steps_without_personal_data(shop: Any) -> None:
    order, _ = await shop.paid()
    address = {**order["shipping_address"], "name": "李雷", "street": "文二路 2 号"}
    await shop.buyer.post(f"/v1/orders/{order['id']}/change-address", json={"shipping_address": address})
    await shop.buyer.post(f"/v1/orders/{order['id']}/cancel")
    await shop.settle()
    found = [each for each in await steps(shop.seller, order["id"]) if not each["event"].startswith("Stock")]
    assert [each["event"] for each in found[4:]] == [
        "OrderAddressChanged",
        "OrderCancelled",
        "RefundSubmitted",
        "RefundSucceeded",
    ]
    assert found[4]["text"] == {"zh_cn": "买家修改了收货地址。", "en": "The buyer changed the shipping address."}
    assert found[5]["text"]["en"] == "The order was cancelled by the buyer."
    assert found[7]["text"]["en"] == "295.00 CNY were refunded."
    written = json.dumps(found, ensure_ascii=False)
    assert not any(word in written for word in ("李雷", "文二路", "13800000000"))


async def test_what_is_refused_is_no_step(shop: Any) -> None:
    order = await shop.place()
    assert (await shop.try_ship(order, 1)).status_code == 409
    assert [each["event"] for each in await steps(shop.buyer, order["id"])] == ["OrderCreated"]


@pytest.mark.parametrize("path", ["timeline", "timeline/live"])
async def test_an_order_of_others_has_no_timeline(shop: Any, path: str) -> None:
    order = await shop.place()
    for other in (shop.h.client("buyer", "buyer-2"), shop.h.client("seller", "seller-2", tenant="m-2")):
        shop.problem(await other.get(f"/v1/orders/{order['id']}/{path}"), 404, "not_found")


async def test_a_cursor_of_another_order_is_refused(shop: Any) -> None:
    order, _ = await shop.paid()
    other = await shop.place()
    page = (await shop.buyer.get(f"/v1/orders/{order['id']}/timeline", params={"limit": 1})).json()
    params = {"cursor": page["next_cursor"]}
    response = await shop.buyer.get(f"/v1/orders/{other['id']}/timeline", params=params)
    shop.problem(response, 400, "cursor_invalid")


def received(body: str) -> list[tuple[str, dict[str, Any]]]:
    """The events of a stream: id and data."""
    events = []
    for block in body.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "data" in fields:
            events.append((fields["id"], json.loads(fields["data"])))
    return events


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "READ_SECONDS", 0.02)


async def streamed(
    shop: Any, client: httpx.AsyncClient, path: str, act: Any, last: str | None = None
) -> list[tuple[str, dict[str, Any]]]:
    """What a stream sends that is open while `act` is done."""
    leaving = False
    shop.h.runtime.leaving = lambda: leaving
    headers = {"Last-Event-ID": last} if last else {}
    following = asyncio.create_task(client.get(path, headers=headers))

    async def has_begun() -> bool:
        return bool(shop.h.runtime.streams) or following.done()

    await until(has_begun, "the stream")
    await act()
    await asyncio.sleep(0.3)  # several reads
    leaving = True
    response = await following
    assert response.status_code == 200, response.text
    return received(response.text)


async def test_a_stream_sends_what_happens_and_resumes(shop: Any) -> None:
    order, other = await shop.place(), await shop.place(buyer_id="buyer-2")
    path = f"/v1/orders/{order['id']}/timeline/live"

    async def cancel_both() -> None:
        await shop.buyer.post(f"/v1/orders/{order['id']}/cancel")
        await shop.seller.post(f"/v1/orders/{other['id']}/cancel")

    events = await streamed(shop, shop.buyer, path, cancel_both)
    assert [(each["order_id"], each["event"]) for _, each in events] == [(order["id"], "OrderCancelled")]
    first = (await steps(shop.buyer, order["id"]))[0]["id"]

    async def nothing() -> None:
        return

    again = await streamed(shop, shop.buyer, path, nothing, last=first)
    assert events[0] in again


async def test_a_seller_follows_the_orders_of_the_merchant(shop: Any) -> None:
    foreign = shop.h.client("seller", "seller-2", tenant="m-2")
    order, _ = await shop.paid()

    async def act() -> None:
        await shop.ship(order, 3)
        await shop.scan(ParcelStatus.PICKED_UP)

    seen = await streamed(shop, shop.seller, "/v1/orders/stream", act)
    assert [each["event"] for _, each in seen] == [
        "ParcelRegistered",
        "OrderShipped",
        "StockCommitted",
        "ParcelStatusChanged",
    ]
    assert await streamed(shop, foreign, "/v1/orders/stream?merchant_id=m-1", act=lambda: shop.place()) == []


async def test_an_unknown_last_event_is_refused(shop: Any) -> None:
    response = await shop.seller.get("/v1/orders/stream", headers={"Last-Event-ID": "step_x"})
    shop.problem(response, 400, "last_event_unknown")
