"""Pickups that the courier refuses: the buyer goes on, and after the second refusal an agent."""

from datetime import datetime
from typing import Any

from aftercare_events import AfterSaleEscalated, PickupMissed, PickupRefused
from aftersale_shop import Shop
from pickup_steps import book, returning, slots


async def refused(shop: Shop, case: dict[str, Any], **other: Any) -> None:
    """The courier refuses the time that is booked for the case."""
    pickup = case["pickup"]
    facts = {
        "case_id": case["id"],
        "carrier": "sf",
        "refusal": "address_not_served",
        "begins_at": datetime.fromisoformat(pickup["begins_at"]),
        "ends_at": datetime.fromisoformat(pickup["ends_at"]),
        **other,
    }
    await shop.harness.consume(PickupRefused(**shop._order("ord_1", "system", "delivered"), **facts))


async def timeline(shop: Shop, case_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await shop.buyer.get(f"/v1/cases/{case_id}/timeline")).json()["data"]
    return found


async def test_a_refused_pickup_gives_the_buyer_the_whole_time_to_book_or_send(shop: Shop) -> None:
    case_id = await returning(shop)
    await refused(shop, await book(shop, case_id))
    found = await shop.get(case_id)
    assert (found["state"], found["whose_turn"]) == ("await_buyer_shipment", "buyer")
    assert (found["pickup"]["state"], found["pickup"]["missed_by"]) == ("missed", "courier_refused")
    event = await shop.last(PickupMissed)
    assert (event.missed_by, event.deadline_at is not None) == ("courier_refused", True)
    step = (await timeline(shop, case_id))[-1]
    assert (step["action"], step["actor_role"]) == ("refuse_pickup", "system")
    assert "拒绝上门取件" in step["text"]["zh_cn"]
    assert "refused to collect" in step["text"]["en"]
    shipped = await shop.act(shop.buyer, case_id, "ship", carrier="sf", waybill_no="SF1001")
    assert shipped["state"] == "return_in_transit"


async def test_after_the_second_refusal_an_agent_decides(shop: Shop) -> None:
    case_id = await returning(shop)
    for _ in range(2):
        await refused(shop, await book(shop, case_id))
    found = await shop.get(case_id)
    assert (found["state"], found["whose_turn"]) == ("manual_review", "agent")
    assert (await shop.last(AfterSaleEscalated)).cause == "pickup_refused"
    assert "快递再次拒绝上门取件" in found["explanation"]["why"]["zh_cn"]
    assert "快递再次拒绝上门取件" in (await timeline(shop, case_id))[-1]["text"]["zh_cn"]
    assert (await shop.act(shop.agent, case_id, "approve"))["state"] == "await_buyer_shipment"


async def test_a_refusal_of_a_time_that_is_not_booked_any_more_changes_nothing(shop: Shop) -> None:
    case_id = await returning(shop)
    case = await book(shop, case_id)
    later = (await slots(shop, case_id))[1]["begins_at"]
    await shop.act(shop.buyer, case_id, "move-pickup", slot=later)
    await refused(shop, case)
    assert (await shop.get(case_id))["state"] == "await_pickup"
    await shop.act(shop.buyer, case_id, "cancel-pickup")
    await refused(shop, case, begins_at=datetime.fromisoformat(later))
    assert (await shop.get(case_id))["state"] == "await_buyer_shipment"
    assert (await shop.get(case_id))["pickup"]["state"] == "cancelled"


async def test_a_time_to_which_the_courier_does_not_move_ends_the_pickup_and_is_no_refusal(shop: Shop) -> None:
    case_id = await returning(shop)
    await book(shop, case_id)
    later = (await slots(shop, case_id))[1]["begins_at"]
    moved = await shop.act(shop.buyer, case_id, "move-pickup", slot=later)
    await refused(shop, moved, moved=True)
    found = await shop.get(case_id)
    assert (found["state"], found["pickup"]["missed_by"]) == ("await_buyer_shipment", "courier_refused")
    missed = await shop.last(PickupMissed)
    assert (missed.begins_at, missed.moved) == (datetime.fromisoformat(later), True)
    step = (await timeline(shop, case_id))[-1]
    assert (step["action"], step["actor_role"]) == ("refuse_pickup_move", "system")
    assert "仍可能按原时间上门" in step["text"]["zh_cn"]
    assert "may still come at the time before" in step["text"]["en"]
    await refused(shop, await book(shop, case_id))
    assert (await shop.get(case_id))["state"] == "await_buyer_shipment", "the first refusal"


async def test_another_courier_that_refuses_changes_nothing(shop: Shop) -> None:
    case_id = await returning(shop)
    case = await book(shop, case_id)
    await shop.act(shop.seller, case_id, "give-pickup-waybill", carrier="zto", waybill_no=shop.waybill())
    await refused(shop, case)
    assert (await shop.get(case_id))["pickup"]["state"] == "booked"


async def test_goods_that_no_courier_collects_are_brought_to_the_merchant(shop: Shop) -> None:
    case_id = await returning(shop)
    for _ in range(2):
        await refused(shop, await book(shop, case_id))
    received = await shop.act(shop.seller, case_id, "receive")
    assert received["state"] == "await_inspection"
