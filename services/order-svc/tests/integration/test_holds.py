"""Units that may be refunded are not shipped: no unit is both refunded before shipment and shipped."""

import asyncio

import pytest
from aftercare_chassis.testing import until
from aftercare_events import (
    AfterSaleCancelled,
    AfterSaleClosed,
    AfterSaleCompleted,
    AfterSaleRejected,
    AfterSaleRequested,
    AfterSaleResumed,
    DisputeOpened,
    OrderShipped,
    RefundFailed,
    RefundSubmitted,
)
from order_svc.commands.payments import refund_requests, refunds
from order_svc.consumers import HANDLERS
from order_svc.domain.tracking import ParcelStatus
from order_svc.integrations.payments.port import Outcome, ProviderResult

ENDS = [
    (AfterSaleCancelled, {}),
    (AfterSaleClosed, {"cause": "rejected"}),
    (AfterSaleRejected, {"reason": "outside_window"}),
    (AfterSaleCompleted, {"refunded_minor": 0, "currency": "CNY", "lines": ()}),
]


async def units(shop, order):
    """Shipped, withdrawn and held units of the first line."""
    line = (await shop.order(order["id"]))["lines"][0]
    return line["shipped_quantity"], line["withdrawn_quantity"], line["held_quantity"]


async def why_not_ship(shop, order):
    shown = (await shop.seller.get(f"/v1/orders/{order['id']}")).json()
    (ship,) = (each for each in shown["allowed_actions"] if each["action"] == "ship")
    return ship.get("why_not")


async def test_a_case_before_shipment_holds_its_units(shop):
    order, _ = await shop.paid()
    await shop.open_case(order, 1)
    refused = shop.problem(await shop.try_ship(order, 3), 409, "units_held_by_case")
    assert (refused["line_id"], refused["case_ids"], refused["free"]) == (order["lines"][0]["id"], ["case_1"], 2)
    assert refused["errors"][0]["pointer"] == "/lines/0/quantity"
    assert await why_not_ship(shop, order) is None
    await shop.ship(order, 2)
    assert (await shop.events(OrderShipped))[0].complete is False
    shown = await shop.order(order["id"])
    assert (await units(shop, order), shown["fully_shipped"]) == ((2, 0, 1), False)
    assert await why_not_ship(shop, order) == "units_held_by_case"
    shop.problem(await shop.try_ship(order, 1, "73002"), 409, "units_held_by_case")


async def test_shipping_right_after_the_end_of_the_case_waits_for_the_event_of_the_end(shop):
    order, _ = await shop.paid()
    await shop.open_case(order, 3)
    shop.h.runtime.leaving = lambda: False
    shipping = asyncio.ensure_future(shop.try_ship(order, 3))

    async def waits():
        return shop.h.runtime.waiting == 1

    await until(waits, "the command waits")
    await shop.h.consume(shop.case(AfterSaleCancelled, order))
    assert (await asyncio.wait_for(shipping, 60)).status_code == 201


async def test_units_that_are_not_there_at_all_are_refused_as_before(shop):
    order, _ = await shop.paid()
    await shop.open_case(order, 1)
    assert shop.problem(await shop.try_ship(order, 4), 422, "quantity_exceeds_shippable")["shippable"] == 2


async def test_everything_refunded_before_shipment_and_nothing_ships(shop):
    order, payment = await shop.paid()
    await shop.open_case(order, 3)
    shop.problem(await shop.try_ship(order, 1), 409, "units_held_by_case")
    await shop.ask_refund(order, 29500, stage="pre_ship")
    await shop.settle()
    shop.problem(await shop.try_ship(order, 1), 409, "illegal_transition")
    assert (await shop.order(order["id"]))["state"] == "cancelled"
    assert shop.paid_back(payment) == 29500


async def test_several_cases_hold_what_the_others_leave(shop):
    order, _ = await shop.paid()
    await shop.ship(order, 1)
    await shop.open_case(order, 1)
    await shop.open_case(order, 2, case_id="case_2")
    assert await units(shop, order) == (1, 0, 2)
    refused = shop.problem(await shop.try_ship(order, 1, "73002"), 409, "units_held_by_case")
    assert (refused["case_ids"], refused["free"]) == (["case_1", "case_2"], 0)
    await shop.h.consume(shop.case(AfterSaleCancelled, order))
    await shop.ship(order, 1, "73002")
    assert await units(shop, order) == (2, 0, 1)


@pytest.mark.parametrize(("kind", "more"), ENDS)
async def test_the_hold_ends_with_the_case_or_with_its_rejection(shop, kind, more):
    order, _ = await shop.paid()
    await shop.open_case(order, 3)
    await shop.h.consume(shop.case(kind, order, state="rejected", **more))
    assert (await units(shop, order), await why_not_ship(shop, order)) == ((0, 0, 0), None)
    await shop.ship(order, 3)


