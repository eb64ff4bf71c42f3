"""Returns and refunds: the money is exact to the minor unit, whatever way it goes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from aftercare_cli import couriers
from aftercare_cli.journey import Journey, refunds
from aftercare_cli.person import Unexpected

# The first test waits for the whole suite to start.
pytestmark = pytest.mark.timeout(600)

Ledger = Callable[[str], tuple[int, int]]


def test_two_of_three_then_the_last(journey: Journey, ledger: Ledger) -> None:
    order, payment = journey.delivered_order()

    first = journey.return_all_the_way(order, 2)
    journey.refunded(payment, 19133)
    second = journey.return_all_the_way(order, 1)
    paid_back = journey.refunded(payment, 29500)

    assert (first["requested"]["amount"], second["requested"]["amount"]) == (19133, 9567)
    # The second return completes the order's, for a reason that the seller answers for: the shipping fee comes with it.
    assert sorted(one["amount"]["amount"] for one in paid_back["refunds"]) == [9567 + 800, 19133]
    assert ledger(payment["id"]) == (29500, 29500)
    with pytest.raises(Unexpected, match="quantity_exceeds_remaining"):
        journey.ask(order, 1)


def test_goods_sent_back_under_the_number_they_came_with(journey: Journey) -> None:
    order = journey.order()
    journey.pay(order)
    parcel, cast = journey.ship(order), journey.cast
    signed_at = datetime.now(UTC) - timedelta(minutes=1)
    couriers.push(cast.admin, "zto", couriers.Scan(parcel["waybill_no"], "delivered", signed_at), cast.home)
    cast.buyer.wait_state(f"/v1/orders/{order['id']}", "delivered")
    case = journey.ask(order, 2)
    journey.approve(case)
    cast.buyer.post(f"/v1/cases/{case['id']}/ship", {"carrier": "ZTO", "waybill_no": f" {parcel['waybill_no']} "})
    returns = cast.buyer.wait("/v1/parcels", lambda body: bool(body["data"]), order_id=order["id"], leg="return")

    again = couriers.Scan(parcel["waybill_no"], "delivered", signed_at, "zto")
    couriers.push(cast.admin, "standard-webhooks", again, cast.home)
    # The scan that was known already, and the same one in another partner's words.
    back = cast.buyer.wait(f"/v1/parcels/{returns['data'][0]['id']}", lambda body: len(body["events"]) == 2)

    assert [event["ignored"] for event in back["events"]] == ["before_hand_over", "before_hand_over"]
    assert back["status"] == "pending"
    assert cast.buyer.get(f"/v1/cases/{case['id']}")["state"] == "return_in_transit"
    journey.scan(parcel["waybill_no"], "delivered")
    cast.seller.wait_state(f"/v1/cases/{case['id']}", "await_inspection")


def test_accepting_fewer_than_sent_is_a_partial_refund(journey: Journey, ledger: Ledger) -> None:
    order, payment = journey.delivered_order()
    case = journey.ask(order, 2)
    journey.approve(case)
    _, number = journey.send_back(case)
    journey.arrive(case, number)

    journey.inspect(case, 1)

    journey.completed(case)
    journey.refunded(payment, 9566)
    assert ledger(payment["id"]) == (29500, 9566)


def test_a_refund_before_shipment_needs_no_parcel(journey: Journey, ledger: Ledger) -> None:
    order = journey.order()
    payment = journey.pay(order)

    case = journey.ask(order, 3, kind="refund_only", reason="not_shipped_in_time")
    approved = journey.approve(case)

    assert approved["state"] == "refunding"
    journey.completed(case)
    back = refunds(journey.cast.buyer.wait(f"/v1/payments/{payment['id']}", lambda body: refunds(body) > 0))
    # All units go back before anything was shipped: the shipping fee comes back as well.
    assert back == 29500
    assert ledger(payment["id"]) == (29500, 29500)
    journey.cast.buyer.wait_state(f"/v1/orders/{order['id']}", "cancelled")


def test_too_many_units_are_refused(journey: Journey) -> None:
    order, _ = journey.delivered_order()

    with pytest.raises(Unexpected, match="422 quantity_exceeds_remaining"):
        journey.ask(order, 4)


def test_a_second_live_case_on_the_same_units_is_refused(journey: Journey) -> None:
    order, _ = journey.delivered_order()
    journey.ask(order, 3)

    with pytest.raises(Unexpected, match="409"):
        journey.ask(order, 1)
