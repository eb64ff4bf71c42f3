"""Whatever is asked of a dispute, a claim or a frozen case at the wrong time, or by the wrong side, is refused with a stable code and
an explanation in both languages, and nothing changes."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import httpx
import pytest
from aftercare_chassis.testing import Harness
from aftersale_shop import Shop
from aftersale_svc import main
from aftersale_svc.domain.courier_claims.lifecycle import COURIER_CLAIM
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.guarantee_claims.lifecycle import GUARANTEE_CLAIM
from random_bodies import bodies_of, cny
from random_shop import SETTINGS, Routes

UNKNOWN = [{"article_id": "art_none"}]
FILE = "sha256:" + "cd" * 32
NOT_OPEN = {"illegal_transition", "not_allowed_for_role", "forbidden"}
CLAIM_BODIES: dict[str, dict[str, Any]] = {
    "decline": {"reason": "not_covered"},
    "request-evidence": {"missing": "?"},
    "submit-evidence": {"evidence": [FILE]},
    "record-payment": {"reference": "B-1"},
    "record-failure": {"cause": "declined"},
    "file": {"reference": "C-1"},
    "evidence": {"evidence": [FILE]},
    "accept": {"amount": cny(100)},
    "pay": {"reference": "B-1"},
}
ROUTES_OF_CLAIMS = {"record_payment": "record-payment", "add_evidence": "evidence"}


@pytest.fixture
async def shop(postgres_url: str) -> AsyncIterator[Shop]:
    async with Harness.start(main.service, postgres_url, **SETTINGS) as harness:
        yield Shop(harness)


def people(shop: Shop) -> dict[str, httpx.AsyncClient]:
    client = shop.harness.client
    return {
        "buyer": shop.buyer,
        "seller": shop.seller,
        "agent": shop.agent,
        "arbitrator": shop.arbitrator,
        "admin": client("admin", "admin-1"),
    }


async def events(shop: Shop) -> int:
    return len(await shop.harness.published())


async def refused(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The problem that a request meets; it is explained in both languages, and names no code."""
    details = set()
    for language in ("zh-CN", "en"):
        response = await client.post(path, json=body, headers={"Accept-Language": language})
        assert response.status_code in (403, 404, 409, 422), (path, response.text)
        assert response.headers["content-language"] == language
        problem: dict[str, Any] = response.json()
        assert problem["code"]
        details.add(problem["detail"])
    assert len(details) == 2, "each language has its own words"
    return problem


NOTHING_THERE = {"frozen_by_dispute", "nothing_refused", "no_return_freight_owed"}


async def test_a_frozen_case_takes_no_action_of_anybody(shop: Shop) -> None:
    await shop.delivered()
    case_id, _ = await shop.disputed()
    before, published = await shop.get(case_id), await events(shop)
    routes = Routes.of(shop.harness.service.app)
    for (kind, action), route in routes.by_action.items():
        if kind != "cases":
            continue
        _, path, body = routes.request("cases", before, action, 1)
        for role, client in people(shop).items():
            allowed_roles = {each for requirement in route.role_requirements for each in requirement.roles}
            problem = await refused(client, path, body)
            if role in allowed_roles:
                assert problem["code"] in NOT_OPEN | NOTHING_THERE, (action, role, problem)
    assert (await shop.get(case_id), await events(shop)) == (before, published)


@pytest.mark.parametrize("end", ["withdrawn", "executed"])
async def test_a_dispute_that_has_ended_takes_no_action_but_appeals(shop: Shop, end: str) -> None:
    await shop.delivered()
    _, dispute_id = await shop.disputed()
    if end == "withdrawn":
        await shop.rule(dispute_id, "withdraw", shop.buyer)
    else:
        await shop.rule(dispute_id, "answer", shop.seller, text="?")
        await shop.verdict(dispute_id, None, "none")
    before, published = (await shop.agent.get(f"/v1/disputes/{dispute_id}")).json(), await events(shop)
    routes = Routes.of(shop.harness.service.app)
    asked = 0
    for (kind, action), _ in routes.by_action.items():
        if kind != "disputes" or (end == "executed" and action == "appeal"):
            continue
        _, path, body = routes.request("disputes", before, action, 1)
        for client in people(shop).values():
            problem = await refused(client, path, body)
            assert problem["code"] in NOT_OPEN | {"not_found", "no_debt"}, (action, problem)
            asked += problem["code"] == "illegal_transition"
    assert asked > 20
    after = (await shop.agent.get(f"/v1/disputes/{dispute_id}")).json()
    assert (after, await events(shop)) == (before, published)