@pytest.mark.parametrize(("state", "held"), [("pending_review", 1), ("rejected", 0)])
async def test_a_case_that_goes_on_after_a_dispute_holds_what_is_still_there(shop, state, held):
    order, _ = await shop.paid()
    await shop.open_case(order, 2)
    await shop.h.consume(shop.case(AfterSaleRejected, order, reason="outside_window"))
    await shop.ship(order, 2)
    dispute = {"dispute_id": "disp_1", "complaint_id": "cmp_1"}
    await shop.h.consume(shop.case(DisputeOpened, order, category="x", **dispute))
    await shop.h.consume(shop.case(AfterSaleResumed, order, state=state, **dispute))
    assert await units(shop, order) == (2, 0, held)


async def test_a_closed_case_that_is_given_back_by_a_dispute_holds_nothing(shop):
    order, _ = await shop.paid()
    await shop.open_case(order, 2)
    await shop.h.consume(shop.case(AfterSaleClosed, order, cause="rejected"))
    await shop.h.consume(shop.case(AfterSaleResumed, order, dispute_id="disp_1", state="closed"))
    assert await units(shop, order) == (0, 0, 0)


async def test_a_return_holds_nothing(shop):
    order, _ = await shop.paid()
    await shop.open_case(order, 3, case_type="return_refund")
    assert await units(shop, order) == (0, 0, 0)
    await shop.ship(order, 3)


async def test_held_units_stay_until_their_refund_has_succeeded_and_are_withdrawn_then(shop):
    order, _ = await shop.paid("sim_refund_lost_answer")
    await shop.open_case(order, 1)
    await shop.ask_refund(order, 9567, stage="pre_ship")
    await shop.settle()
    assert await units(shop, order) == (0, 0, 1)
    shop.problem(await shop.try_ship(order, 3), 409, "units_held_by_case")
    shop.h.clock.advance(seconds=5)
    await shop.settle()
    assert await units(shop, order) == (0, 1, 0)
    shop.problem(await shop.try_ship(order, 3), 422, "quantity_exceeds_shippable")


async def test_units_whose_refund_was_declined_ship_once_their_case_has_ended(shop):
    """Also where everything else has arrived: an order is not delivered while units of it are held."""
    order, _ = await shop.paid("sim_refund_declined")
    await shop.ship(order, 2)
    await shop.open_case(order, 1)
    await shop.ask_refund(order, 9567)
    await shop.scan(ParcelStatus.DELIVERED)
    await shop.settle()
    shown = await shop.order(order["id"])
    assert (shown["state"], shown["whose_turn"]) == ("shipped", "merchant")
    refused = await shop.buyer.post(f"/v1/orders/{order['id']}/confirm-receipt")
    shop.problem(refused, 409, "not_fully_shipped")
    await shop.h.consume(shop.case(AfterSaleClosed, order, cause="verdict"))
    await shop.ship(order, 1, "73002")
    await shop.scan(ParcelStatus.DELIVERED, "73002")
    assert (await shop.order(order["id"]))["state"] == "delivered"


async def test_a_case_that_ends_before_the_answer_to_its_refund_holds_until_the_answer(shop):
    order, _ = await shop.paid()
    await shop.open_case(order, 1)
    await shop.ask_refund(order, 9567)
    await shop.h.consume(shop.case(AfterSaleClosed, order, cause="verdict"))
    assert await units(shop, order) == (0, 0, 1)
    async with shop.h.runtime.transaction() as tx:
        await refunds.apply_result(tx, "refund_1", result=ProviderResult(outcome=Outcome.DECLINED))
    assert await units(shop, order) == (0, 0, 0)


async def test_a_refund_before_shipment_of_units_that_have_left_is_not_paid(shop):
    """The parcel was registered before the case arrived here: the case is reviewed again."""
    order, payment = await shop.paid()
    await shop.ship(order, 2)
    await shop.open_case(order, 2)
    await shop.ask_refund(order, 19133, stage="pre_ship")
    (failed,) = await shop.events(RefundFailed)
    assert (failed.refund_id, failed.failure_code) == ("refund_1", "units_shipped")
    await shop.settle()
    assert (shop.paid_back(payment), await shop.events(RefundSubmitted)) == (0, [])
    assert await units(shop, order) == (2, 0, 1), "the unit that is there stays there: the case is open"
    await shop.ask_refund(order, 19133, refund_id="refund_2", stage="in_transit")
    await shop.settle()
    assert (shop.paid_back(payment), await units(shop, order)) == (19133, (2, 1, 0))


