"""A waybill of a return that was corrected, or that nobody collects: that parcel is followed no more."""

from aftercare_events import (
    ParcelStatusChanged,
    PickupWaybillGiven,
    PickupWaybillWithdrawn,
    ReturnShipped,
    ReturnWaybillCorrected,
)

WRONG, RIGHT = "73000000000002", "73000000000003"


async def corrected(desk, order, *, to: str = RIGHT, was: str = WRONG):
    previous = {"previous_carrier": "zto", "previous_waybill_no": was}
    return await desk.returned(order, ReturnWaybillCorrected, waybill_no=to, **previous)


async def test_the_right_parcel_is_followed_from_the_correction_on(desk, order):
    wrong, endpoint = await desk.returned(order, waybill_no=WRONG), await desk.endpoint()
    at = desk.harness.clock.advance(hours=5)
    right = await corrected(desk, order)
    assert right["waybill_no"] == RIGHT
    assert right["handed_over_at"] == at.isoformat().replace("+00:00", "Z")
    shown = await desk.parcel(wrong)
    assert (shown["status"], shown["reason"], shown["terminal"]) == ("cancelled", "waybill_corrected", True)
    (event,) = [e for e in await desk.harness.published() if isinstance(e, ParcelStatusChanged)]
    assert (event.parcel_id, event.previous_status, event.status, event.case_id) == (
        wrong["id"],
        "pending",
        "cancelled",
        "case_1",
    )
    desk.harness.clock.advance(hours=20)
    await desk.zto(endpoint, "SIGNED", billCode=WRONG)
    await desk.zto(endpoint, "SIGNED", billCode=RIGHT)
    await desk.work()
    assert (await desk.parcel(wrong))["status"] == "cancelled"
    assert (await desk.parcel(right))["status"] == "delivered"
    assert {push["state"]: push["why"] for push in await desk.pushes()} == {
        "applied": None,
        "waiting": f"unknown waybill: {WRONG}",
    }


async def test_a_parcel_that_has_moved_is_followed_to_its_end(desk, order):
    """The scan and the correction crossed: the goods may travel under either number."""
    wrong, endpoint = await desk.returned(order, waybill_no=WRONG), await desk.endpoint()
    await desk.zto(endpoint, "GOT", billCode=WRONG)
    await desk.work()
    right = await corrected(desk, order)
    assert (await desk.parcel(wrong))["status"] == "picked_up"
    desk.harness.clock.advance(hours=20)
    await desk.zto(endpoint, "SIGNED", billCode=WRONG)
    await desk.work()
    assert (await desk.parcel(wrong))["status"] == "delivered"
    assert (await desk.parcel(right))["status"] == "pending"


async def test_a_buyer_may_come_back_to_the_first_number(desk, order):
    first, endpoint = await desk.returned(order, waybill_no=WRONG), await desk.endpoint()
    second = await corrected(desk, order)
    third = await corrected(desk, order, to=WRONG, was=RIGHT)
    assert [parcel["status"] for parcel in await desk.returns(order)] == ["pending", "cancelled", "cancelled"]
    await desk.zto(endpoint, "GOT", billCode=WRONG)
    await desk.work()
    assert [(await desk.parcel(each))["status"] for each in (first, second, third)] == [
        "cancelled",
        "cancelled",
        "picked_up",
    ]


async def test_a_correction_that_comes_twice_registers_one_parcel(desk, order):
    await desk.returned(order, waybill_no=WRONG)
    await corrected(desk, order)
    await corrected(desk, order)
    assert len(await desk.returns(order)) == 2


async def test_corrected_to_the_number_of_the_outbound_parcel_it_waits_for_the_way_back(desk, order):
    outbound, endpoint = await desk.ship(order), await desk.endpoint()
    desk.harness.clock.advance(hours=20)
    await desk.returned(order, waybill_no=WRONG)
    right = await corrected(desk, order, to=outbound["waybill_no"])
    await desk.zto(endpoint, "SIGNED")
    await desk.work()
    assert (await desk.parcel(outbound))["status"] == "delivered"
    assert (await desk.parcel(right))["status"] == "pending"


async def test_goods_that_are_sent_again_under_a_number_that_ended_are_another_parcel(desk, order):
    first, endpoint = await desk.returned(order, waybill_no=RIGHT), await desk.endpoint()
    desk.harness.clock.advance(hours=20)
    await desk.zto(endpoint, "RETURN_SIGNED", billCode=RIGHT)
    await desk.work()
    desk.harness.clock.advance(hours=20)
    second = await desk.returned(order, ReturnShipped, waybill_no=RIGHT)
    desk.harness.clock.advance(hours=20)
    await desk.zto(endpoint, "SIGNED", billCode=RIGHT)
    await desk.work()
    assert [(await desk.parcel(each))["status"] for each in (first, second)] == ["returned", "delivered"]


async def test_a_push_for_a_pickup_that_was_given_up_is_one_for_an_unknown_waybill(desk, order):
    expected, endpoint = await desk.returned(order, PickupWaybillGiven, waybill_no=WRONG), await desk.endpoint()
    await desk.returned(order, PickupWaybillWithdrawn, waybill_no=WRONG)
    shown = await desk.parcel(expected)
    assert (shown["status"], shown["reason"], shown["terminal"]) == ("cancelled", "pickup_given_up", True)
    desk.harness.clock.advance(hours=1)
    await desk.zto(endpoint, "GOT", billCode=WRONG)
    await desk.work()
    assert [(push["state"], push["why"]) for push in await desk.pushes()] == [("waiting", f"unknown waybill: {WRONG}")]
    desk.harness.clock.advance(hours=73)
    await desk.work()
    assert [push["state"] for push in await desk.pushes()] == ["unmatched"]


async def test_a_pickup_that_was_given_up_after_its_first_scan_is_followed(desk, order):
    expected, endpoint = await desk.returned(order, PickupWaybillGiven, waybill_no=WRONG), await desk.endpoint()
    await desk.zto(endpoint, "GOT", billCode=WRONG)
    await desk.work()
    await desk.returned(order, PickupWaybillWithdrawn, waybill_no=WRONG)
    assert (await desk.parcel(expected))["status"] == "picked_up"
