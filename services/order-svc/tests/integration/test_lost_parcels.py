"""Parcels that end without arriving: once their units are refunded, the order goes on without them."""

from datetime import datetime, timedelta

import pytest
from aftercare_events import (
    AfterSaleCompleted,
    AfterSaleRejected,
    OrderCancelled,
    OrderDelivered,
    ReturnShipped,
    ShippedLine,
)
from order_svc.domain.tracking import ParcelStatus as S

ENDS = [S.LOST, S.RETURNED, S.CANCELLED]


async def refund(shop, order, units, amount, **case):
    """A case about units of the order, from its request to the money's arrival."""
    await shop.open_case(order, units, **case)
    case_id = case.get("case_id", "case_1")
    more = {"stage": "in_transit", "case_type": case.get("case_type", "refund_only")}
    await shop.ask_refund(order, amount, refund_id=f"refund_of_{case_id}", case_id=case_id, **more)
    await shop.settle()


async def complete(shop, order, units, case_id="case_1"):
    done = {"refunded_minor": 0, "currency": "CNY", "lines": shop.units(order, units)}
    await shop.h.consume(shop.case(AfterSaleCompleted, order, case_id, **done))


async def two_parcels(shop):
    """Two units under way in one parcel, one in another."""
    order, _ = await shop.paid()
    await shop.ship(order, 2, "73001")
    await shop.ship(order, 1, "73002")
    return order


async def state(shop, order):
    shown = await shop.order(order["id"])
    return shown["state"], shown["whose_turn"]


@pytest.mark.parametrize("end", ENDS)
async def test_delivered_once_the_other_parcel_has_ended_and_is_refunded(shop, end):
    order = await two_parcels(shop)
    await shop.scan(S.DELIVERED, "73001")
    arrived = shop.h.clock.now()
    shop.h.clock.advance(hours=5)
    await shop.scan(end, "73002")
    assert await state(shop, order) == ("shipped", "buyer")
    await refund(shop, order, 1, 9567)
    shown = await shop.order(order["id"])
    assert (shown["state"], datetime.fromisoformat(shown["delivered_at"])) == ("delivered", arrived)
    assert shown.get("deadline_at") is None, "the case is still open"
    await complete(shop, order, 1)
    shown = await shop.order(order["id"])
    assert (shown["deadline_effect"], shown["whose_turn"]) == ("received_by_timeout", "buyer")
    assert datetime.fromisoformat(shown["deadline_at"]) == arrived + timedelta(hours=240)
    assert len(await shop.events(OrderDelivered)) == 1


async def test_a_case_about_a_lost_unit_lets_the_unit_that_has_not_left_go(shop):
    """One of three arrived, one is lost, one is still here: the refund is for the lost one, and the last one ships."""
    order, payment = await shop.paid()
    await shop.ship(order, 1, "73001")
    await shop.ship(order, 1, "73002")
    await shop.scan(S.DELIVERED, "73001")
    await shop.scan(S.LOST, "73002")
    await refund(shop, order, 1, 9567)
    await complete(shop, order, 1)
    line = (await shop.order(order["id"]))["lines"][0]
    assert (line["shipped_quantity"], line["withdrawn_quantity"], line["held_quantity"]) == (2, 0, 0)
    assert await state(shop, order) == ("shipped", "merchant")
    await shop.ship(order, 1, "73003")
    await shop.scan(S.DELIVERED, "73003")
    assert await state(shop, order) == ("delivered", "buyer")
    assert shop.paid_back(payment) == 9567


async def test_a_unit_that_is_lost_while_its_case_is_open_is_what_the_case_is_about(shop):
    order, _ = await shop.paid()
    await shop.ship(order, 2, "73001")
    await shop.open_case(order, 1)
    shop.problem(await shop.try_ship(order, 1), 409, "units_held_by_case")
    await shop.scan(S.LOST, "73001")
    await shop.ask_refund(order, 9567, stage="in_transit")
    await shop.settle()
    await shop.ship(order, 1, "73002")


