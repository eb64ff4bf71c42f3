"""Returns and refunds; amounts are exact to the minor unit."""

from collections.abc import Callable

import pytest
from aftercare_cli.api_client import UnexpectedResponse
from aftercare_cli.journey import Journey, refunded_minor

# The first test waits for the whole suite to start.
pytestmark = pytest.mark.timeout(600)

Ledger = Callable[[str], tuple[int, int]]


def test_two_of_three_then_the_last(journey: Journey, ledger: Ledger) -> None:
    order, payment = journey.delivered_order()

    first = journey.complete_return(order, 2)
    journey.wait_refunded(payment, 19133)
    second = journey.complete_return(order, 1)
    refunded = journey.wait_refunded(payment, 29500)

    assert (first["requested"]["amount"], second["requested"]["amount"]) == (19133, 9567)
    # With the second return the whole order is returned, for a reason that the seller is liable for: with the shipping fee.
    assert sorted(one["amount"]["amount"] for one in refunded["refunds"]) == [9567 + 800, 19133]
    assert ledger(payment["id"]) == (29500, 29500)
    with pytest.raises(UnexpectedResponse, match="quantity_exceeds_remaining"):
        journey.open_case(order, 1)


def test_a_return_has_not_the_waybill_number_of_the_delivery(journey: Journey) -> None:
    order = journey.order()
    journey.pay(order)
    parcel, people = journey.ship(order), journey.participants
    journey.scan(parcel["waybill_no"], "delivered")
    people.buyer.wait_state(f"/v1/orders/{order['id']}", "delivered")
    case = journey.open_case(order, 2)
    journey.approve(case)
    number = f" {parcel['waybill_no']} "
    with pytest.raises(UnexpectedResponse, match="409 waybill_in_use"):
        people.buyer.post(f"/v1/cases/{case['id']}/ship", {"carrier": "ZTO", "waybill_no": number})
    assert people.buyer.get(f"/v1/cases/{case['id']}")["state"] == "await_buyer_shipment"
    _, own = journey.send_back(case)
    journey.deliver_return(case, own)


def test_accepting_fewer_than_sent_is_a_partial_refund(journey: Journey, ledger: Ledger) -> None:
    order, payment = journey.delivered_order()
    case = journey.open_case(order, 2)
    journey.approve(case)
    _, number = journey.send_back(case)
    journey.deliver_return(case, number)

    journey.inspect(case, 1)

    journey.wait_completed(case)
    journey.wait_refunded(payment, 9566)
    assert ledger(payment["id"]) == (29500, 9566)


def test_a_refund_before_shipment_needs_no_parcel(journey: Journey, ledger: Ledger) -> None:
    order = journey.order()
    payment = journey.pay(order)

    case = journey.open_case(order, 3, kind="refund_only", reason="not_shipped_in_time")
    approved = journey.approve(case)

    assert approved["state"] == "refunding"
    journey.wait_completed(case)
    back = refunded_minor(
        journey.participants.buyer.wait(f"/v1/payments/{payment['id']}", lambda body: refunded_minor(body) > 0)
    )
    # All units are refunded before anything was shipped, and the shipping fee with them.
    assert back == 29500
    assert ledger(payment["id"]) == (29500, 29500)
    journey.participants.buyer.wait_state(f"/v1/orders/{order['id']}", "cancelled")


def test_too_many_units_are_refused(journey: Journey) -> None:
    order, _ = journey.delivered_order()

    with pytest.raises(UnexpectedResponse, match="422 quantity_exceeds_remaining"):
        journey.open_case(order, 4)


def test_a_second_live_case_on_the_same_units_is_refused(journey: Journey) -> None:
    order, _ = journey.delivered_order()
    journey.open_case(order, 3)

    with pytest.raises(UnexpectedResponse, match="409"):
        journey.open_case(order, 1)