async def test_a_verdict_after_the_sale_was_performed_pays_nothing_as_before_shipment(shop):
    order, payment = await shop.paid()
    await shop.open_case(order, 3)
    await shop.h.consume(shop.case(AfterSaleRejected, order, reason="outside_window"))
    await shop.ship(order, 3)
    await shop.ask_refund(order, 29500, stage="pre_ship", cause="verdict")
    assert [e.failure_code for e in await shop.events(RefundFailed)] == ["units_shipped"]
    assert shop.paid_back(payment) == 0


async def test_a_verdict_about_a_closed_case_holds_its_units_again(shop):
    order, _ = await shop.paid()
    await shop.open_case(order, 1)
    await shop.h.consume(shop.case(AfterSaleClosed, order, cause="rejected"))
    await shop.ask_refund(order, 9567, stage="pre_ship", cause="verdict")
    assert (await units(shop, order), (await shop.order(order["id"]))["after_sale_state"]) == (
        (0, 0, 1),
        "in_after_sale",
    )
    await shop.settle()
    assert await units(shop, order) == (0, 1, 0)


async def test_a_refund_of_a_build_that_named_no_stage_is_paid(shop):
    order, payment = await shop.paid()
    await shop.ship(order, 3)
    await shop.open_case(order, 2)
    await shop.ask_refund(order, 19133, stage=None)
    await shop.settle()
    assert shop.paid_back(payment) == 19133


async def test_a_return_that_is_refunded_because_its_goods_never_left_keeps_them_from_leaving(shop):
    order, payment = await shop.paid()
    await shop.open_case(order, 2, case_type="return_refund")
    await shop.ask_refund(order, 19133, stage="pre_ship", case_type="return_refund")
    shop.problem(await shop.try_ship(order, 2), 409, "units_held_by_case")
    await shop.settle()
    assert shop.paid_back(payment) == 19133
    assert await units(shop, order) == (0, 2, 0)
    assert shop.problem(await shop.try_ship(order, 2), 422, "quantity_exceeds_shippable")["shippable"] == 1


async def test_a_return_whose_goods_have_left_is_not_refunded_as_before_shipment(shop):
    order, payment = await shop.paid()
    await shop.ship(order, 3)
    await shop.open_case(order, 2, case_type="return_refund")
    await shop.ask_refund(order, 19133, stage="pre_ship", case_type="return_refund")
    await shop.settle()
    assert [each.failure_code for each in await shop.events(RefundFailed)] == ["units_shipped"]
    assert shop.paid_back(payment) == 0


async def test_a_repeated_request_holds_once(shop):
    order, _ = await shop.paid()
    await shop.open_case(order, 1)
    await shop.open_case(order, 1)
    assert await units(shop, order) == (0, 0, 1)


async def test_a_case_about_a_cancelled_order_holds_nothing_and_is_not_paid_twice(shop):
    order, payment = await shop.paid()
    await shop.buyer.post(f"/v1/orders/{order['id']}/cancel")
    await shop.open_case(order, 1)
    assert await units(shop, order) == (0, 0, 0)
    await shop.ask_refund(order, 9567, stage="pre_ship")
    assert [e.failure_code for e in await shop.events(RefundFailed)] == ["exceeds_payment"]
    await shop.settle()
    assert shop.paid_back(payment) == 29500


async def test_a_parcel_and_a_case_at_the_same_instant(shop):
    """The first one has the units; then money is refunded for units that have not left and for no others."""
    for number in range(6):
        order, payment = await shop.paid()
        case_id = f"case_{number}"
        facts = {"lines": shop.units(order, 3), "requested_minor": 0, "currency": "CNY", "reason": "x"}
        requested = shop.case(AfterSaleRequested, order, case_id, stage="pre_ship", **facts)

        async def open_case(event=requested):
            async with shop.h.runtime.transaction() as tx:
                await HANDLERS[AfterSaleRequested](tx, event)

        _, answer = await asyncio.gather(open_case(), shop.try_ship(order, 2, f"7300{number}"))
        async with shop.h.runtime.transaction() as tx:
            money = {"payment_id": payment["id"], "amount_minor": 29500, "currency": "CNY", "cause": "approval"}
            refund = shop.case(
                refund_requests.RefundRequested, order, case_id, refund_id=f"r_{number}", stage="pre_ship", **money
            )
            await refund_requests.accept(tx, refund)
        await shop.settle()
        shipped = answer.status_code == 201
        assert shipped or shop.problem(answer, 409, "units_held_by_case")
        assert shop.paid_back(payment) == (0 if shipped else 29500)