async def test_a_second_verdict_names_what_is_possible_now(shop: Shop) -> None:
    await shop.delivered()
    _, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    await shop.verdict(dispute_id, 100)
    second = {"liable": "buyer", "remedy": "none", "grounds": "?"}
    response = await shop.arbitrator.post(f"/v1/disputes/{dispute_id}/verdict", json=second)
    problem = shop.harness.problem(response, 409, "illegal_transition")
    assert problem["detail"] == "当前状态（裁决执行中）下不能执行：作出裁决；可执行：无。"


async def test_what_is_awarded_is_bounded_by_what_was_paid_in_every_command(shop: Shop) -> None:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    too_much = {"liable": "seller", "remedy": "refund", "amount": cny(19134)}
    bodies = {"verdict": {**too_much, "grounds": "?"}, "proposals": {**too_much, "text": "?"}}
    for action, client in (("verdict", shop.arbitrator), ("proposals", shop.buyer), ("proposals", shop.seller)):
        problem = await refused(client, f"/v1/disputes/{dispute_id}/{action}", bodies[action])
        assert (problem["code"], problem["left"]) == ("amount_exceeds_paid", 19133)
        assert "191.33 CNY" in problem["detail"]
    await shop.verdict(dispute_id, 100)
    await shop.refund_succeeds()
    await shop.rule(dispute_id, "appeal", shop.buyer, grounds="?")
    second = shop.harness.client("arbitrator", "arb-2")
    problem = await refused(second, f"/v1/disputes/{dispute_id}/replace-verdict", bodies["verdict"])
    assert (problem["code"], problem["left"]) == ("amount_exceeds_paid", 19133)
    assert (await shop.get(case_id))["refunded"]["amount"] == 100


async def test_a_verdict_cites_no_policy_that_was_not_published(shop: Shop) -> None:
    await shop.delivered()
    _, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    verdict = {"liable": "seller", "remedy": "none", "grounds": "?", "cites": UNKNOWN}
    assert (await refused(shop.arbitrator, f"/v1/disputes/{dispute_id}/verdict", verdict))["code"] == "policy_unknown"
    await shop.verdict(dispute_id, None, "none")
    await shop.rule(dispute_id, "appeal", shop.buyer, grounds="?")
    second = shop.harness.client("arbitrator", "arb-2")
    for action, body in (("replace-verdict", verdict), ("confirm-verdict", {"grounds": "?", "cites": UNKNOWN})):
        problem = await refused(second, f"/v1/disputes/{dispute_id}/{action}", body)
        assert (problem["code"], problem["errors"][0]["pointer"]) == ("policy_unknown", "/cites/0/article_id")


async def late(shop: Shop, client: httpx.AsyncClient, path: str, hours: int, **body: Any) -> dict[str, Any]:
    """What is refused a millisecond after the deadline, before its timer has acted."""
    shop.clock.advance(hours=hours)
    shop.clock.advance(seconds=0.001)
    return await refused(client, path, body)


async def test_a_millisecond_after_its_deadline_a_dispute_follows_the_deadline(shop: Shop) -> None:
    await shop.delivered()
    _, dispute_id = await shop.disputed()
    path = f"/v1/disputes/{dispute_id}"
    problem = await late(shop, shop.seller, f"{path}/answer", 48, text="?", evidence=[])
    assert (problem["code"], problem["deadline_effect"]) == ("deadline_passed", "escalated_merchant_silent")
    assert "the deadline decides" in problem["detail"]
    await shop.harness.run_due()
    assert (await shop.seller.get(path)).json()["merchant_silent"] is True
    await shop.rule(dispute_id, "request-evidence", shop.arbitrator, asked_of="buyer", missing="?")
    problem = await late(shop, shop.buyer, f"{path}/submit-evidence", 72, note="!")
    assert (problem["code"], problem["deadline_effect"]) == ("deadline_passed", "reviewed_without_evidence")
    await shop.harness.run_due()
    order = bodies_of({}, 1)["orderDisputeTest"]
    await shop.rule(dispute_id, "order-test", shop.arbitrator, **order)
    problem = await late(shop, shop.seller, f"{path}/send-sample", 7 * 24, carrier="sf", waybill_no="SF1")
    assert (problem["code"], problem["deadline_effect"]) == ("deadline_passed", "test_ends_without_sample")
    await shop.harness.run_due()
    terms = {"remedy": "none", "liable": "buyer", "text": "?"}
    await shop.rule(dispute_id, "proposals", shop.seller, **terms)
    [proposal] = (await shop.buyer.get(path)).json()["proposals"]
    shop.clock.advance(hours=48)
    for answer in ("accept", "decline"):
        problem = await late(shop, shop.buyer, f"{path}/proposals/{proposal['id']}/{answer}", 0)
        assert problem["code"] == "proposal_not_open"
        assert "it has lapsed" in problem["detail"]
    await shop.verdict(dispute_id, None, "none")
    problem = await late(shop, shop.buyer, f"{path}/appeal", 72, grounds="?")
    assert (problem["code"], problem["deadline_effect"]) == ("deadline_passed", "verdict_becomes_final")


