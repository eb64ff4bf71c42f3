"""Decisions cite the policies that kb-svc has published, and are compared with other versions."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from aftercare_events import AfterSaleApproved, ArticleRetired
from aftersale_shop import RETURN_ADDRESS, Shop
from published_policies import published


async def retired(shop: Shop, slug: str = "returns") -> None:
    about = {"article_id": f"art_{slug}", "kind": "policy", "slug": slug, "language": "zh-CN", "result": "retired"}
    who = {"affected_party": "public", "applicant": "agent-1", "handler": "agent-1"}
    await shop.harness.consume(ArticleRetired(**about, **who, time=shop.clock.now()))


async def approved(shop: Shop, *policy: dict[str, Any]) -> dict[str, Any]:
    """The decision of an approval that cites this."""
    case = await shop.case(1)
    await shop.act(shop.seller, case["id"], "approve", return_address=RETURN_ADDRESS, policy=list(policy))
    [decision] = (await shop.buyer.get(f"/v1/cases/{case['id']}/decisions")).json()["data"]
    return decision


async def replay(shop: Shop, decision: dict[str, Any], **other: int) -> dict[str, Any]:
    response = await shop.seller.post(f"/v1/decisions/{decision['id']}/replay", params=other)
    assert response.status_code == 200, response.text
    return response.json()


async def test_a_decision_cites_the_policy_in_force_where_nobody_names_one(shop: Shop) -> None:
    await shop.delivered()
    assert (await approved(shop))["policy"] == []
    await published(shop, 1, "a")
    await published(shop, 1, "a", slug="warranty")
    shop.clock.advance(hours=1)
    await published(shop, 2, "b")
    decision = await approved(shop)
    assert [(each["slug"], each["version"], each["body_hash"]) for each in decision["policy"]] == [
        ("returns", 2, "sha256:2")
    ]
    event = await shop.last(AfterSaleApproved)
    assert (event.policy_article_id, event.policy_version) == ("art_returns", 2)
    await retired(shop)
    assert (await approved(shop))["policy"] == []


@pytest.mark.parametrize(
    ("type_", "reason", "slug"),
    [
        ("return_refund", "changed_mind", "returns"),
        ("refund_only", "damaged_in_transit", "damaged-on-arrival"),
        ("exchange", "wrong_size_or_model", "exchanges"),
        ("repair", "warranty_repair", "warranty"),
    ],
)
async def test_the_policy_about_the_reason_or_the_type_is_cited_with_the_digests_of_its_clauses(
    shop: Shop, type_: str, reason: str, slug: str
) -> None:
    await shop.delivered()
    for each in ("returns", "damaged-on-arrival", "exchanges", "warranty", "price-protection"):
        await published(shop, 1, "a", "b", slug=each)
    case = await shop.case(1, type_=type_, reason=reason)
    await shop.act(shop.seller, case["id"], "reject", reason="reason_untrue")
    [decision] = (await shop.buyer.get(f"/v1/cases/{case['id']}/decisions")).json()["data"]
    [cited] = decision["policy"]
    assert (cited["slug"], cited["clause_hashes"]) == (slug, {"1": "a", "2": "b"})


async def test_a_version_gives_back_nothing_where_the_type_does_not(shop: Shop) -> None:
    await shop.delivered()
    await shop.received(shop.clock.now() + timedelta(days=7))
    await published(shop, 1, "a", slug="exchanges", terms={1: {"types": ("exchange",), "refund_percent": 100}})
    case = await shop.case(1, type_="exchange")
    await shop.act(shop.seller, case["id"], "approve", return_address=RETURN_ADDRESS)
    [decision] = (await shop.buyer.get(f"/v1/cases/{case['id']}/decisions")).json()["data"]
    replayed = await replay(shop, decision, policy=1)
    [found] = replayed["policy_outcomes"]
    assert (found["allowed"], found["amount"], replayed["decided_amount"]["amount"]) == (True, None, 0)


async def test_a_clause_is_cited_with_its_hash_and_version(shop: Shop) -> None:
    await shop.delivered()
    await published(shop, 1, "a", "b")
    shop.clock.advance(hours=1)
    await published(shop, 2, "a", "c")
    newest = await approved(shop, {"article_id": "art_returns", "clause_id": "2"})
    assert (newest["policy"][0]["version"], newest["policy"][0]["clause_hash"]) == (2, "c")
    older = await approved(shop, {"article_id": "art_returns", "clause_id": "2", "version": 1})
    assert (older["policy"][0]["version"], older["policy"][0]["clause_hash"]) == (1, "b")


async def test_a_decision_about_several_cases_cites_as_one_about_one_does(shop: Shop) -> None:
    await shop.delivered()
    await published(shop, 1, "a")
    case = await shop.case(1)
    for action, body in {
        "approve": {"return_address": RETURN_ADDRESS},
        "reject": {"reason": "no_defect_found"},
    }.items():
        unknown = {"case_ids": [case["id"]], "policy": [{"article_id": "art_none"}], **body}
        response = await shop.seller.post(f"/v1/case-batches/{action}", json=unknown)
        assert response.json()["data"][0]["refused"]["code"] == "policy_unknown"
    known = {"case_ids": [case["id"]], "policy": [{"article_id": "art_returns", "clause_id": "1"}]}
    rejected = await shop.seller.post("/v1/case-batches/reject", json={**known, "reason": "no_defect_found"})
    assert rejected.json()["data"][0]["case"]["state"] == "rejected"
    [decision] = (await shop.agent.get(f"/v1/cases/{case['id']}/decisions")).json()["data"]
    assert decision["policy"][0]["clause_hash"] == "a"


@pytest.mark.parametrize(
    ("citation", "code", "pointer"),
    [
        ({"article_id": "art_none"}, "policy_unknown", "/policy/0/article_id"),
        ({"article_id": "art_help"}, "policy_unknown", "/policy/0/article_id"),
        ({"article_id": "art_returns", "version": 9}, "policy_unknown", "/policy/0/version"),
        ({"article_id": "art_returns", "clause_id": "7"}, "clause_unknown", "/policy/0/clause_id"),
    ],
    ids=str,
)
async def test_what_was_not_published_cannot_be_cited(
    shop: Shop, citation: dict[str, Any], code: str, pointer: str
) -> None:
    await shop.delivered()
    await published(shop, 1, "a")
    await published(shop, 1, "a", slug="help", kind="article")
    case = await shop.case(1)
    before = await shop.get(case["id"])
    bodies: dict[str, dict[str, Any]] = {
        "approve": {"return_address": RETURN_ADDRESS},
        "reject": {"reason": "no_defect_found"},
    }
    for action, body in bodies.items():
        response = await shop.seller.post(f"/v1/cases/{case['id']}/{action}", json={**body, "policy": [citation]})
        assert (response.status_code, response.json()["code"]) == (422, code), response.text
        assert response.json()["errors"][0]["pointer"] == pointer
    assert await shop.get(case["id"]) == before
    assert (await shop.buyer.get(f"/v1/cases/{case['id']}/decisions")).json()["data"] == []


async def test_a_decision_is_unaffected_by_another_version_where_what_it_cites_is_the_same(shop: Shop) -> None:
    await shop.delivered()
    await published(shop, 1, "a", "b")
    kept = await approved(shop, {"article_id": "art_returns", "clause_id": "1"})
    changed = await approved(shop, {"article_id": "art_returns", "clause_id": "2"})
    await published(shop, 2, "a", "c")
    await published(shop, 3, "a")
    assert (await replay(shop, kept, policy=2))["unchanged"] is True
    found = await replay(shop, changed, policy=2)
    assert (found["unchanged"], [each["change"] for each in found["citations"]]) == (False, ["changed"])
    assert [each["change"] for each in (await replay(shop, changed, policy=3))["citations"]] == ["gone"]
    unknown = await shop.seller.post(f"/v1/decisions/{kept['id']}/replay", params={"policy": 9})
    assert shop.harness.problem(unknown, 422, "policy_unknown")["versions"] == [1, 2, 3]


async def test_a_decision_that_cites_nothing_is_replayed_by_rules_alone(shop: Shop) -> None:
    await shop.delivered()
    decision = await approved(shop)
    assert (decision["policy"], decision["no_policy_published"]) == ([], True)
    path = f"/v1/decisions/{decision['id']}/replay"
    await published(shop, 1, "a")
    refused = await shop.seller.post(path, params={"policy": 1})
    problem = shop.harness.problem(refused, 422, "nothing_cited")
    assert (problem["newest_rules"], problem["errors"][0]["pointer"]) == (None, "/policy")
    body = {"rules": [{"id": "all", "when": {}, "outcome": "approve", "return_address": RETURN_ADDRESS}]}
    assert (await shop.seller.put("/v1/merchants/m-1/case-rules", json=body)).status_code == 200
    for reader, newest in ((shop.seller, 1), (shop.agent, 1), (shop.buyer, None)):
        problem = shop.harness.problem(await reader.post(path, params={"policy": 1}), 422, "nothing_cited")
        assert problem["newest_rules"] == newest
    assert (await replay(shop, decision, rules_version=1))["rules_outcome"] == "approve"


async def test_what_cannot_be_compared_is_named(shop: Shop) -> None:
    await shop.delivered()
    await published(shop, 1, "a")
    await published(shop, 1, "a", slug="warranty")
    both = [{"article_id": "art_returns", "clause_id": "1"}, {"article_id": "art_warranty", "clause_id": "1"}]
    decision = await approved(shop, *both)
    assert decision["no_policy_published"] is False
    await published(shop, 2, "a")
    found = await replay(shop, decision, policy=2)
    assert found["unchanged"] is False
    assert [(each["article_id"], each["change"]) for each in found["citations"]] == [
        ("art_returns", "unchanged"),
        ("art_warranty", "not_comparable"),
    ]


async def test_a_version_counts_from_a_signature_once_the_receipt_has_made_it_known(shop: Shop) -> None:
    await shop.delivered()
    signed_at = shop.clock.now()
    await published(shop, 1, "a")
    shop.clock.advance(hours=72)
    before = await approved(shop)
    shop.clock.advance(hours=-1)  # the receipt was confirmed before, and its event comes after the decision
    await shop.received(signed_at + timedelta(days=7), signed_at=signed_at)
    shop.clock.advance(hours=49)
    after = await approved(shop)
    await published(shop, 2, "a", terms={1: {"window_days": 2}})
    [found] = (await replay(shop, before, policy=2))["policy_outcomes"]
    assert (found["hindrances"], found["window_ends_at"]) == ([], None), "nobody knew it when it was decided"
    [found] = (await replay(shop, after, policy=2))["policy_outcomes"]
    assert found["hindrances"] == ["window_passed"]
    assert datetime.fromisoformat(found["window_ends_at"]) == signed_at + timedelta(days=2)


async def test_another_version_shows_what_it_would_decide(shop: Shop) -> None:
    """A refund of one kettle for 9566, asked for three days after the receipt."""
    await shop.delivered()
    received = shop.clock.now()
    await shop.received(received + timedelta(days=7))
    await published(shop, 1, "a", "b")
    shop.clock.advance(hours=72)
    decision = await approved(shop)
    shortened = {1: {"types": ("refund_only", "return_refund"), "window_days": 2, "refund_percent": 50}}
    await published(shop, 2, "a", "c", terms=shortened)
    [found] = (await replay(shop, decision, policy=2))["policy_outcomes"]
    assert (found["allowed"], found["hindrances"], found["amount"]["amount"]) == (False, ["window_passed"], 0)
    assert datetime.fromisoformat(found["window_ends_at"]) == received + timedelta(days=2)
    assert (found["judged_by"], found["in_words"]) == (["1"], ["2"])
    defects = {"reasons": (decision["facts"]["reason"],), "window_days": 30, "refund_percent": 80}
    await published(shop, 3, "a", "c", terms={**shortened, 2: defects})
    replayed = await replay(shop, decision, policy=3)
    [found] = replayed["policy_outcomes"]
    assert (found["allowed"], found["hindrances"]) == (True, []), "the clause about the reason comes first"
    assert (found["types"], found["judged_by"]) == (["refund_only", "return_refund"], ["1", "2"])
    assert (found["amount"]["amount"], replayed["decided_amount"]["amount"]) == (9566 * 80 // 100, 9566)
    await published(shop, 4, "a", "c", terms={1: {"types": ("exchange",), "reasons": ("warranty_repair",)}})
    [found] = (await replay(shop, decision, policy=4))["policy_outcomes"]
    assert (found["allowed"], found["amount"], found["judged_by"]) == (None, None, []), "nothing is said about it"
    await published(shop, 5, "a", "c", terms={1: {"types": ("exchange",)}})
    [found] = (await replay(shop, decision, policy=5))["policy_outcomes"]
    assert found["hindrances"] == ["type_not_possible"]
    assert (await shop.buyer.get(f"/v1/decisions/{decision['id']}")).json() == decision, "nothing has changed"


async def test_buyers_see_the_decision_and_not_what_other_rules_would_do(shop: Shop) -> None:
    await shop.delivered()
    body = {"rules": [{"id": "all", "when": {}, "outcome": "approve", "return_address": RETURN_ADDRESS}]}
    assert (await shop.seller.put("/v1/merchants/m-1/case-rules", json=body)).status_code == 200
    case = await shop.case(1)
    [decision] = (await shop.buyer.get(f"/v1/cases/{case['id']}/decisions")).json()["data"]
    path = f"/v1/decisions/{decision['id']}/replay"
    for version in (1, 9):
        refused = await shop.buyer.post(path, params={"rules_version": version})
        problem = shop.harness.problem(refused, 403, "rules_of_merchant")
        assert "商家的审核规则" in str(problem["detail"])
    assert (await shop.buyer.post(path)).status_code == 200
    assert (await replay(shop, decision, rules_version=1))["rules_outcome"] == "approve"
    other = shop.harness.client("buyer", "buyer-2")
    shop.harness.problem(await other.post(path, params={"rules_version": 1}), 404, "not_found")


async def test_other_rules_judge_the_recorded_facts(shop: Shop) -> None:
    await shop.delivered()
    rules = "/v1/merchants/m-1/case-rules"
    most = {"amount_to": {"amount": 9_000, "currency": "CNY"}}
    for when in ({}, most, {"buyer_history": {"days": 30, "most_cases": 0}}):
        body = {"rules": [{"id": "all", "when": when, "outcome": "approve", "return_address": RETURN_ADDRESS}]}
        assert (await shop.seller.put(rules, json=body)).status_code == 200
    await shop.case(1)
    decision = await approved(shop)
    assert decision["basis"] == "person"
    first = await replay(shop, decision, rules_version=1)
    assert (first["outcome"], first["rules_outcome"], first["rule_id"]) == ("approved", "approve", "all")
    assert (await replay(shop, decision, rules_version=2))["rules_outcome"] == "leave_to_merchant"
    third = await replay(shop, decision, rules_version=3)
    assert (third["rules_outcome"], third["missing"]) == (None, ["history"])
    assert (
        await shop.seller.post(f"/v1/decisions/{decision['id']}/replay", params={"rules_version": 9})
    ).status_code == 404
    assert (await shop.buyer.get(f"/v1/decisions/{decision['id']}")).json() == decision, "nothing has changed"
