"""What belongs to shipments of couriers: returns, pickups, prices, scans that are asked for, and the files of labels."""

from datetime import datetime, timedelta

import pypdfium2
import pytest
from aftercare_events import AfterSaleCancelled, ParcelRegistered, PickupWaybillWithdrawn
from order_svc.commands.partners import partner_inbox
from order_svc.domain.partners.pushes import PushSource
from order_svc.domain.shipping.printing import LabelText
from order_svc.workers.label_files import LabelFiles
from shipping_depot import CARRIER


async def test_a_return_is_collected_at_the_buyers_and_given_up(depot, shop):
    order = await shop.delivered()
    await shop.open_case(order, 2, case_type="return_refund")
    body = {"carrier": CARRIER[depot.courier], "case_id": "case_1", "weight_grams": 900}
    response = await depot.agent.post(f"/v1/orders/{order['id']}/return-labels", json=body)
    assert response.status_code == 201, response.text
    label = response.json()
    await depot.work()
    label = await depot.label(label)
    assert (label["state"], label["leg"]) == ("created", "return")
    registered = (await shop.events(ParcelRegistered))[-1]
    assert (registered.leg, registered.case_id, registered.lines[0].quantity) == ("return", "case_1", 2)
    assert (await depot.act(label, "cancel")).json()["state"] == "cancelling"
    await depot.work()
    assert (await depot.label(label))["state"] == "cancelled"
    parcel = (await shop.seller.get(f"/v1/parcels/{label['parcel_id']}")).json()
    assert (parcel["status"], parcel["reason"]) == ("cancelled", "pickup_given_up")


async def test_a_pickup_is_moved_once_the_courier_agrees(depot, shop):
    order, _ = await shop.paid()
    now = shop.h.clock.now().replace(hour=2, minute=0) + timedelta(days=1)
    pickup = {"begins_at": now.isoformat(), "ends_at": (now + timedelta(hours=2)).isoformat()}
    label = await depot.ordered(order, pickup=pickup)
    assert label["pickup_state"] == "asked"
    await depot.work()
    assert (await depot.label(label))["pickup_state"] == "booked"
    later = {"begins_at": (now + timedelta(hours=4)).isoformat(), "ends_at": (now + timedelta(hours=6)).isoformat()}
    assert (await depot.act(label, "change-pickup", later)).json()["pickup_state"] == "asked"
    await depot.work()
    moved = await depot.label(label)
    assert moved["pickup_state"] == "booked"
    assert moved["pickup"]["begins_at"].startswith((now + timedelta(hours=4)).strftime("%Y-%m-%dT%H"))


async def _answer_after(depot, monkeypatch, act):
    """Let the courier's next answer about a pickup arrive after this has happened."""
    service = depot.service
    move = service.move_pickup

    async def move_later(*asked):
        result = await move(*asked)
        monkeypatch.setattr(service, "move_pickup", move)
        assert (await act()).status_code == 200
        return result

    monkeypatch.setattr(service, "move_pickup", move_later)


def _window(shop, hours: int):
    begins_at = shop.h.clock.now().replace(hour=2, minute=0) + timedelta(days=1, hours=hours)
    return {"begins_at": begins_at.isoformat(), "ends_at": (begins_at + timedelta(hours=2)).isoformat()}


async def test_an_answer_about_a_time_that_was_replaced_meanwhile_counts_no_more(depot, shop, monkeypatch):
    order, _ = await shop.paid()
    label = await depot.ordered(order, pickup=_window(shop, 0))
    await depot.work()
    await depot.act(label, "change-pickup", _window(shop, 2))
    await _answer_after(depot, monkeypatch, lambda: depot.act(label, "change-pickup", _window(shop, 4)))
    await depot.work()
    await depot.work()
    moved = await depot.label(label)
    assert moved["pickup_state"] == "booked"
    assert datetime.fromisoformat(moved["pickup"]["begins_at"]) == datetime.fromisoformat(_window(shop, 4)["begins_at"])
    [booked] = {str(each.pickup[0]) for each in depot.books.orders.values()}
    assert "14:00" in booked


async def _return_collected(depot, shop, *, hours: int = 0):
    order = await shop.delivered()
    await shop.open_case(order, 2, case_type="return_refund")
    body = {"carrier": CARRIER[depot.courier], "case_id": "case_1", "weight_grams": 900, "pickup": _window(shop, hours)}
    label = (await shop.seller.post(f"/v1/orders/{order['id']}/return-labels", json=body)).json()
    await depot.work()
    return label


async def test_a_return_that_is_given_up_while_its_pickup_is_moved_ends(depot, shop, monkeypatch):
    label = await _return_collected(depot, shop)
    await depot.act(label, "change-pickup", _window(shop, 2))
    await _answer_after(depot, monkeypatch, lambda: depot.act(label, "cancel"))
    await depot.work()
    await depot.work()
    assert (await depot.label(label))["state"] == "cancelled"


async def test_the_time_of_a_pickup_is_answered_where_the_courier_refuses_to_give_the_return_up(depot, shop):
    label = await _return_collected(depot, shop)
    await depot.act(label, "change-pickup", _window(shop, 2))
    assert (await depot.act(label, "cancel")).json()["state"] == "cancelling"
    waybill_no = (await depot.label(label))["waybill_no"]
    depot.books.scan(waybill_no, {"sf": "50", "kuaidi100": "1"}[depot.courier], "已收取快件")
    await depot.work()
    kept = await depot.label(label)
    assert (kept["state"], kept["pickup_state"]) == ("created", "refused")