def hours_until(shop: Shop, document: dict[str, Any]) -> int:
    """The whole hours until its deadline."""
    return round((datetime.fromisoformat(document["deadline_at"]) - shop.clock.now()).total_seconds() / 3600)


async def unpaid(shop: Shop) -> str:
    await shop.delivered()
    case = await shop.case(1, type_="refund_only")
    await shop.act(shop.seller, case["id"], "approve")
    await shop.refund_fails()
    opened = await shop.buyer.post(f"/v1/cases/{case['id']}/guarantee-claims", json={"kind": "merchant_deposit"})
    assert opened.status_code == 201, opened.text
    return f"/v1/guarantee-claims/{opened.json()['id']}"


async def test_a_millisecond_after_its_deadline_a_claim_follows_the_deadline(shop: Shop) -> None:
    path = await unpaid(shop)
    shown = (await shop.buyer.get(path)).json()
    waits = hours_until(shop, shown)
    for action in ("agree", "object"):
        problem = await late(shop, shop.seller, f"{path}/{action}", waits)
        assert (problem["code"], problem["deadline_effect"]) == ("deadline_passed", "guarantee_merchant_silent")
        waits = 0
    await shop.harness.run_due()
    assert (await shop.agent.post(f"{path}/request-evidence", json={"missing": "?"})).status_code == 200
    shown = (await shop.buyer.get(path)).json()
    waits = hours_until(shop, shown)
    problem = await late(shop, shop.buyer, f"{path}/submit-evidence", waits, evidence=[FILE])
    assert (problem["code"], problem["deadline_effect"]) == ("deadline_passed", "guarantee_without_evidence")


async def test_a_millisecond_after_its_deadline_a_courier_claim_is_not_filed(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(1, reason="damaged_in_transit")
    [claim] = (await shop.seller.get("/v1/courier-claims", params={"case_id": case["id"]})).json()["data"]
    waits = hours_until(shop, claim)
    problem = await late(shop, shop.seller, f"/v1/courier-claims/{claim['id']}/file", waits, reference="C-1")
    assert (problem["code"], problem["deadline_effect"]) == ("deadline_passed", "claim_lapses")


def actions(table: Any) -> list[str]:
    """The routes of the actions of a claim that people take."""
    named = [str(action) for action in dict.fromkeys(action for _, action in table.transitions) if table.roles(action)]
    return [ROUTES_OF_CLAIMS.get(each, each.replace("_", "-")) for each in named]


async def test_claims_that_have_ended_take_no_action_of_anybody(shop: Shop) -> None:
    guarantee = await unpaid(shop)
    await shop.buyer.post(f"{guarantee}/cancel", json={})
    case = await shop.case(1, reason="damaged_in_transit")
    [claim] = (await shop.seller.get("/v1/courier-claims", params={"case_id": case["id"]})).json()["data"]
    courier = f"/v1/courier-claims/{claim['id']}"
    await shop.seller.post(f"{courier}/abandon", json={})
    published, asked = await events(shop), 0
    for path, table in ((guarantee, GUARANTEE_CLAIM), (courier, COURIER_CLAIM)):
        for action in actions(table):
            for client in people(shop).values():
                body = CLAIM_BODIES.get(action, {})
                if path == courier and action == "decline":
                    body = {"reason": "filed_late"}
                problem = await refused(client, f"{path}/{action}", body)
                assert problem["code"] in NOT_OPEN | {"not_found"}, (action, problem)
                asked += problem["code"] == "illegal_transition"
    assert asked > 20
    assert await events(shop) == published


async def test_every_command_of_a_dispute_has_a_route(shop: Shop) -> None:
    known = {action for kind, action in Routes.of(shop.harness.service.app).by_action if kind == "disputes"}
    assert known == {str(action) for _, action in DISPUTE.transitions if DISPUTE.roles(action)}
