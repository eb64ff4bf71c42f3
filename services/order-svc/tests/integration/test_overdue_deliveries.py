"""Orders whose parcels are not reported any more: they become overdue, and people record what has become of the parcels."""

from datetime import datetime, timedelta

import pytest
from aftercare_events import (
    OrderDelivered,
    OrderDeliveryOverdue,
    OrderReceiptConfirmed,
    ParcelAnomalyRaised,
    ParcelStatusChanged,
)
from order_svc.domain.tracking import ParcelStatus

EVIDENCE = {"evidence": "sha256:" + "ab" * 32}


@pytest.fixture
async def order(shop):
    order, _ = await shop.paid()
    await shop.ship(order, 3)
    return await shop.order(order["id"])


@pytest.fixture
def agent(shop):
    return shop.h.client("agent", "agent-1")


async def overdue(shop, order):
    shop.h.clock.advance(hours=361)
    await shop.h.run_due()
    return await shop.order(order["id"])


async def parcel_of(shop, order):
    return (await shop.buyer.get("/v1/parcels", params={"order_id": order["id"]})).json()["data"][0]


async def record(who, parcel, end, **body):
    return await who.post(f"/v1/parcels/{parcel['id']}/record-{end}", json=body)


def why_not(order, action):
    return next(each.get("why_not") for each in order["allowed_actions"] if each["action"] == action)


async def test_a_parcel_without_scans_is_an_anomaly_and_its_order_becomes_overdue(shop, order):
    assert (order["whose_turn"], order["deadline_effect"]) == ("courier", "delivery_overdue")
    assert order["deadline_at"] == order["deliver_by_at"]
    assert datetime.fromisoformat(order["deliver_by_at"]) == shop.h.clock.now() + timedelta(hours=360)
    shown = await overdue(shop, order)
    assert (shown["state"], shown["whose_turn"], shown["deadline_effect"]) == ("shipped", "agent", "delivery_overdue")
    assert shown["delivery_overdue_at"] is not None
    shop.h.clock.advance(hours=361)
    await shop.h.run_due()
    event, again = await shop.events(OrderDeliveryOverdue)
    assert again.deliver_by_at > event.deliver_by_at, "the agents are reminded"
    assert event.deliver_by_at == datetime.fromisoformat(order["deliver_by_at"])
    kinds = [each.kind for each in await shop.events(ParcelAnomalyRaised)]
    assert kinds == ["not_picked_up", "delivery_overdue"]
    mine = await shop.seller.get("/v1/orders", params={"whose_turn": "agent"})
    assert [each["id"] for each in mine.json()["data"]] == [order["id"]]


async def test_an_agent_records_the_delivery_and_the_order_goes_on(shop, order, agent):
    parcel, handed_over = await parcel_of(shop, order), shop.h.clock.now()
    await overdue(shop, order)
    at = (handed_over + timedelta(hours=50)).isoformat()
    shown = (await record(agent, parcel, "delivery", delivered_at=at, **EVIDENCE)).json()
    assert (shown["status"], shown["anomalies"]) == ("delivered", [])
    [scan] = shown["events"]
    assert (scan["partner"], scan["evidence"], scan["raw_code"]) == ("agent", EVIDENCE["evidence"], None)
    delivered = await shop.order(order["id"])
    assert (delivered["state"], delivered["whose_turn"]) == ("delivered", "buyer")
    assert datetime.fromisoformat(delivered["delivered_at"]) == datetime.fromisoformat(at)
    event = (await shop.events(ParcelStatusChanged))[-1]
    assert (event.handler, event.evidence, event.delivered) == ("agent-1", (EVIDENCE["evidence"],), True)
    assert len(await shop.events(OrderDelivered)) == 1
    await shop.h.run_due()
    delivered = await shop.order(order["id"])
    due_at = datetime.fromisoformat(delivered["deadline_at"])
    assert (delivered["state"], due_at) == ("delivered", shop.h.clock.now() + timedelta(hours=240)), "counted from now"
    refused = await record(agent, parcel, "loss")
    shop.problem(refused, 409, "illegal_transition")


