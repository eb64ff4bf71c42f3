"""The waybill of a pickup: how long the goods are waited for under it."""

from aftercare_events import ParcelRegistered, PickupWaybillGiven, PickupWaybillWithdrawn
from aftersale_shop import Shop
from pickup_steps import begun, book, returning


async def with_waybill(shop: Shop, *, missed: bool) -> str:
    """A case whose pickup has the waybill SF2001 and was missed or cancelled."""
    case_id = await returning(shop)
    case = await book(shop, case_id)
    await shop.act(shop.seller, case_id, "give-pickup-waybill", carrier="sf", waybill_no="SF2001")
    if missed:
        begun(shop, case)
    await shop.act(shop.buyer, case_id, "miss-pickup" if missed else "cancel-pickup")
    return case_id


async def test_nobody_waits_for_the_waybill_of_a_cancelled_pickup(shop: Shop) -> None:
    case_id = await with_waybill(shop, missed=False)
    event = await shop.last(PickupWaybillWithdrawn)
    assert (event.carrier, event.waybill_no, event.state) == ("sf", "SF2001", "await_buyer_shipment")
    assert (await shop.get(case_id))["pickup"]["waybill_no"] is None
    await shop.parcel("SF2001", "in_transit", case_id=case_id, carrier="sf")
    assert (await shop.get(case_id))["state"] == "await_buyer_shipment"
    assert (await book(shop, case_id))["pickup"]["waybill_no"] is None, "another pickup, another waybill"


async def test_after_a_missed_pickup_its_waybill_ends_when_the_goods_go_another_way(shop: Shop) -> None:
    case_id = await with_waybill(shop, missed=True)
    assert not await shop.published(PickupWaybillWithdrawn), "the courier may come late"
    await shop.act(shop.buyer, case_id, "ship", carrier="zto", waybill_no="7300000000001")
    assert (await shop.last(PickupWaybillWithdrawn)).waybill_no == "SF2001"


async def test_goods_that_the_buyer_sends_under_the_waybill_of_the_pickup_are_followed(shop: Shop) -> None:
    case_id = await with_waybill(shop, missed=True)
    await shop.act(shop.buyer, case_id, "ship", carrier="sf", waybill_no="SF2001")
    assert not await shop.published(PickupWaybillWithdrawn)
    await shop.parcel("SF2001", case_id=case_id, carrier="sf")
    assert (await shop.get(case_id))["state"] == "await_inspection"


async def registered(shop: Shop, case_id: str | None, waybill_no: str, leg: str = "return") -> None:
    """order-svc follows a parcel of the case: its shipment was ordered of a courier."""
    event = ParcelRegistered(
        **shop._order("ord_1", "system", "pending"),
        parcel_id=f"par_{waybill_no}",
        case_id=case_id,
        leg=leg,
        carrier="sf",
        waybill_no=waybill_no,
        lines=(),
    )
    await shop.harness.consume(event)


async def test_a_shipment_that_was_ordered_names_the_waybill_of_the_pickup(shop: Shop) -> None:
    case_id = await returning(shop)
    await book(shop, case_id)
    await registered(shop, case_id, "SF3001")
    event = await shop.last(PickupWaybillGiven)
    assert (event.carrier, event.waybill_no, event.previous_waybill_no) == ("sf", "SF3001", None)
    assert (await shop.get(case_id))["pickup"]["waybill_no"] == "SF3001"
    await shop.parcel("SF3001", "picked_up", case_id=case_id, carrier="sf")
    assert (await shop.get(case_id))["state"] == "return_in_transit"


async def test_another_parcel_names_no_waybill(shop: Shop) -> None:
    case_id = await returning(shop)
    await registered(shop, case_id, "SF3001")
    await book(shop, case_id)
    await registered(shop, case_id, "SF3002", leg="exchange")
    await registered(shop, None, "SF3003")
    assert (await shop.get(case_id))["pickup"]["waybill_no"] is None
    await shop.act(shop.seller, case_id, "give-pickup-waybill", carrier="sf", waybill_no="SF2001")
    await registered(shop, case_id, "SF2001")
    await registered(shop, case_id, "SF3004")
    assert (await shop.get(case_id))["pickup"]["waybill_no"] == "SF2001"
    assert len(await shop.published(PickupWaybillGiven)) == 1


async def test_replies_to_commands_show_what_the_time_allows(shop: Shop) -> None:
    case_id = await returning(shop)
    answer = await book(shop, case_id)
    for _ in range(2):
        read = (await shop.buyer.get(f"/v1/cases/{case_id}")).json()
        assert answer["allowed_actions"] == read["allowed_actions"]
        open_ = {each["action"] for each in read["allowed_actions"] if each["allowed"]}
        assert ("miss_pickup" in open_, "cancel_pickup" in open_) == (False, True), "the time has not begun"
        answer = await shop.act(shop.buyer, case_id, "cancel-pickup")
        answer = await book(shop, case_id)
