"""Disputes about rejected cases, and their effects in the other services."""

from collections.abc import Callable

import pytest
from aftercare_cli.api_client import UnexpectedResponse
from aftercare_cli.journey import Journey

# The first test waits for the whole suite to start.
pytestmark = pytest.mark.timeout(600)

Ledger = Callable[[str], tuple[int, int]]


def test_a_rejected_case_wins_its_dispute(journey: Journey, ledger: Ledger) -> None:
    order, payment = journey.delivered_order()
    case = journey.open_case(order, 1)
    journey.reject(case)

    complaint = journey.open_complaint(order, case)
    dispute = journey.wait_dispute(case)
    assert journey.answer_dispute(dispute)["state"] == "platform_review"
    assert journey.give_verdict(dispute, case["requested"])["state"] == "executing"

    buyer = journey.participants.buyer
    buyer.wait_state(f"/v1/disputes/{dispute['id']}", "executed")
    journey.wait_completed(case)
    resolved = buyer.wait_state(f"/v1/complaints/{complaint['id']}", "resolved")
    assert resolved["dispute_id"] == dispute["id"]
    journey.wait_refunded(payment, 9566)
    assert ledger(payment["id"]) == (29500, 9566)
    buyer.wait(f"/v1/orders/{order['id']}", lambda body: bool(body["after_sale_state"] == "after_sale_done"))


def test_a_disputed_case_is_frozen(journey: Journey) -> None:
    order, _ = journey.delivered_order()
    case = journey.open_case(order, 1)

    journey.open_complaint(order, case)
    journey.wait_dispute(case)

    with pytest.raises(UnexpectedResponse, match="409 illegal_transition"):
        journey.approve(case)
    shown = journey.participants.buyer.wait(
        f"/v1/orders/{order['id']}", lambda body: bool(body["after_sale_state"] == "in_dispute")
    )
    assert shown["lines"][0]["after_sale_state"]
