"""A testing body examines goods in a dispute: who sends the sample, what is late, what the report says, who bears the cost."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from aftercare_chassis.testing import Harness
from aftercare_events import (
    DisputeSampleSent,
    DisputeTestEnded,
    DisputeTestOrdered,
    DisputeTestReported,
    EvidenceRoundEnded,
    VerdictGiven,
)
from aftersale_shop import Shop
from aftersale_svc import main

BODY = "国家轻工产品质量检测中心"
REPORT = "sha256:" + "cd" * 32
A_FILE = """
INSERT INTO evidence_files (id, version, order_id, case_id, buyer_id, merchant_id, uploader_id, uploader_role, kind, media_type, size, sha256,
    state, whose_turn, copy_type, copy_sha256, created_at, updated_at)
VALUES ($1, 1, 'ord_1', $2, 'buyer-1', 'm-1', 'agent-1', 'agent', $3, 'application/pdf', 1, $4, 'accepted', 'nobody',
    'application/pdf', 'sha256:2', $5, $5)
"""
ORDER: dict[str, Any] = {
    "lines": [{"line_id": "line_1", "quantity": 1}],
    "questions": ["defective", "used"],
    "testing_body_id": "lab-1",
    "sample_from": "merchant",
    "advanced_by": "platform",
    "cost": {"amount": 30000, "currency": "CNY"},
    "note": "请寄回一件样品",
}
FOUND = [{"question": "used", "answer": "no"}, {"question": "defective", "answer": "yes"}]
PARCEL = {"carrier": "sf", "waybill_no": "SF1009"}
VERDICT = {"liable": "seller", "remedy": "none", "grounds": "?"}


@pytest.fixture
async def shop(postgres_url: str) -> AsyncIterator[Shop]:
    async with Harness.start(main.service, postgres_url, testing_bodies={"lab-1": BODY}) as harness:
        yield Shop(harness)


async def reviewed(shop: Shop) -> tuple[str, str]:
    """A dispute that an arbitrator has taken: the ids of the case and of the dispute."""
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    await shop.rule(dispute_id, "take", shop.arbitrator)
    return case_id, dispute_id


async def ordered(shop: Shop, dispute_id: str, **changed: Any) -> dict[str, Any]:
    return await shop.rule(dispute_id, "order-test", shop.arbitrator, **{**ORDER, **changed})


async def at_lab(shop: Shop, dispute_id: str, **changed: Any) -> dict[str, Any]:
    await ordered(shop, dispute_id, **changed)
    await shop.rule(dispute_id, "send-sample", shop.seller, **PARCEL)
    return await shop.rule(dispute_id, "receive-sample", shop.agent)


async def a_report(shop: Shop, case_id: str, evidence_id: str = "ev_9", kind: str = "test_report") -> None:
    await shop.harness.runtime.pool.execute(A_FILE, evidence_id, case_id, kind, REPORT, shop.clock.now())


async def refused(shop: Shop, client: httpx.AsyncClient, path: str, status: int, code: str, **body: Any) -> None:
    shop.harness.problem(await client.post(f"/v1/disputes/{path}", json=body), status, code)


async def the_test(shop: Shop, dispute_id: str, client: httpx.AsyncClient | None = None) -> dict[str, Any]:
    """The newest test of the dispute."""
    tests = (await (client or shop.arbitrator).get(f"/v1/disputes/{dispute_id}")).json()["tests"]
    newest: dict[str, Any] = tests[-1]
    return newest


async def costs(shop: Shop, dispute_id: str) -> list[tuple[str, str, int]]:
    shown = (await shop.agent.get("/v1/dispute-costs", params={"dispute_id": dispute_id})).json()["data"]
    return [(each["kind"], each["bearer"], each["amount"]["amount"]) for each in shown]


async def test_a_test_is_ordered_reported_and_seen_by_both_sides(shop: Shop) -> None:
    case_id, dispute_id = await reviewed(shop)
    waiting = await ordered(shop, dispute_id)
    assert (waiting["state"], waiting["whose_turn"], waiting["awaited"]) == ("await_sample", "merchant", ["merchant"])
    second = shop.harness.client("arbitrator", "arb-2")
    await refused(shop, second, f"{dispute_id}/confirm-verdict", 409, "no_appeal_open", grounds="?")
    assert waiting["deadline_effect"] == "test_ends_without_sample"
    await refused(shop, shop.arbitrator, f"{dispute_id}/verdict", 409, "test_open", **VERDICT)
    await refused(shop, shop.buyer, f"{dispute_id}/send-sample", 409, "sample_of_other_side", **PARCEL)
    sent = await shop.rule(dispute_id, "send-sample", shop.seller, **PARCEL)
    assert (sent["state"], sent["whose_turn"], sent["awaited"]) == ("sample_sent", "courier", [])
    assert (await shop.last(DisputeSampleSent)).waybill_no == "SF1009"
    examined = await shop.rule(dispute_id, "receive-sample", shop.agent)
    assert (examined["state"], examined["whose_turn"]) == ("at_lab", "testing_body")
    before = shop.clock.now()
    shop.clock.advance(hours=1)
    await a_report(shop, case_id)
    done = await shop.rule(dispute_id, "report-test", shop.agent, evidence_id="ev_9", answers=FOUND)
    assert (done["state"], done["whose_turn"], REPORT in done["evidence"]) == ("platform_review", "platform", True)
    event = await shop.last(DisputeTestReported)
    assert [(each.question, each.answer) for each in event.results] == [("defective", "yes"), ("used", "no")]
    assert event.evidence == (REPORT,)
    for side in (shop.buyer, shop.seller):
        shown = await the_test(shop, dispute_id, side)
        assert (shown["state"], shown["testing_body"], shown["report_sha256"]) == ("reported", BODY, REPORT)
        assert [each["answer"] for each in shown["results"]] == ["yes", "no"]
        assert (await side.get("/v1/evidence/ev_9")).status_code == 200
    file = (await shop.arbitrator.get(f"/v1/disputes/{dispute_id}/file")).json()
    assert [each["state"] for each in file["dispute"]["tests"]] == ["reported"]
    for at, known in ((before, False), (shop.clock.now(), True)):
        past = {"as_of": at.isoformat(), "as_seen_by": "buyer"}
        then = (await shop.agent.get(f"/v1/cases/{case_id}", params=past)).json()
        assert (REPORT in str(then)) is known


async def test_a_verdict_knows_the_test_and_leaves_its_cost_with_who_advanced_it(shop: Shop) -> None:
    case_id, dispute_id = await reviewed(shop)
    await at_lab(shop, dispute_id)
    await a_report(shop, case_id)
    await shop.rule(dispute_id, "report-test", shop.agent, evidence_id="ev_9", answers=FOUND)
    await shop.verdict(dispute_id, None, "none")
    [decision] = [
        each
        for each in (await shop.agent.get(f"/v1/cases/{case_id}/decisions")).json()["data"]
        if each["kind"] == "verdict"
    ]
    [test] = decision["facts"]["tests"]
    assert (test["state"], test["answers"]) == ("reported", {"defective": "yes", "used": "no"})
    assert await costs(shop, dispute_id) == [("testing", "platform", 30000)]
    [cost] = (await shop.last(VerdictGiven)).costs
    assert (cost.kind, cost.bearer, cost.amount_minor) == ("testing", "platform", 30000)


async def test_a_verdict_decides_who_bears_the_cost(shop: Shop) -> None:
    _, dispute_id = await reviewed(shop)
    await at_lab(shop, dispute_id)
    await shop.rule(dispute_id, "cancel-test", shop.arbitrator)
    cost = {"kind": "testing", "bearer": "merchant", "amount": {"amount": 20000, "currency": "CNY"}}
    await shop.rule(dispute_id, "verdict", shop.arbitrator, **VERDICT, costs=[cost])
    assert await costs(shop, dispute_id) == [("testing", "merchant", 20000)]


async def test_a_sample_that_is_late_counts_against_who_should_have_sent_it(shop: Shop) -> None:
    case_id, dispute_id = await reviewed(shop)
    await ordered(shop, dispute_id)
    shop.clock.advance(hours=7 * 24)
    await refused(shop, shop.seller, f"{dispute_id}/send-sample", 409, "deadline_passed", **PARCEL)
    await shop.harness.run_due()
    assert (await the_test(shop, dispute_id))["held_against"] == "merchant"
    ended = await shop.last(DisputeTestEnded)
    assert (ended.state, ended.test_state, ended.against) == ("platform_review", "sample_late", "merchant")
    await shop.verdict(dispute_id, None, "none")
    assert await costs(shop, dispute_id) == []
    decided = (await shop.agent.get(f"/v1/cases/{case_id}/decisions")).json()["data"][-1]
    assert [(each["state"], each["sender"]) for each in decided["facts"]["tests"]] == [("sample_late", "merchant")]


async def test_a_sample_that_is_lost_ends_the_test(shop: Shop) -> None:
    _, dispute_id = await reviewed(shop)
    await ordered(shop, dispute_id)
    await shop.rule(dispute_id, "send-sample", shop.seller, **PARCEL)
    lost = await shop.rule(dispute_id, "lose-sample", shop.agent)
    assert (lost["state"], (await the_test(shop, dispute_id))["state"]) == ("platform_review", "sample_lost")
    await ordered(shop, dispute_id, sample_from="buyer")
    await shop.rule(dispute_id, "send-sample", shop.buyer, **PARCEL)
    shop.clock.advance(hours=7 * 24)
    await shop.harness.run_due()
    test = await the_test(shop, dispute_id)
    assert (test["state"], test.get("held_against")) == ("sample_lost", None)


async def test_a_report_that_is_late_may_still_come_before_the_verdict(shop: Shop) -> None:
    case_id, dispute_id = await reviewed(shop)
    await at_lab(shop, dispute_id)
    shop.clock.advance(hours=15 * 24)
    await shop.harness.run_due()
    back = (await shop.arbitrator.get(f"/v1/disputes/{dispute_id}")).json()
    assert (back["state"], back["whose_turn"], back["tests"][0]["state"]) == (
        "platform_review",
        "platform",
        "report_late",
    )
    await a_report(shop, case_id)
    answers = {"evidence_id": "ev_9", "answers": FOUND}
    reported = await shop.rule(dispute_id, "report-test", shop.agent, **answers)
    assert reported["state"] == "platform_review"
    await refused(shop, shop.agent, f"{dispute_id}/report-test", 409, "no_report_awaited", **answers)


async def test_only_a_report_that_answers_what_was_asked_is_recorded(shop: Shop) -> None:
    case_id, dispute_id = await reviewed(shop)
    await at_lab(shop, dispute_id)
    path = f"{dispute_id}/report-test"
    await refused(shop, shop.agent, path, 422, "report_unsuitable", evidence_id="ev_0", answers=FOUND)
    await a_report(shop, case_id, "ev_8", "photo")
    await refused(shop, shop.agent, path, 422, "report_unsuitable", evidence_id="ev_8", answers=FOUND)
    await a_report(shop, case_id)
    for answers in (FOUND[:1], [*FOUND, FOUND[0]], [FOUND[0], {"question": "genuine", "answer": "yes"}]):
        await refused(shop, shop.agent, path, 422, "answers_incomplete", evidence_id="ev_9", answers=answers)
    assert (await the_test(shop, dispute_id))["state"] == "at_lab"


async def test_an_order_that_makes_no_sense_is_refused(shop: Shop) -> None:
    _, dispute_id = await reviewed(shop)
    line = {"line_id": "line_1", "quantity": 3}
    for changed, code in (
        ({"testing_body_id": "lab-9"}, "testing_body_unknown"),
        ({"lines": [line]}, "sample_exceeds_case"),
        ({"lines": [{**line, "line_id": "line_9"}]}, "line_unknown"),
        ({"lines": [{**line, "quantity": 1}] * 2}, "line_repeated"),
        ({"cost": {"amount": 1, "currency": "JPY"}}, "currency_mismatch"),
        ({"questions": ["used", "used"]}, "validation_failed"),
    ):
        await refused(shop, shop.arbitrator, f"{dispute_id}/order-test", 422, code, **{**ORDER, **changed})
    assert await shop.published(DisputeTestOrdered) == []
    other = shop.harness.client("arbitrator", "arb-2")
    await refused(shop, other, f"{dispute_id}/order-test", 409, "assigned_to_another", **ORDER)
    bodies = (await shop.buyer.get("/v1/testing-bodies")).json()["data"]
    assert bodies == [{"id": "lab-1", "name": BODY}]


async def test_an_administrator_orders_and_cancels_whoever_has_the_dispute(shop: Shop) -> None:
    _, dispute_id = await reviewed(shop)
    admin = shop.harness.client("admin", "admin-1")
    await shop.rule(dispute_id, "order-test", admin, **ORDER)
    cancelled = await shop.rule(dispute_id, "cancel-test", admin)
    assert (cancelled["state"], cancelled["arbitrator_id"]) == ("platform_review", "arb-1")
    assert (await the_test(shop, dispute_id))["state"] == "cancelled"
    await shop.verdict(dispute_id, None, "none")


async def test_a_request_for_evidence_ends_with_the_order(shop: Shop) -> None:
    _, dispute_id = await reviewed(shop)
    await shop.rule(dispute_id, "request-evidence", shop.arbitrator, asked_of="both", missing="?")
    await ordered(shop, dispute_id)
    assert (await shop.last(EvidenceRoundEnded)).silent == ()
    [request] = (await shop.arbitrator.get(f"/v1/disputes/{dispute_id}")).json()["requests"]
    assert request["ended_at"] is not None


async def test_a_dispute_that_the_sides_end_cancels_its_test(shop: Shop) -> None:
    _, dispute_id = await reviewed(shop)
    await at_lab(shop, dispute_id, advanced_by="buyer")
    withdrawn = await shop.rule(dispute_id, "withdraw", shop.buyer)
    assert (withdrawn["state"], (await the_test(shop, dispute_id))["state"]) == ("withdrawn", "cancelled")
    assert await costs(shop, dispute_id) == [("testing", "buyer", 30000)]
    assert (await shop.names(dispute_id))[-2:] == ["DisputeTestEnded", "DisputeWithdrawn"]


async def test_a_settlement_cancels_an_open_test(shop: Shop) -> None:
    _, dispute_id = await reviewed(shop)
    await ordered(shop, dispute_id)
    await shop.rule(dispute_id, "proposals", shop.seller, remedy="resume", liable="nobody", text="?")
    [proposal] = (await shop.buyer.get(f"/v1/disputes/{dispute_id}")).json()["proposals"]
    await shop.rule(dispute_id, f"proposals/{proposal['id']}/accept", shop.buyer)
    assert (await the_test(shop, dispute_id))["state"] == "cancelled"
    assert await costs(shop, dispute_id) == [], "no sample has reached the testing body"


async def test_each_step_of_a_test_has_a_deadline_that_is_explained(shop: Shop) -> None:
    case_id, dispute_id = await reviewed(shop)
    await at_lab(shop, dispute_id)
    shown = (await shop.agent.get(f"/v1/cases/{case_id}/deadlines")).json()["data"]
    turns = [(each["turn"], each["due_at"] is not None) for each in shown if each["document_id"] == dispute_id]
    assert turns[-3:] == [("merchant", True), ("courier", True), ("testing_body", True)]
    newest = [each for each in shown if each["document_id"] == dispute_id][-1]
    explained = (await shop.buyer.get(f"/v1/deadlines/{newest['id']}/explain")).json()
    assert "testing body" in str(explained)
    shop.clock.advance(hours=2)
    turns_ = (await shop.agent.get(f"/v1/cases/{case_id}/turns")).json()
    assert "testing_body" not in str(turns_), "the time of a testing body is the platform's"


async def test_only_the_platform_uploads_a_report(shop: Shop) -> None:
    await shop.delivered()
    announced = {"kind": "test_report", "media_type": "application/pdf", "size": 10, "sha256": REPORT}
    response = await shop.buyer.post("/v1/evidence", json={**announced, "order_id": "ord_1"})
    shop.harness.problem(response, 403, "evidence_kind_of_platform")
    assert (await shop.agent.post("/v1/evidence", json={**announced, "order_id": "ord_1"})).status_code == 201