@pytest.mark.parametrize("of", ["a_case_that_keeps_the_goods", "a_case_that_has_ended"])
async def test_no_return_is_ordered_for_a_case_that_awaits_none(depot, shop, of):
    order = await shop.delivered()
    keeps = of == "a_case_that_keeps_the_goods"
    await shop.open_case(order, 2, case_type="refund_only" if keeps else "return_refund")
    if not keeps:
        await shop.h.consume(shop.case(AfterSaleCancelled, order, case_type="return_refund"))
    body = {"carrier": CARRIER[depot.courier], "case_id": "case_1", "weight_grams": 900}
    refused = await shop.seller.post(f"/v1/orders/{order['id']}/return-labels", json=body)
    shop.problem(refused, 409, "no_return_awaited")
    assert (await shop.seller.get("/v1/labels")).json()["data"] == []


async def test_prices_of_the_couriers_come_cheapest_first(depot, shop):
    order, _ = await shop.paid()
    asked = await shop.seller.post(f"/v1/orders/{order['id']}/shipping-quotes", json={"weight_grams": 1000})
    assert asked.status_code == 201, asked.text
    await depot.work()
    quote = (await shop.seller.get(f"/v1/shipping-quotes/{asked.json()['id']}")).json()
    assert quote["state"] == "answered"
    assert quote["offers"][0]["price"] == {"amount": 1250, "currency": "CNY"}


async def test_a_parcel_without_scans_is_polled(depot, shop):
    order, _ = await shop.paid()
    label = await depot.ordered(order)
    await depot.work()
    label = await depot.label(label)
    await depot.work()
    code = {"sf": "50", "kuaidi100": "1"}[depot.courier]
    shop.h.clock.advance(hours=1)
    depot.books.scan(label["waybill_no"], code, "已收取快件")
    await depot.work(seconds=6 * 3600)
    await shop.h.run_workers(partner_inbox.WORKERS[PushSource.COURIER])
    parcel = (await shop.seller.get(f"/v1/parcels/{label['parcel_id']}")).json()
    assert parcel["status"] == "picked_up"
    await depot.work(seconds=6 * 3600)
    await shop.h.run_workers(partner_inbox.WORKERS[PushSource.COURIER])
    assert len((await shop.seller.get(f"/v1/parcels/{label['parcel_id']}")).json()["events"]) == 1


async def test_what_the_courier_has_collected_is_not_changed(depot, shop):
    order, _ = await shop.paid()
    label = await depot.ordered(order)
    await depot.work()
    label = await depot.label(label)
    depot.books.scan(label["waybill_no"], {"sf": "50", "kuaidi100": "1"}[depot.courier], "已收取快件")
    await depot.work()
    await depot.work(seconds=6 * 3600)
    await shop.h.run_workers(partner_inbox.WORKERS[PushSource.COURIER])
    tomorrow = shop.h.clock.now() + timedelta(days=1)
    window = {"begins_at": tomorrow.isoformat(), "ends_at": (tomorrow + timedelta(hours=2)).isoformat()}
    shop.problem(await depot.act(label, "change-pickup", window), 409, "label_collected")


async def test_the_label_is_a_file_until_it_is_deleted(depot, shop):
    order, _ = await shop.paid()
    label = await depot.ordered(order)
    await depot.work()
    printer = LabelFiles()
    while await printer.step(shop.h.runtime) is not None:
        pass
    path = f"/v1/labels/{label['id']}/file"
    file = await depot.agent.get(path)
    assert (file.status_code, file.headers["content-type"]) == (200, "application/pdf")
    document = pypdfium2.PdfDocument(file.content)
    assert "王芳" in document[0].get_textpage().get_text_range()
    assert (await shop.buyer.get(path)).status_code == 403
    shop.h.clock.advance(hours=24 * 15)
    await shop.h.run_workers("retention")
    shop.problem(await depot.agent.get(path), 409, "label_not_printable")
    assert await shop.h.runtime.pool.fetchval("SELECT count(*) FROM label_contacts") == 0


async def test_a_label_that_cannot_be_printed_does_not_hold_up_the_others(depot, shop):
    labels = []
    for _ in range(2):
        order, _ = await shop.paid()
        labels.append(await depot.ordered(order))
        await depot.work()

    def pdf(text: LabelText) -> bytes:
        if text.number == labels[0]["id"].rpartition("_")[2]:
            raise ValueError("as the test requires")
        return b"%PDF"

    printer = LabelFiles(pdf)
    while await printer.step(shop.h.runtime) is not None:
        pass
    shop.problem(await shop.seller.get(f"/v1/labels/{labels[0]['id']}/file"), 409, "label_not_printable")
    assert (await shop.seller.get(f"/v1/labels/{labels[1]['id']}/file")).content == b"%PDF"


async def test_a_pickup_that_the_buyer_cancels_is_given_up_at_the_courier(depot, shop):
    order = await shop.delivered()
    await shop.open_case(order, 2, case_type="return_refund")
    body = {"carrier": CARRIER[depot.courier], "case_id": "case_1", "weight_grams": 900}
    label = (await shop.seller.post(f"/v1/orders/{order['id']}/return-labels", json=body)).json()
    await depot.work()
    label = await depot.label(label)
    waybill = {"carrier": label["carrier"], "waybill_no": label["waybill_no"]}
    await shop.h.consume(shop.case(PickupWaybillWithdrawn, order, **waybill))
    assert (await depot.label(label))["state"] == "cancelling"
    await depot.work()
    assert (await depot.label(label))["state"] == "cancelled"
    assert next(iter(depot.books.orders.values())).cancelled