async def test_two_cases_do_not_count_the_same_lost_unit_twice(shop):
    order, _ = await shop.paid()
    await shop.ship(order, 1, "73001")
    await shop.scan(S.LOST, "73001")
    await shop.open_case(order, 1)
    await shop.open_case(order, 1, case_id="case_2")
    shown = (await shop.order(order["id"]))["lines"][0]
    assert (shown["shipped_quantity"], shown["held_quantity"]) == (1, 1)


async def test_the_parcel_may_end_after_its_units_were_refunded(shop):
    order = await two_parcels(shop)
    await shop.scan(S.DELIVERED, "73001")
    await refund(shop, order, 1, 9567)
    assert await state(shop, order) == ("shipped", "courier")
    await shop.scan(S.LOST, "73002")
    assert (await shop.order(order["id"]))["state"] == "delivered"


async def test_the_last_parcel_may_arrive_after_the_other_was_lost_and_refunded(shop):
    order = await two_parcels(shop)
    await shop.scan(S.LOST, "73002")
    await refund(shop, order, 1, 9567)
    assert (await shop.order(order["id"]))["state"] == "shipped"
    await shop.scan(S.DELIVERED, "73001")
    assert (await shop.order(order["id"]))["state"] == "delivered"


async def test_fewer_refunded_than_lost_is_not_delivered(shop):
    order = await two_parcels(shop)
    await shop.scan(S.DELIVERED, "73002")
    await shop.scan(S.LOST, "73001")
    await refund(shop, order, 1, 9567)
    assert await state(shop, order) == ("shipped", "buyer")
    assert (await shop.buyer.post(f"/v1/orders/{order['id']}/confirm-receipt")).json()["state"] == "received"


async def test_units_refunded_before_shipment_do_not_count_for_those_that_were_lost(shop):
    order, _ = await shop.paid()
    await refund(shop, order, 1, 9567)
    await shop.ship(order, 1, "73001")
    await shop.ship(order, 1, "73002")
    await shop.scan(S.DELIVERED, "73001")
    await shop.scan(S.LOST, "73002")
    assert (await shop.order(order["id"]))["state"] == "shipped"
    await refund(shop, order, 1, 9567, case_id="case_2")
    assert (await shop.order(order["id"]))["state"] == "delivered"


async def test_a_unit_that_arrived_and_came_back_does_not_count_for_one_that_was_lost(shop):
    order = await two_parcels(shop)
    await shop.scan(S.DELIVERED, "73001")
    await refund(shop, order, 1, 9567, case_type="return_refund")
    unit = ShippedLine(line_id=order["lines"][0]["id"], quantity=1)
    back = {"carrier": "zto", "waybill_no": "73009", "lines": (unit,)}
    await shop.h.consume(shop.case(ReturnShipped, order, "case_1", **back))
    await complete(shop, order, 1)
    await shop.scan(S.LOST, "73002")
    assert (await shop.order(order["id"]))["state"] == "shipped"


async def test_units_that_were_refused_at_the_door_do_not_count_as_units_that_arrived(shop):
    order = await two_parcels(shop)
    await shop.scan(S.RETURNED, "73002")
    await refund(shop, order, 1, 9567, case_type="refused_delivery")
    await complete(shop, order, 1)
    await shop.scan(S.DELIVERED, "73001")
    shown = await shop.order(order["id"])
    assert (shown["state"], shown["deadline_effect"]) == ("delivered", "received_by_timeout")


async def test_a_parcel_that_came_back_may_be_refunded_as_a_return(shop):
    order = await two_parcels(shop)
    await shop.scan(S.DELIVERED, "73001")
    await shop.scan(S.RETURNED, "73002")
    await refund(shop, order, 3, 28700, case_type="return_refund")
    await complete(shop, order, 3)
    shown = await shop.order(order["id"])
    assert (shown["state"], shown["cancel_cause"]) == ("cancelled", "refunded")


