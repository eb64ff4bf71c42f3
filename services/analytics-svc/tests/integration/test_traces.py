"""The traceability record: complete, in causal order, without duplicates, and visible to the parties of the order only."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from aftercare_chassis.testing import Harness
from example_log import ExampleLog, returned_order

STAFF = ("admin", "agent", "arbitrator")


async def trace(
    analytics: Harness, role: str = "admin", sub: str = "admin-1", merchant: str | None = None, **query: str
) -> Any:
    response = await analytics.client(role, sub, merchant).get("/v1/traces", params=query)
    assert response.status_code == 200, response.text
    return response.json()


def types(body: dict[str, Any]) -> list[str]:
    return [event["event_type"].removesuffix(".v1") for event in body["data"]]


def assert_causal(body: dict[str, Any]) -> None:
    seen: set[str] = set()
    last: dict[tuple[str, str], int] = {}
    for event in body["data"]:
        assert event["event_id"] not in seen, "no duplicates"
        aggregate = (event["source"], event["subject"])
        assert event["sequence"] > last.get(aggregate, 0)
        assert event["caused_by"] is None or event["caused_by"] in seen, event
        seen.add(event["event_id"])
        last[aggregate] = event["sequence"]


async def test_the_trace_of_an_order_has_the_events_of_all_services(analytics: Harness) -> None:
    log = returned_order()
    await log.deliver_to(analytics)
    body = await trace(analytics, order_id="ord_1")
    assert {event["event_id"] for event in body["data"]} == {str(envelope.id) for envelope in log.envelopes}
    assert types(body)[:4] == ["OrderCreated", "PaymentStarted", "PaymentSucceeded", "OrderPaid"]
    assert types(body)[-1] == "RatingChanged"
    assert body["complete"] is True
    assert body["truncated"] is False
    assert_causal(body)


async def test_an_event_has_its_trace_fields_and_its_cause(analytics: Harness) -> None:
    log = returned_order()
    await log.deliver_to(analytics)
    body = await trace(analytics, order_id="ord_1")
    requested = next(event for event in body["data"] if event["event_type"] == "AfterSaleRequested.v1")
    changed = next(event for event in body["data"] if event["event_type"] == "OrderAfterSaleChanged.v1")
    assert requested == {
        "sequence": 1,
        "event_id": requested["event_id"],
        "event_type": "AfterSaleRequested.v1",
        "source": "/aftersale-svc",
        "subject": "case_1",
        "time": "2026-03-04T08:04:00Z",
        "affected_party": "buyer-1",
        "applicant": "buyer-1",
        "handler": "system",
        "matter": "after_sale_request",
        "result": "done",
        "evidence": ["sha256:00"],
        "caused_by": None,
    }
    assert changed["caused_by"] == requested["event_id"]


async def test_the_trace_of_an_order_has_no_events_of_others(analytics: Harness) -> None:
    log = returned_order()
    number = len(log.envelopes)
    other = {"order_id": "ord_2", "buyer_id": "buyer-2", "merchant_id": "m-1"}
    log.record("OrderCreated", total_minor=1, shipping_fee_minor=0, lines=(), **other)
    log.record("SanctionLifted", subject_id="m-1", kind="points", reason="appeal")
    log.record("ArticleDrafted", article_id="art_1", kind="policy", slug="returns", language="zh-CN")
    await log.deliver_to(analytics)
    assert len((await trace(analytics, order_id="ord_1"))["data"]) == number
    assert types(await trace(analytics, order_id="ord_2")) == ["OrderCreated"]


async def test_the_trace_of_a_case_has_its_events_and_their_effects(analytics: Harness) -> None:
    await returned_order().deliver_to(analytics)
    body = await trace(analytics, case_id="case_1")
    assert_causal(body)
    found = types(body)
    assert found[:3] == ["AfterSaleRequested", "OrderAfterSaleChanged", "AfterSaleRejected"]
    assert "FeedbackReceived" in found
    assert "SanctionImposed" in found, "recorded in the transaction of the verdict"
    assert not {"OrderCreated", "PaymentStarted", "OrderPaid"} & set(found)
    assert body["complete"] is True


async def test_the_trace_of_a_complaint_has_its_effects(analytics: Harness) -> None:
    await returned_order().deliver_to(analytics)
    body = await trace(analytics, complaint_id="cmp_1")
    assert_causal(body)
    assert types(body) == [
        "ComplaintOpened",
        "DisputeOpened",
        "AfterSaleFrozen",
        "ComplaintEscalated",
        "VerdictGiven",
        "RefundRequested",
        "SanctionImposed",
        "RefundSubmitted",
        "RefundSucceeded",
        "AfterSaleCompleted",
        "DisputeExecuted",
    ]
    assert body["complete"] is True


async def test_the_trace_of_a_party_has_the_events_that_name_it(analytics: Harness) -> None:
    log = returned_order()
    log.record("OrderCreated", order_id="ord_2", buyer_id="buyer-2", applicant="buyer-2", affected_party="buyer-2",
            total_minor=1, shipping_fee_minor=0, lines=())  # fmt: skip
    await log.deliver_to(analytics)
    whole = await trace(analytics, party="m-1")
    assert {"ord_1", "ord_2"} <= {event["subject"] for event in whole["data"]}
    assert_causal(whole)
    assert types(await trace(analytics, party="buyer-2")) == ["OrderCreated"]
    assert types(await trace(analytics, "buyer", "buyer-2", party="buyer-2")) == ["OrderCreated"]
    own = await trace(analytics, "seller", "seller-1", "m-1", party="m-1")
    assert {"ord_1", "ord_2"} <= {event["subject"] for event in own["data"]}
    client = analytics.client("buyer", "buyer-1")
    analytics.problem(await client.get("/v1/traces", params={"party": "buyer-2"}), 404, "not_found")
    analytics.problem(await client.get("/v1/traces", params={"party": "m-1"}), 404, "not_found")


async def test_a_long_trace_of_a_party_is_truncated(analytics: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analytics_svc.queries.traces.MAX_EVENTS", 3)
    await returned_order().deliver_to(analytics)
    body = await trace(analytics, party="buyer-1")
    assert (len(body["data"]), body["truncated"], body["complete"]) == (3, True, False)
    assert types(body)[-1] == "RatingChanged"


@pytest.mark.parametrize(
    "lost", ["OrderCreated", "AfterSaleRequested", "ComplaintOpened", "DisputeOpened", "RatingGiven"]
)
async def test_a_trace_with_a_missing_event_is_incomplete(analytics: Harness, lost: str) -> None:
    log = returned_order()
    kept = ExampleLog()
    kept.envelopes = [envelope for envelope in log.envelopes if envelope.type != f"{lost}.v1"]
    for envelope in kept.envelopes:
        await analytics.deliver(envelope)
    body = await trace(analytics, order_id="ord_1")
    assert body["complete"] is False
    assert lost not in types(body)


async def test_a_cause_that_comes_later_completes_the_trace(analytics: Harness) -> None:
    log = returned_order()
    late = next(envelope for envelope in log.envelopes if envelope.type == "ComplaintOpened.v1")
    for envelope in log.envelopes:
        if envelope.topic != late.topic:
            await analytics.deliver(envelope)
    assert (await trace(analytics, order_id="ord_1"))["complete"] is False
    for envelope in log.envelopes:
        if envelope.topic == late.topic:
            await analytics.deliver(envelope)
    body = await trace(analytics, order_id="ord_1")
    assert body["complete"] is True
    assert_causal(body)


async def test_an_event_that_comes_twice_is_stored_once(analytics: Harness) -> None:
    log = returned_order()
    await log.deliver_to(analytics)
    await log.deliver_to(analytics)
    assert len((await trace(analytics, order_id="ord_1"))["data"]) == len(log.envelopes)


@pytest.mark.parametrize("query", [{"order_id": "ord_1"}, {"case_id": "case_1"}, {"complaint_id": "cmp_1"}])
async def test_only_staff_and_the_parties_of_the_order_see_the_trace(analytics: Harness, query: dict[str, str]) -> None:
    log = returned_order()
    await log.deliver_to(analytics)
    for role in STAFF:
        assert (await trace(analytics, role, f"{role}-1", **query))["data"]
    for role, sub, merchant in (("buyer", "buyer-1", None), ("seller", "seller-1", "m-1")):
        own = await trace(analytics, role, sub, merchant, **query)
        assert own["complete"] is True
        assert "SanctionImposed" not in types(own)
        assert "VerdictGiven" in types(own)
    for role, sub, merchant in (("buyer", "buyer-2", None), ("seller", "seller-1", "m-2")):
        response = await analytics.client(role, sub, merchant).get("/v1/traces", params=query)
        analytics.problem(response, 404, "not_found")
    for role in ("courier", "supplier"):
        analytics.problem(await analytics.client(role, "x-1").get("/v1/traces", params=query), 403, "forbidden")
    analytics.problem(await analytics.client().get("/v1/traces", params=query), 401, "token_missing")


@pytest.mark.parametrize(
    "query", [{"order_id": "ord_9"}, {"case_id": "ord_1"}, {"complaint_id": "case_1"}, {"party": "x"}]
)
async def test_an_unknown_subject_is_not_found(analytics: Harness, query: dict[str, str]) -> None:
    await returned_order().deliver_to(analytics)
    response = await analytics.client("admin", "admin-1").get("/v1/traces", params=query)
    analytics.problem(response, 404, "not_found")


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({}, "/order_id"),
        ({"order_id": "ord_1", "case_id": "case_1"}, "/case_id"),
        ({"order_id": "ord_1", "party": "x"}, "/party"),
    ],
)
async def test_exactly_one_subject_is_required(analytics: Harness, query: dict[str, str], pointer: str) -> None:
    response = await analytics.client("admin", "admin-1").get("/v1/traces", params=query)
    problem = analytics.problem(response, 422, "one_subject_required")
    assert [each["pointer"] for each in problem["errors"]] == [pointer]


async def test_malformed_ids_are_refused(analytics: Harness) -> None:
    for id, status in (("no id", 422), ("", 422), ("x" * 101, 422), ("a\x00", 400)):
        response = await analytics.client("admin", "admin-1").get("/v1/traces", params={"order_id": id})
        assert response.status_code == status
        assert response.headers["content-type"].startswith("application/problem+json")


async def test_of_two_events_with_one_sequence_the_first_is_stored(analytics: Harness) -> None:
    log = returned_order()
    await log.deliver_to(analytics)
    other_log = ExampleLog()
    second = other_log.record("OrderCreated", order_id="ord_1", total_minor=1, shipping_fee_minor=0, lines=())
    await analytics.deliver(replace(second, id=UUID(int=999)))
    assert await analytics.parked() == [
        "OrderCreated.v1: sequence 1 was taken by another event; the last one of the aggregate is 3",
    ]
    body = await trace(analytics, order_id="ord_1")
    assert len(body["data"]) == len(log.envelopes)
    assert body["complete"] is False, "until an operator decides which of them is true"


async def test_an_event_of_an_unknown_type_leaves_no_gap(analytics: Harness) -> None:
    log = returned_order()
    case = next(envelope for envelope in log.envelopes if envelope.type == "AfterSaleRejected.v1")
    data = json.loads(case.data)
    fields = {
        "applicant": "buyer-1",
        "handler": ["no", "id"],
        "result": "praised",
        "case_id": "case_1",
        "order_id": "ord_1",
    }
    unknown = replace(
        case, type="AfterSalePraised.v1", data=json.dumps({**fields, "evidence": ["sha256:09", 7]}).encode()
    )
    log.envelopes[log.envelopes.index(case)] = unknown
    await log.deliver_to(analytics)
    body = await trace(analytics, case_id="case_1")
    assert body["complete"] is True
    assert_causal(body)
    shown = next(event for event in body["data"] if event["event_type"] == "AfterSalePraised.v1")
    assert (shown["sequence"], shown["subject"], shown["time"]) == (unknown.sequence, "case_1", data["time"])
    assert [shown[name] for name in ("affected_party", "applicant", "handler", "matter", "result", "evidence")] == [
        *("unknown", "buyer-1", "unknown", "unknown", "praised", ["sha256:09"])
    ]


async def test_a_fact_published_in_two_versions_leaves_no_gap(analytics: Harness) -> None:
    """Both versions are in the trace; the metrics count one of them."""
    log = ExampleLog()
    scores = {"rating_id": "rat_1", "case_id": "case_1", "order_id": "ord_1", "scores": {"speed": 4}}
    first = log.record("RatingGiven", **scores)
    second = log.record("RatingGiven", same_work_as=first, **scores)
    again = {**json.loads(second.data), "retells": "RatingGiven.v1", "scores": [["speed", 4]]}
    log.envelopes[1] = replace(second, type="RatingGiven.v2", data=json.dumps(again).encode())
    log.record("RatingChanged", **scores)
    await log.deliver_to(analytics)
    body = await trace(analytics, order_id="ord_1")
    assert [event["event_type"] for event in body["data"]] == ["RatingGiven.v1", "RatingGiven.v2", "RatingChanged.v1"]
    assert (body["complete"], len({event["matter"] for event in body["data"][:2]})) == (True, 1)


async def test_a_trace_with_a_parked_event_is_incomplete(analytics: Harness) -> None:
    """Also where no event of the same aggregate is stored."""
    log = returned_order()
    rating = next(envelope for envelope in log.envelopes if envelope.type == "RatingGiven.v1")
    newer = replace(rating, type="RatingGiven.v2")
    log.envelopes[log.envelopes.index(rating)] = newer
    for envelope in log.envelopes:
        await analytics.deliver(envelope)
    assert [line.partition(":")[0] for line in await analytics.parked()] == ["RatingGiven.v2", "RatingChanged.v1"]
    assert (await trace(analytics, order_id="ord_1"))["complete"] is False
    assert (await trace(analytics, complaint_id="cmp_1"))["complete"] is True, (
        "the parked events do not name the complaint"
    )
