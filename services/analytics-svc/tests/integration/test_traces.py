"""The traceability record: whole, in causal order, nothing twice, and only for those whose order it is."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from aftercare_chassis.testing import Harness
from written_log import Log, journey

STAFF = ("admin", "agent", "arbitrator")


async def trace(
    desk: Harness, role: str = "admin", sub: str = "admin-1", merchant: str | None = None, **asked: str
) -> Any:
    response = await desk.client(role, sub, merchant).get("/v1/traces", params=asked)
    assert response.status_code == 200, response.text
    return response.json()


def types(body: dict[str, Any]) -> list[str]:
    return [event["event_type"].removesuffix(".v1") for event in body["data"]]


def assert_causal(body: dict[str, Any]) -> None:
    seen: set[str] = set()
    last: dict[tuple[str, str], int] = {}
    for event in body["data"]:
        assert event["event_id"] not in seen, "nothing twice"
        aggregate = (event["source"], event["subject"])
        assert event["sequence"] > last.get(aggregate, 0)
        assert event["caused_by"] is None or event["caused_by"] in seen, event
        seen.add(event["event_id"])
        last[aggregate] = event["sequence"]


async def test_an_order_shows_every_event_of_all_services(desk: Harness) -> None:
    log = journey()
    await log.reach(desk)
    body = await trace(desk, order_id="ord_1")
    assert {event["event_id"] for event in body["data"]} == {str(envelope.id) for envelope in log.envelopes}
    assert types(body)[:4] == ["OrderCreated", "PaymentStarted", "PaymentSucceeded", "OrderPaid"]
    assert types(body)[-1] == "RatingChanged"
    assert body["complete"] is True
    assert body["truncated"] is False
    assert_causal(body)


async def test_an_event_tells_its_six_answers_and_its_cause(desk: Harness) -> None:
    log = journey()
    await log.reach(desk)
    body = await trace(desk, order_id="ord_1")
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


async def test_orders_do_not_mix(desk: Harness) -> None:
    log = journey()
    mine = len(log.envelopes)
    other = {"order_id": "ord_2", "buyer_id": "buyer-2", "merchant_id": "m-1"}
    log.say("OrderCreated", total_minor=1, shipping_fee_minor=0, lines=(), **other)
    log.say("SanctionLifted", subject_id="m-1", kind="points", reason="appeal")
    log.say("ArticleDrafted", article_id="art_1", kind="policy", slug="returns", language="zh-CN")
    await log.reach(desk)
    assert len((await trace(desk, order_id="ord_1"))["data"]) == mine
    assert types(await trace(desk, order_id="ord_2")) == ["OrderCreated"]


async def test_a_case_shows_its_events_and_what_they_caused(desk: Harness) -> None:
    await journey().reach(desk)
    body = await trace(desk, case_id="case_1")
    assert_causal(body)
    told = types(body)
    assert told[:3] == ["AfterSaleRequested", "OrderAfterSaleChanged", "AfterSaleRejected"]
    assert "FeedbackReceived" in told
    assert "SanctionImposed" in told, "the verdict's own transaction imposed it"
    assert not {"OrderCreated", "PaymentStarted", "OrderPaid"} & set(told)
    assert body["complete"] is True


async def test_a_complaint_shows_what_came_of_it(desk: Harness) -> None:
    await journey().reach(desk)
    body = await trace(desk, complaint_id="cmp_1")
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


async def test_a_party_sees_where_it_took_part(desk: Harness) -> None:
    log = journey()
    log.say("OrderCreated", order_id="ord_2", buyer_id="buyer-2", applicant="buyer-2", affected_party="buyer-2",
            total_minor=1, shipping_fee_minor=0, lines=())  # fmt: skip
    await log.reach(desk)
    whole = await trace(desk, party="m-1")
    assert {"ord_1", "ord_2"} <= {event["subject"] for event in whole["data"]}
    assert_causal(whole)
    assert types(await trace(desk, party="buyer-2")) == ["OrderCreated"]
    assert types(await trace(desk, "buyer", "buyer-2", party="buyer-2")) == ["OrderCreated"]
    own = await trace(desk, "seller", "seller-1", "m-1", party="m-1")
    assert {"ord_1", "ord_2"} <= {event["subject"] for event in own["data"]}
    client = desk.client("buyer", "buyer-1")
    desk.problem(await client.get("/v1/traces", params={"party": "buyer-2"}), 404, "not_found")
    desk.problem(await client.get("/v1/traces", params={"party": "m-1"}), 404, "not_found")


async def test_a_long_past_is_cut_and_says_so(desk: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analytics_svc.queries.PARTY_EVENTS", 3)
    await journey().reach(desk)
    body = await trace(desk, party="buyer-1")
    assert (len(body["data"]), body["truncated"], body["complete"]) == (3, True, False)
    assert types(body)[-1] == "RatingChanged"


@pytest.mark.parametrize(
    "lost", ["OrderCreated", "AfterSaleRequested", "ComplaintOpened", "DisputeOpened", "RatingGiven"]
)
async def test_what_is_missing_makes_it_incomplete(desk: Harness, lost: str) -> None:
    log = journey()
    kept = Log()
    kept.envelopes = [envelope for envelope in log.envelopes if envelope.type != f"{lost}.v1"]
    for envelope in kept.envelopes:
        await desk.deliver(envelope)
    body = await trace(desk, order_id="ord_1")
    assert body["complete"] is False
    assert lost not in types(body)


async def test_a_cause_that_comes_later_completes_the_trace(desk: Harness) -> None:
    log = journey()
    late = next(envelope for envelope in log.envelopes if envelope.type == "ComplaintOpened.v1")
    for envelope in log.envelopes:
        if envelope.topic != late.topic:
            await desk.deliver(envelope)
    assert (await trace(desk, order_id="ord_1"))["complete"] is False
    for envelope in log.envelopes:
        if envelope.topic == late.topic:
            await desk.deliver(envelope)
    body = await trace(desk, order_id="ord_1")
    assert body["complete"] is True
    assert_causal(body)


async def test_an_event_that_comes_twice_is_kept_once(desk: Harness) -> None:
    log = journey()
    await log.reach(desk)
    await log.reach(desk)
    assert len((await trace(desk, order_id="ord_1"))["data"]) == len(log.envelopes)


@pytest.mark.parametrize("asked", [{"order_id": "ord_1"}, {"case_id": "case_1"}, {"complaint_id": "cmp_1"}])
async def test_only_the_order_s_own_people_see_it(desk: Harness, asked: dict[str, str]) -> None:
    log = journey()
    await log.reach(desk)
    for role in STAFF:
        assert (await trace(desk, role, f"{role}-1", **asked))["data"]
    for role, sub, merchant in (("buyer", "buyer-1", None), ("seller", "seller-1", "m-1")):
        own = await trace(desk, role, sub, merchant, **asked)
        assert own["complete"] is True
        assert "SanctionImposed" not in types(own)
        assert "VerdictGiven" in types(own)
    for role, sub, merchant in (("buyer", "buyer-2", None), ("seller", "seller-1", "m-2")):
        response = await desk.client(role, sub, merchant).get("/v1/traces", params=asked)
        desk.problem(response, 404, "not_found")
    for role in ("courier", "supplier"):
        desk.problem(await desk.client(role, "x-1").get("/v1/traces", params=asked), 403, "forbidden")
    desk.problem(await desk.client().get("/v1/traces", params=asked), 401, "token_missing")


@pytest.mark.parametrize(
    "asked", [{"order_id": "ord_9"}, {"case_id": "ord_1"}, {"complaint_id": "case_1"}, {"party": "x"}]
)
async def test_what_nobody_has_heard_of_is_404(desk: Harness, asked: dict[str, str]) -> None:
    await journey().reach(desk)
    response = await desk.client("admin", "admin-1").get("/v1/traces", params=asked)
    desk.problem(response, 404, "not_found")


@pytest.mark.parametrize("asked", [{}, {"order_id": "ord_1", "case_id": "case_1"}, {"order_id": "ord_1", "party": "x"}])
async def test_exactly_one_question(desk: Harness, asked: dict[str, str]) -> None:
    response = await desk.client("admin", "admin-1").get("/v1/traces", params=asked)
    desk.problem(response, 422, "one_subject_required")


async def test_malformed_ids_are_refused(desk: Harness) -> None:
    for id, status in (("no id", 422), ("", 422), ("x" * 101, 422), ("a\x00", 400)):
        response = await desk.client("admin", "admin-1").get("/v1/traces", params={"order_id": id})
        assert response.status_code == status
        assert response.headers["content-type"].startswith("application/problem+json")


async def test_two_truths_about_one_place_are_not_both_kept(desk: Harness) -> None:
    log = journey()
    await log.reach(desk)
    twin = Log()
    impostor = twin.say("OrderCreated", order_id="ord_1", total_minor=1, shipping_fee_minor=0, lines=())
    await desk.deliver(replace(impostor, id=UUID(int=999)))
    assert await desk.parked() == [
        "OrderCreated.v1: sequence 1 was taken by another event; the aggregate stands at 3",
    ]
    body = await trace(desk, order_id="ord_1")
    assert len(body["data"]) == len(log.envelopes)
    assert body["complete"] is False, "until somebody has decided which of them is true"


async def test_a_type_nobody_knows_yet_leaves_no_gap(desk: Harness) -> None:
    log = journey()
    case = next(envelope for envelope in log.envelopes if envelope.type == "AfterSaleRejected.v1")
    told = json.loads(case.data)
    said = {
        "applicant": "buyer-1",
        "handler": ["no", "id"],
        "result": "praised",
        "case_id": "case_1",
        "order_id": "ord_1",
    }
    strange = replace(
        case, type="AfterSalePraised.v1", data=json.dumps({**said, "evidence": ["sha256:09", 7]}).encode()
    )
    log.envelopes[log.envelopes.index(case)] = strange
    await log.reach(desk)
    body = await trace(desk, case_id="case_1")
    assert body["complete"] is True
    assert_causal(body)
    shown = next(event for event in body["data"] if event["event_type"] == "AfterSalePraised.v1")
    assert (shown["sequence"], shown["subject"], shown["time"]) == (strange.sequence, "case_1", told["time"])
    assert [shown[name] for name in ("affected_party", "applicant", "handler", "matter", "result", "evidence")] == [
        *("unknown", "buyer-1", "unknown", "unknown", "praised", ["sha256:09"])
    ]


async def test_a_fact_told_in_two_versions_leaves_no_gap(desk: Harness) -> None:
    """Both tellings stand in the trace; the figures hear one of them."""
    log = Log()
    scores = {"rating_id": "rat_1", "case_id": "case_1", "order_id": "ord_1", "scores": {"speed": 4}}
    first = log.say("RatingGiven", **scores)
    second = log.say("RatingGiven", beside=first, **scores)
    again = {**json.loads(second.data), "retells": "RatingGiven.v1", "scores": [["speed", 4]]}
    log.envelopes[1] = replace(second, type="RatingGiven.v2", data=json.dumps(again).encode())
    log.say("RatingChanged", **scores)
    await log.reach(desk)
    body = await trace(desk, order_id="ord_1")
    assert [event["event_type"] for event in body["data"]] == ["RatingGiven.v1", "RatingGiven.v2", "RatingChanged.v1"]
    assert (body["complete"], len({event["matter"] for event in body["data"][:2]})) == (True, 1)


async def test_what_waits_for_an_operator_makes_it_incomplete(desk: Harness) -> None:
    """Also where nothing of its aggregate is kept yet."""
    log = journey()
    rating = next(envelope for envelope in log.envelopes if envelope.type == "RatingGiven.v1")
    newer = replace(rating, type="RatingGiven.v2")
    log.envelopes[log.envelopes.index(rating)] = newer
    for envelope in log.envelopes:
        await desk.deliver(envelope)
    assert [line.partition(":")[0] for line in await desk.parked()] == ["RatingGiven.v2", "RatingChanged.v1"]
    assert (await trace(desk, order_id="ord_1"))["complete"] is False
    assert (await trace(desk, complaint_id="cmp_1"))["complete"] is True, "it says nothing of the complaint"
