"""Rights protection: a rejection is not the last word."""

from collections.abc import Callable

import pytest
from aftercare_cli.journey import Journey
from aftercare_cli.person import Unexpected

# The first test waits for the whole suite to start.
pytestmark = pytest.mark.timeout(600)

Ledger = Callable[[str], tuple[int, int]]


def test_a_rejected_case_wins_its_dispute(journey: Journey, ledger: Ledger) -> None:
    order, payment = journey.delivered_order()
    case = journey.ask(order, 1)
    journey.reject(case)

    complaint = journey.complain(order, case)
    dispute = journey.dispute(case)
    assert journey.answer(dispute)["state"] == "platform_review"
    assert journey.verdict(dispute, case["requested"])["state"] == "executing"

    buyer = journey.cast.buyer
    buyer.wait_state(f"/v1/disputes/{dispute['id']}", "executed")
    journey.completed(case)
    resolved = buyer.wait_state(f"/v1/complaints/{complaint['id']}", "resolved")
    assert resolved["dispute_id"] == dispute["id"]
    journey.refunded(payment, 9566)
    assert ledger(payment["id"]) == (29500, 9566)
    buyer.wait(f"/v1/orders/{order['id']}", lambda body: bool(body["after_sale_state"] == "after_sale_done"))


def test_a_disputed_case_is_frozen(journey: Journey) -> None:
    order, _ = journey.delivered_order()
    case = journey.ask(order, 1)

    journey.complain(order, case)
    journey.dispute(case)

    with pytest.raises(Unexpected, match="409 illegal_transition"):
        journey.approve(case)
    shown = journey.cast.buyer.wait(
        f"/v1/orders/{order['id']}", lambda body: bool(body["after_sale_state"] == "in_dispute")
    )
    assert shown["lines"][0]["after_sale_state"]
