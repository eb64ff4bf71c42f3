"""The units of an order across two services: held by a case, refunded, shipped, lost."""

from collections.abc import Callable

import pytest
from aftercare_cli.api_client import UnexpectedResponse
from aftercare_cli.journey import Journey

# The first test waits for the whole suite to start.
pytestmark = pytest.mark.timeout(600)

Ledger = Callable[[str], tuple[int, int]]


def test_units_that_are_refunded_are_not_shipped(journey: Journey, ledger: Ledger) -> None:
    order = journey.order()
    payment = journey.pay(order)
    case = journey.open_case(order, 1, kind="refund_only", reason="changed_mind")
    path = f"/v1/orders/{order['id']}"
    journey.participants.seller.wait(path, lambda body: bool(body["lines"][0]["held_quantity"] == 1))
    with pytest.raises(UnexpectedResponse, match="409 units_held_by_case"):
        journey.ship(order, 3)
    parcel = journey.ship(order, 2)
    journey.approve(case)
    journey.wait_completed(case)
    journey.wait_refunded(payment, 9566)
    with pytest.raises(UnexpectedResponse, match="422 quantity_exceeds_shippable"):
        journey.ship(order, 1)
    delivered = journey.deliver(order, parcel)
    assert (delivered["lines"][0]["withdrawn_quantity"], ledger(payment["id"])) == (1, (29500, 9566))


def test_units_of_a_rejected_case_can_be_shipped(journey: Journey) -> None:
    order = journey.order()
    journey.pay(order)
    case = journey.open_case(order, 3, kind="refund_only", reason="changed_mind")
    path = f"/v1/orders/{order['id']}"
    journey.participants.seller.wait(path, lambda body: bool(body["lines"][0]["held_quantity"] == 3))
    journey.reject(case, "agreed_cancel", "协商后照常发货")
    journey.participants.seller.wait(path, lambda body: bool(body["lines"][0]["held_quantity"] == 0))
    journey.deliver(order, journey.ship(order, 3))


def test_an_order_whose_other_parcel_was_lost_and_refunded_is_delivered(journey: Journey, ledger: Ledger) -> None:
    order = journey.order()
    payment = journey.pay(order)
    arrives, lost = journey.ship(order, 2), journey.ship(order, 1)
    journey.scan(arrives["waybill_no"], "delivered")
    journey.scan(lost["waybill_no"], "lost", "standard-webhooks", carrier="zto")
    path = f"/v1/orders/{order['id']}"
    journey.participants.buyer.wait(path, lambda body: bool(body["whose_turn"] == "buyer"))
    case = journey.open_case(order, 1, kind="refund_only", reason="lost_in_transit")
    journey.approve(case)
    journey.wait_completed(case)
    delivered = journey.participants.buyer.wait(
        path, lambda body: bool(body["state"] == "delivered" and body.get("deadline_at"))
    )
    assert delivered["deadline_effect"] == "received_by_timeout"
    assert ledger(payment["id"]) == (29500, 9566)