async def test_the_merchant_waits_until_the_delivery_is_overdue(shop, order):
    parcel = await parcel_of(shop, order)
    shown = (await shop.seller.get(f"/v1/orders/{order['id']}")).json()
    assert (why_not(shown, "record_delivery"), why_not(shown, "record_loss")) == ("delivery_not_overdue",) * 2
    for end in ("delivery", "loss"):
        shop.problem(await record(shop.seller, parcel, end, **EVIDENCE), 409, "delivery_not_overdue")
        shop.problem(await record(shop.buyer, parcel, end, **EVIDENCE), 403, "forbidden")
    await overdue(shop, order)
    shown = (await shop.seller.get(f"/v1/orders/{order['id']}")).json()
    assert why_not(shown, "record_delivery") is None
    assert (await record(shop.seller, parcel, "loss")).status_code == 200
    shown = await shop.order(order["id"])
    assert (shown["state"], shown["whose_turn"]) == ("shipped", "buyer"), "its units are refunded by a case"
    assert [each.kind for each in await shop.events(ParcelAnomalyRaised)][-1] == "lost"
    found = (await record(shop.seller, parcel, "delivery", **EVIDENCE)).json()
    assert (found["status"], (await shop.order(order["id"]))["state"]) == ("delivered", "delivered")


async def test_nothing_is_shown_to_be_recorded_of_parcels_whose_way_has_ended(shop, agent):
    order, _ = await shop.paid()
    parcel = await shop.ship(order, 2, "73001")
    await shop.scan(ParcelStatus.LOST, "73001")
    for who in (agent, shop.seller):
        shown = (await who.get(f"/v1/orders/{order['id']}")).json()
        assert why_not(shown, "record_loss") == "parcel_not_awaited"
    assert why_not((await agent.get(f"/v1/orders/{order['id']}")).json(), "record_delivery") is None, "it may be found"
    shop.problem(await record(agent, parcel, "loss"), 409, "parcel_not_awaited")
    assert (await record(agent, parcel, "delivery", **EVIDENCE)).status_code == 200
    shown = (await agent.get(f"/v1/orders/{order['id']}")).json()
    assert shown["state"] == "shipped", "the rest was not sent"
    assert (why_not(shown, "record_delivery"), why_not(shown, "record_loss")) == ("parcel_not_awaited",) * 2
    await shop.ship(order, 1, "73002")
    [listed] = (await agent.get("/v1/orders")).json()["data"]
    assert (why_not(listed, "record_delivery"), why_not(listed, "record_loss")) == (None, None)


async def test_what_is_recorded_has_to_fit(shop, order, agent):
    parcel = await parcel_of(shop, order)
    assert (await record(agent, parcel, "delivery")).json()["errors"][0]["pointer"] == "/evidence"
    for hours in (-1, 1):
        at = (shop.h.clock.now() + timedelta(hours=hours)).isoformat()
        refused = await record(agent, parcel, "delivery", delivered_at=at, **EVIDENCE)
        problem = shop.problem(refused, 422, "delivered_at_unfit")
        assert problem["errors"][0]["pointer"] == "/delivered_at"
    await shop.scan(ParcelStatus.RETURNING)
    for end in ("delivery", "loss"):
        shop.problem(await record(agent, parcel, end, **EVIDENCE), 409, "parcel_not_awaited")
    await shop.scan(ParcelStatus.RETURNED, hours=2)
    problem = shop.problem(await record(agent, parcel, "loss"), 409, "parcel_not_awaited")
    assert (problem["leg"], problem["parcel_status"]) == ("outbound", "returned")


async def parcels_of(shop, order):
    found = (await shop.seller.get("/v1/parcels", params={"order_id": order["id"]})).json()["data"]
    return {each["waybill_no"]: each for each in found}


async def test_each_parcel_is_overdue_by_itself(shop):
    order, _ = await shop.paid()
    await shop.ship(order, 1, "73001")
    shown = await shop.order(order["id"])
    assert shown["deadline_effect"] == "shipment_overdue", "the merchant's time comes first"
    shop.h.clock.advance(hours=49)
    await shop.h.run_due()
    assert (await shop.order(order["id"]))["deadline_effect"] == "delivery_overdue"
    shop.h.clock.advance(hours=312)
    await shop.h.run_due()
    assert (await shop.order(order["id"]))["whose_turn"] == "agent"
    marked, marked_at = await shop.order(order["id"]), shop.h.clock.now()
    shop.h.clock.advance(hours=10)
    second = await shop.ship(order, 2, "73002")
    assert datetime.fromisoformat(second["deliver_by_at"]) == shop.h.clock.now() + timedelta(hours=360)
    shown = await shop.order(order["id"])
    assert (shown["whose_turn"], shown["delivery_overdue_at"]) == ("agent", marked["delivery_overdue_at"])
    assert datetime.fromisoformat(shown["deadline_at"]) == marked_at + timedelta(hours=360), "as before"
    found = await parcels_of(shop, order)
    assert (found["73001"]["delivery_overdue_at"], found["73002"]["delivery_overdue_at"]) == (
        marked["delivery_overdue_at"],
        None,
    )
    [event] = await shop.events(OrderDeliveryOverdue)
    assert event.parcel_ids == (found["73001"]["id"],)
    refused = await record(shop.seller, found["73002"], "delivery", **EVIDENCE)
    until = shop.problem(refused, 409, "delivery_not_overdue")["deliver_by_at"]
    assert datetime.fromisoformat(until) == datetime.fromisoformat(second["deliver_by_at"])
    assert (await record(shop.seller, found["73001"], "loss")).status_code == 200
    shown = (await shop.seller.get(f"/v1/orders/{order['id']}")).json()
    assert (shown["whose_turn"], shown["delivery_overdue_at"]) == ("courier", None), "what was late has ended"
    assert shown["deadline_at"] == shown["deliver_by_at"] == second["deliver_by_at"]
    assert why_not(shown, "record_loss") == "delivery_not_overdue"
    mine = await shop.seller.get("/v1/orders", params={"whose_turn": "agent"})
    assert mine.json()["data"] == []