@pytest.mark.parametrize("case_type", ["refund_only", "return_refund"])
async def test_all_lost_and_all_refunded_ends_as_wholly_refunded(shop, case_type):
    order = await two_parcels(shop)
    for waybill in ("73001", "73002"):
        await shop.scan(S.RETURNED, waybill)
    await refund(shop, order, 3, 28700, case_type=case_type)
    await complete(shop, order, 3)
    shown = await shop.order(order["id"])
    assert (shown["state"], shown["cancel_cause"], shown["whose_turn"]) == ("cancelled", "refunded", None)
    assert [e.cause for e in await shop.events(OrderCancelled)] == ["refunded"]
    await shop.settle()
    payment = await shop.payment(shown["payment_id"])
    assert (payment["refunded"]["amount"], len(payment["refunds"])) == (28700, 1), "the freight is not refunded with it"


async def test_all_lost_and_some_refunded_waits_for_the_buyer(shop):
    order = await two_parcels(shop)
    for waybill in ("73001", "73002"):
        await shop.scan(S.LOST, waybill)
    await refund(shop, order, 2, 19133)
    await complete(shop, order, 2)
    assert await state(shop, order) == ("shipped", "buyer")
    await refund(shop, order, 1, 9567, case_id="case_2")
    assert (await shop.order(order["id"]))["state"] == "cancelled"


async def test_a_declined_refund_beside_a_paid_one_does_not_end_the_order(shop):
    order, _ = await shop.paid("sim_refund_declined")
    await refund(shop, order, 2, 19133)
    shop.provider.override = "sim_success"
    await refund(shop, order, 1, 9567, case_id="case_2")
    shown = await shop.order(order["id"])
    assert (shown["state"], shown["lines"][0]["held_quantity"], shown["lines"][0]["withdrawn_quantity"]) == (
        "paid",
        2,
        1,
    )


async def test_a_verdict_that_pays_a_part_does_not_end_an_order_that_is_on_its_way(shop):
    order = await two_parcels(shop)
    await refund(shop, order, 3, 500)
    assert await state(shop, order) == ("shipped", "courier")
    for waybill in ("73001", "73002"):
        await shop.scan(S.DELIVERED, waybill)
    assert (await shop.order(order["id"]))["state"] == "delivered"


async def test_a_lost_parcel_that_is_found_makes_the_order_delivered(shop):
    order = await two_parcels(shop)
    await shop.scan(S.DELIVERED, "73001")
    await shop.scan(S.LOST, "73002")
    assert (await shop.order(order["id"]))["state"] == "shipped"
    shop.h.clock.advance(hours=30)
    await shop.scan(S.DELIVERED, "73002")
    shown = await shop.order(order["id"])
    assert (shown["state"], datetime.fromisoformat(shown["delivered_at"])) == ("delivered", shop.h.clock.now())


async def test_a_parcel_that_is_found_after_its_refund_changes_nothing_any_more(shop):
    order = await two_parcels(shop)
    await shop.scan(S.DELIVERED, "73001")
    await shop.scan(S.LOST, "73002")
    await refund(shop, order, 1, 9567)
    before = await shop.order(order["id"])
    shop.h.clock.advance(hours=30)
    await shop.scan(S.DELIVERED, "73002")
    after = await shop.order(order["id"])
    assert (after["state"], after["delivered_at"]) == ("delivered", before["delivered_at"])


async def test_held_units_keep_the_order_from_being_delivered_and_let_it_go_on_afterwards(shop):
    order, _ = await shop.paid()
    await shop.ship(order, 2)
    await shop.open_case(order, 1)
    await shop.scan(S.DELIVERED)
    assert await state(shop, order) == ("shipped", "merchant")
    await shop.h.consume(shop.case(AfterSaleRejected, order, reason="outside_window"))
    await shop.ship(order, 1, "73002")
    assert await state(shop, order) == ("shipped", "courier")
    await shop.scan(S.DELIVERED, "73002")
    assert (await shop.order(order["id"]))["state"] == "delivered"
