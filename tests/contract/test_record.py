"""The traceability record over what five services really said."""

from typing import Any

import pytest
from town import Town
from town_stories import STORIES


async def trace(town: Town, **asked: str) -> Any:
    response = await town.client("admin", "analytics").get("/v1/traces", params=asked)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize("story", [story.__name__ for story in STORIES])
async def test_the_record_of_an_order_is_complete(town: Town, story: str) -> None:
    order = town.orders[story]
    body = await trace(town, order_id=order)
    assert body["complete"] is True
    found = [event["event_id"] for event in body["data"]]
    said = {str(envelope.id) for envelope in town.log if f'"{order}"' in envelope.data.decode()}
    assert len(found) == len(set(found))
    assert said <= set(found)
    others = [other for other in town.orders.values() if other != order]
    for envelope in town.log:
        if str(envelope.id) in set(found):
            assert not any(f'"{other}"' in envelope.data.decode() for other in others)


async def test_feedback_that_names_only_the_case_belongs_to_the_order(town: Town) -> None:
    body = await trace(town, order_id=town.orders["a_return_of_two_of_three"])
    told = [event["event_type"] for event in body["data"]]
    assert {"FeedbackReceived.v1", "FeedbackAnswered.v1", "FeedbackImproved.v1", "RatingChanged.v1"} <= set(told)


async def test_a_complaint_s_record_leads_from_the_complaint_to_its_end(town: Town) -> None:
    order = await trace(town, order_id=town.orders["a_rejection_that_wins_its_dispute"])
    complaint = next(event["subject"] for event in order["data"] if event["event_type"] == "ComplaintOpened.v1")
    body = await trace(town, complaint_id=complaint)
    told = [event["event_type"].removesuffix(".v1") for event in body["data"]]
    assert body["complete"] is True
    assert told[0] == "ComplaintOpened"
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
        assert told.index(earlier) < told.index(later)


async def test_figures_agree_with_what_happened(town: Town) -> None:
    body = await town.see("agent", "analytics", "metrics/after-sales?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z")
    assert body["cases"]["total"] == 9
    refunds = 19133 + 19133 + 29500 + 9566 + 29500  # the last one with its cancelled order
    assert body["refunds"] == {"count": 5, "amounts": [{"amount": refunds, "currency": "CNY"}]}
    assert body["disputes"]["by_state"] == {"executed": 1, "withdrawn": 1}
    assert body["disputes"]["by_liable"] == {"seller": 1}
    assert body["ratings"]["mean"] == {"service": 5.0, "helpfulness": 4.0, "refund": 5.0, "speed": 2.0}
