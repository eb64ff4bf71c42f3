"""The traceability record of the events of all five services."""

import json
from typing import Any

import pytest
from aftercare_events import Envelope, EvidenceReused
from all_scenarios import SCENARIOS
from in_process_suite import InProcessSuite


async def trace(suite: InProcessSuite, **asked: str) -> Any:
    response = await suite.client("admin", "analytics").get("/v1/traces", params=asked)
    assert response.status_code == 200, response.text
    return response.json()


def data_about_the_order(envelope: Envelope) -> str:
    """The data of an event, without the files of other orders that its file is like: it belongs to the order of its own."""
    data = json.loads(envelope.data)
    if envelope.type == EvidenceReused.type_name():
        del data["others"]
    return json.dumps(data)


@pytest.mark.parametrize("scenario", [scenario.__name__ for scenario in SCENARIOS])
async def test_the_record_of_an_order_is_complete(suite: InProcessSuite, scenario: str) -> None:
    order = suite.orders[scenario]
    body = await trace(suite, order_id=order)
    assert body["complete"] is True
    found = [event["event_id"] for event in body["data"]]
    published = {str(envelope.id) for envelope in suite.log if f'"{order}"' in data_about_the_order(envelope)}
    assert len(found) == len(set(found))
    assert published <= set(found)
    others = [other for other in suite.orders.values() if other != order]
    for envelope in suite.log:
        if str(envelope.id) in set(found):
            assert not any(f'"{other}"' in data_about_the_order(envelope) for other in others)


async def test_feedback_that_names_only_the_case_belongs_to_the_order(suite: InProcessSuite) -> None:
    body = await trace(suite, order_id=suite.orders["a_return_of_two_of_three"])
    types = [event["event_type"] for event in body["data"]]
    assert {"FeedbackReceived.v1", "FeedbackAnswered.v1", "FeedbackImproved.v1", "RatingChanged.v1"} <= set(types)


async def test_the_record_of_a_complaint_begins_with_it_and_ends_with_its_resolution(suite: InProcessSuite) -> None:
    order = await trace(suite, order_id=suite.orders["a_rejection_that_wins_its_dispute"])
    complaint = next(event["subject"] for event in order["data"] if event["event_type"] == "ComplaintOpened.v1")
    body = await trace(suite, complaint_id=complaint)
    types = [event["event_type"].removesuffix(".v1") for event in body["data"]]
    assert body["complete"] is True
    assert types[0] == "ComplaintOpened"
    for earlier, later in (
        ("ComplaintOpened", "DisputeOpened"),
        ("DisputeOpened", "VerdictGiven"),
        ("DisputeOpened", "RefundRequested"),
        ("VerdictGiven", "RefundSucceeded"),
        ("RefundRequested", "RefundSucceeded"),
        ("RefundSucceeded", "AfterSaleCompleted"),
        ("RefundSucceeded", "DisputeExecuted"),
        ("DisputeExecuted", "ComplaintResolved"),
    ):
        assert types.index(earlier) < types.index(later)


async def test_figures_agree_with_what_happened(suite: InProcessSuite) -> None:
    body = await suite.get(
        "agent", "analytics", "metrics/after-sales?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z"
    )
    assert body["cases"]["total"] == 56
    refunds = 19133 + 19133 + 29500 + 9566 + 29500 + 19133 + 900 + 5000 + 9566  # the fifth with its cancelled order
    refunds += 29500 + 9566 + 9566 + 9566  # after reviews by agents and changes of type
    refunds += 9566 + 9566  # for a unit that could not be repaired, and one that was collected
    refunds += 9566  # without the provider
    refunds += 9566  # for a replacement that was paid for and is not to be had
    refunds += 9567  # for the second unit of a damaged parcel, which the merchant does not answer
    refunds += 9566  # for a return whose freight is not paid by the provider
    refunds += 9566 + 9567  # for goods that were handed over
    refunds += 9566 + 19934  # for a unit that was cancelled, and for the rest of its order
    refunds += 10000 + 19500 + 28800  # for orders that were cancelled after two payments, and after a charge-back
    refunds += 19133  # from another payment than the newest
    refunds += 10000 + 29500  # for orders that were cancelled after a capture, and before a statement that differs
    refunds += 3000 + 3000  # by verdicts: one that was replaced, and one that was paid outside the provider
    refunds += 9566  # for the case about which conversations waited for an agent
    refunds += 29500 + 9566  # by bank transfer, after they had come back
    assert body["refunds"] == {"count": 34, "amounts": [{"amount": refunds, "currency": "CNY"}]}
    assert body["disputes"]["by_state"] == {"executed": 6, "settled": 1, "withdrawn": 2}
    assert body["disputes"]["by_liable"] == {"seller": 4, "buyer": 2}
    assert body["ratings"]["mean"] == {"service": 5.0, "helpfulness": 4.0, "refund": 5.0, "speed": 2.0}
