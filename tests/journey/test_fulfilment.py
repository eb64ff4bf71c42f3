"""Where an order's units are, seen from two services at once: held by a case, refunded, under way, lost."""

from collections.abc import Callable

import pytest
from aftercare_cli.journey import Journey
from aftercare_cli.person import Unexpected

# The first test waits for the whole suite to start.
pytestmark = pytest.mark.timeout(600)

Ledger = Callable[[str], tuple[int, int]]


def test_money_back_and_goods_out_do_not_happen_together(journey: Journey, ledger: Ledger) -> None:
    order = journey.order()
    payment = journey.pay(order)
    case = journey.ask(order, 1, kind="refund_only", reason="changed_mind")
    path = f"/v1/orders/{order['id']}"
    journey.cast.seller.wait(path, lambda body: bool(body["lines"][0]["held_quantity"] == 1))
    with pytest.raises(Unexpected, match="409 units_held_by_case"):
        journey.ship(order, 3)
    parcel = journey.ship(order, 2)
    journey.approve(case)
    journey.completed(case)
    journey.refunded(payment, 9566)
    with pytest.raises(Unexpected, match="422 quantity_exceeds_shippable"):
        journey.ship(order, 1)
    delivered = journey.deliver(order, parcel)
    assert (delivered["lines"][0]["withdrawn_quantity"], ledger(payment["id"])) == (1, (29500, 9566))


def test_a_rejected_case_lets_the_seller_perform_the_sale(journey: Journey) -> None:
    order = journey.order()
    journey.pay(order)
    case = journey.ask(order, 3, kind="refund_only", reason="changed_mind")
    path = f"/v1/orders/{order['id']}"
    journey.cast.seller.wait(path, lambda body: bool(body["lines"][0]["held_quantity"] == 3))
    journey.reject(case)
    journey.cast.seller.wait(path, lambda body: bool(body["lines"][0]["held_quantity"] == 0))
    journey.deliver(order, journey.ship(order, 3))


def test_an_order_whose_other_parcel_was_lost_and_refunded_is_delivered(journey: Journey, ledger: Ledger) -> None:
    order = journey.order()
    payment = journey.pay(order)
    arrives, lost = journey.ship(order, 2), journey.ship(order, 1)
    journey.scan(arrives["waybill_no"], "delivered")
    journey.scan(lost["waybill_no"], "lost", "standard-webhooks", carrier="zto")
    path = f"/v1/orders/{order['id']}"
    journey.cast.buyer.wait(path, lambda body: bool(body["whose_turn"] == "buyer"))
    case = journey.ask(order, 1, kind="refund_only", reason="lost_in_transit")
    journey.approve(case)
    journey.completed(case)
    delivered = journey.cast.buyer.wait(
        path, lambda body: bool(body["state"] == "delivered" and body.get("deadline_at"))
    )
    assert delivered["deadline_effect"] == "received_by_timeout"
    assert ledger(payment["id"]) == (29500, 9566)
