"""A verdict names what it rests on, who bears which costs, and which sanctions it recommends."""

from typing import Any

from aftercare_events import VerdictGiven
from aftersale_shop import Shop
from published_policies import published


def cny(amount: int, currency: str = "CNY") -> dict[str, Any]:
    return {"amount": amount, "currency": currency}


VERDICT = {"liable": "seller", "remedy": "none", "grounds": "商家未能证明"}
COSTS = [
    {"kind": "testing", "bearer": "merchant", "amount": cny(3000)},
    {"kind": "return_freight", "bearer": "platform", "amount": cny(1200)},
]


async def reviewed(shop: Shop) -> tuple[str, str]:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    return case_id, dispute_id


async def test_a_verdict_cites_policies_names_costs_and_recommends_sanctions(shop: Shop) -> None:
    await published(shop, 1, "sha256:a", "sha256:b")
    await published(shop, 2, "sha256:a", "sha256:c")
    case_id, dispute_id = await reviewed(shop)
    cites = [{"article_id": "art_returns", "clause_id": "2", "version": 1}, {"article_id": "art_returns"}]
    sanctions = [{"code": "points", "subject": "merchant"}, {"code": "warn", "subject": "buyer"}]
    await shop.rule(dispute_id, "verdict", shop.arbitrator, **VERDICT, cites=cites, costs=COSTS, sanctions=sanctions)
    event = await shop.last(VerdictGiven)
    assert [(each.version, each.clause_id, each.clause_hash) for each in event.cites] == [
        (1, "2", "sha256:b"),
        (2, None, None),
    ]
    assert [(each.kind, each.bearer, each.amount_minor) for each in event.costs] == [
        ("testing", "merchant", 3000),
        ("return_freight", "platform", 1200),
    ]
    assert [(each.code, each.subject_id) for each in event.sanctions] == [("points", "m-1"), ("warn", "buyer-1")]
    for party in (shop.buyer, shop.seller):
        shown = (await party.get(f"/v1/disputes/{dispute_id}")).json()
        assert [each["clause_hash"] for each in shown["cites"]] == ["sha256:b", None]
        assert shown["costs"] == COSTS
        assert {each["code"] for each in shown["sanctions"]} == {"points", "warn"}
    [decision] = [
        each
        for each in (await shop.buyer.get(f"/v1/cases/{case_id}/decisions")).json()["data"]
        if each["kind"] == "verdict"
    ]
    assert [each.get("clause_hash") for each in decision["policy"]] == ["sha256:b", None]


async def test_the_costs_of_a_merchants_disputes_add_up_by_bearer(shop: Shop) -> None:
    _, dispute_id = await reviewed(shop)
    await shop.rule(dispute_id, "verdict", shop.arbitrator, **VERDICT, costs=[*COSTS, COSTS[0]])
    of_merchant = {"merchant_id": "m-1"}
    for reader in (shop.seller, shop.agent, shop.harness.client("admin", "admin-1")):
        found = (await reader.get("/v1/dispute-costs", params=of_merchant)).json()
        assert found["totals"] == [
            {"bearer": "merchant", "amount": cny(6000), "disputes": 1},
            {"bearer": "platform", "amount": cny(1200), "disputes": 1},
        ]
        assert len(found["data"]) == 3
        assert (await reader.get("/v1/dispute-costs", params={"dispute_id": dispute_id})).json() == found
    only = (await shop.agent.get("/v1/dispute-costs", params={**of_merchant, "bearer": "platform"})).json()
    assert [(each["kind"], each["dispute_id"]) for each in only["data"]] == [("return_freight", dispute_id)]
    other = shop.harness.client("seller", "seller-2", tenant="m-2")
    foreign = (await other.get("/v1/dispute-costs", params=of_merchant)).json()
    assert (foreign["data"], foreign["totals"]) == ([], [])
    for outsider in (shop.buyer, shop.arbitrator):
        shop.harness.problem(await outsider.get("/v1/dispute-costs", params=of_merchant), 403, "forbidden")


async def test_a_verdict_with_too_much_in_it_is_refused_and_changes_nothing(shop: Shop) -> None:
    await published(shop, 1, "sha256:a")
    case_id, dispute_id = await reviewed(shop)

    async def refused(code: str, pointer: str, **more: Any) -> None:
        response = await shop.arbitrator.post(f"/v1/disputes/{dispute_id}/verdict", json={**VERDICT, **more})
        problem = shop.harness.problem(response, 422, code)
        assert [each["pointer"] for each in problem["errors"]] == [pointer]

    await refused("policy_unknown", "/cites/0/article_id", cites=[{"article_id": "art_9"}])
    await refused("policy_unknown", "/cites/0/version", cites=[{"article_id": "art_returns", "version": 2}])
    unknown = [{"article_id": "art_returns"}, {"article_id": "art_returns", "clause_id": "7"}]
    await refused("clause_unknown", "/cites/1/clause_id", cites=unknown)
    usd = [COSTS[0], {**COSTS[1], "amount": cny(1, "USD")}]
    await refused("currency_mismatch", "/costs/1/amount/currency", costs=usd)
    await refused("cost_empty", "/costs/0/amount/amount", costs=[{**COSTS[0], "amount": cny(0)}])
    await refused("validation_failed", "/costs/0/bearer", costs=[{**COSTS[0], "bearer": "m-1"}])
    twice = [{"code": "warn", "subject": "buyer"}, {"code": "warn", "subject": "buyer"}]
    await refused("sanction_repeated", "/sanctions/1", sanctions=twice)
    assert (await shop.get(case_id))["state"] == "disputed"
    assert (await shop.agent.get("/v1/dispute-costs", params={"merchant_id": "m-1"})).json()["data"] == []
    await shop.rule(dispute_id, "verdict", shop.arbitrator, **VERDICT)
    second = await shop.arbitrator.post(f"/v1/disputes/{dispute_id}/verdict", json=VERDICT)
    shop.harness.problem(second, 409, "illegal_transition")
    other_buyer = shop.harness.client("buyer", "buyer-2")
    shop.harness.problem(await other_buyer.get(f"/v1/disputes/{dispute_id}"), 404, "not_found")
