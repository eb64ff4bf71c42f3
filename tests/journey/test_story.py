"""The story the demo tells, and what must be true of its record afterwards."""

from collections import Counter
from collections.abc import Callable

import pytest
from aftercare_cli.demo.record import flaws
from aftercare_cli.demo.story import Story
from aftercare_cli.journey import Journey

# The first test waits for the whole suite to start.
pytestmark = pytest.mark.timeout(600)

EXPECTED = {
    "OrderCreated": 1,
    "OrderPaid": 1,
    "OrderShipped": 1,
    "OrderDelivered": 1,
    "PaymentStarted": 1,
    "PaymentSucceeded": 1,
    "RefundSubmitted": 2,
    "RefundSucceeded": 2,
    "ParcelRegistered": 2,
    "AfterSaleRequested": 2,
    "AfterSaleApproved": 1,
    "AfterSaleRejected": 1,
    "ReturnShipped": 1,
    "ReturnDelivered": 1,
    "ReturnInspected": 1,
    "RefundRequested": 2,
    "AfterSaleFrozen": 1,
    "AfterSaleCompleted": 2,
    "DisputeOpened": 1,
    "DisputeAnswered": 1,
    "VerdictGiven": 1,
    "DisputeExecuted": 1,
    "ComplaintOpened": 1,
    "ComplaintResolved": 1,
    "ConversationOpened": 1,
    "RatingGiven": 1,
}
SIX_ANSWERS = ("affected_party", "applicant", "handler", "time", "matter", "result")


def test_the_story_holds_and_its_record_is_whole(journey: Journey, ledger: Callable[[str], tuple[int, int]]) -> None:
    story = Story(journey.cast, journey)

    order = story.play()

    assert order["after_sale_state"] == "after_sale_done"
    assert ledger(story.payment["id"]) == (29500, 28700)
    record = journey.trace(order, lambda body: bool(body["complete"]))["data"]
    kinds = Counter(entry["event_type"].removesuffix(".v1") for entry in record)
    assert {kind: kinds[kind] for kind in EXPECTED} == EXPECTED
    assert {entry["source"] for entry in record} >= {"/order-svc", "/aftersale-svc", "/cs-svc"}


def test_the_record_is_in_causal_order_and_without_gaps(journey: Journey) -> None:
    order, _ = journey.delivered_order()
    case = journey.return_all_the_way(order, 2)

    def finished(body: dict) -> bool:
        return bool(body["complete"]) and any(e["event_type"] == "AfterSaleCompleted.v1" for e in body["data"])

    record = journey.trace(order, finished)["data"]

    assert flaws(record) == []
    named = {entry["event_type"]: entry for entry in record}
    chain = ("RefundRequested.v1", "RefundSucceeded.v1", "AfterSaleCompleted.v1")
    assert [named[b]["caused_by"] for b in chain[1:]] == [named[a]["event_id"] for a in chain[:-1]]
    assert all(entry[answer] for entry in record for answer in SIX_ANSWERS)
    assert case["id"] in {entry["subject"] for entry in record}


def test_a_case_of_the_order_has_a_record_of_its_own(journey: Journey) -> None:
    order, _ = journey.delivered_order()
    case = journey.return_all_the_way(order, 1)

    record = journey.cast.buyer.wait(
        "/v1/traces",
        lambda body: any(entry["event_type"] == "AfterSaleCompleted.v1" for entry in body["data"]),
        case_id=case["id"],
    )

    assert {"AfterSaleRequested.v1", "RefundSucceeded.v1"} <= {entry["event_type"] for entry in record["data"]}