async def test_a_void_leaves_the_times_of_the_other_parcels(shop):
    order, _ = await shop.paid()
    await shop.ship(order, 1, "73001")
    shop.h.clock.advance(hours=1)
    second = await shop.ship(order, 2, "73002")
    first = (await parcels_of(shop, order))["73001"]
    voided = await shop.seller.post(f"/v1/parcels/{first['id']}/void", json={})
    assert voided.status_code == 200, voided.text
    assert (await shop.order(order["id"]))["deliver_by_at"] == second["deliver_by_at"]


async def test_a_scan_that_is_reported_late_counts_from_when_it_happened(shop, order):
    """The courier delivered it in time, and reports it three weeks after the hand-over, when the time to confirm is over as well."""
    await overdue(shop, order)
    shop.h.clock.advance(hours=143)
    await shop.scan(ParcelStatus.DELIVERED, hours=-454)
    shown = await shop.order(order["id"])
    delivered_at = shop.h.clock.now() - timedelta(hours=454)
    assert (shown["state"], shown["delivery_overdue_at"]) == ("delivered", None)
    assert datetime.fromisoformat(shown["delivered_at"]) == delivered_at
    assert datetime.fromisoformat(shown["deadline_at"]) == delivered_at + timedelta(hours=240)
    await shop.h.run_due()
    received = await shop.order(order["id"])
    assert received["state"] == "received"
    [event] = await shop.events(OrderReceiptConfirmed)
    assert (event.cause, event.signed_at) == ("timeout", delivered_at)
    assert event.window_ends_at == event.confirmed_at + timedelta(hours=24), "the least that is left for a case"


async def test_the_time_does_not_run_while_a_case_is_open(shop, order):
    await shop.open_case(order, 3)
    assert (await shop.order(order["id"]))["deadline_at"] is None
    await overdue(shop, order)
    assert await shop.events(OrderDeliveryOverdue) == []


async def test_what_is_recorded_is_of_that_parcel_alone(shop, order):
    """Another order of the merchant, and one of another merchant, are under the same number."""
    parcel = await parcel_of(shop, order)
    await overdue(shop, order)
    other, _ = await shop.paid()
    await shop.ship(other, 3)
    assert (await record(shop.seller, parcel, "delivery", **EVIDENCE)).status_code == 200
    assert (await shop.order(order["id"]))["state"] == "delivered"
    assert (await shop.order(other["id"]))["state"] == "shipped"


async def test_a_parcel_of_another_merchant_under_the_same_number_is_left_alone(shop, order, kettles):
    parcel, other = await parcel_of(shop, order), shop.h.client("seller", "seller-2", tenant="m-2")
    theirs = (await other.post("/v1/orders", json=kettles())).json()
    await shop.start_payment(theirs["id"])
    await shop.settle()
    body = {key: parcel[key] for key in ("carrier", "waybill_no")}
    body |= {"lines": [{"line_id": theirs["lines"][0]["id"], "quantity": 3}]}
    assert (await other.post(f"/v1/orders/{theirs['id']}/parcels", json=body)).status_code == 201
    await overdue(shop, order)
    assert (await record(shop.seller, parcel, "delivery", **EVIDENCE)).status_code == 200
    assert (await shop.order(theirs["id"]))["state"] == "shipped"


async def test_a_parcel_that_is_in_a_case_is_not_called_back(shop, order):
    await shop.open_case(order, 3)
    cancelling = await shop.buyer.post(f"/v1/orders/{order['id']}/cancel")
    shop.problem(cancelling, 409, "after_sale_open")
