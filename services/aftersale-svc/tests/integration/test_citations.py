"""Every decision of a person may cite policies, in one way: what was not published is refused, and what was is recorded."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from aftercare_chassis.testing import Harness
from aftercare_events.catalogue.courier_claims import CourierClaimClosed
from aftercare_events.catalogue.guarantee_claims import GuaranteeClaimApproved, GuaranteeClaimDeclined
from aftersale_shop import HASH, RETURN_ADDRESS, Shop
from aftersale_svc import main
from checked_files import files_of
from published_policies import published
from test_guarantee_claims import deposited

CITED = {"article_id": "art_returns", "clause_id": "1"}
LINES = [{"line_id": "line_1", "accepted": 2}]
Prepared = tuple[httpx.AsyncClient, str, dict[str, Any]]
"""Who decides, by which route, with which body."""


def cny(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}


@pytest.fixture
async def shop(postgres_url: str) -> AsyncIterator[Shop]:
    """A shop with fast exchanges and insured returns, in which a policy of two clauses is in force."""
    async with Harness.start(main.service, postgres_url) as harness:
        shop = Shop(harness)
        await shop.setting("fast-exchange", allowed=True)
        await shop.setting("freight-insurance", limits=[cny(1000)])
        await shop.delivered()
        await published(shop, 1, "a", "b")
        yield shop


async def escalated(shop: Shop, **more: Any) -> str:
    case = await shop.case(2, **more)
    return str((await shop.act(shop.seller, case["id"], "escalate"))["id"])


async def offered(shop: Shop) -> Prepared:
    case = await shop.case(2)
    return shop.seller, f"cases/{case['id']}/offer", {"type": "refund_only", "amount": cny(3000)}


async def countered(shop: Shop) -> Prepared:
    client, path, body = await offered(shop)
    await client.post(f"/v1/{path}", json=body)
    case_id = path.split("/")[1]
    await shop.act(shop.buyer, case_id, "counter-offer", type="refund_only", amount=cny(4000))
    return shop.seller, f"cases/{case_id}/accept-offer", {}


async def inspected(shop: Shop) -> Prepared:
    return shop.seller, f"cases/{(await shop.arrived(2))['id']}/inspect", {"lines": LINES}


async def refused(shop: Shop) -> Prepared:
    lines = [{**LINES[0], "accepted": 0}]
    return shop.seller, f"cases/{(await shop.arrived(2))['id']}/inspect", {"lines": lines, "reason": "no_defect_found"}


async def granted(shop: Shop) -> Prepared:
    line = {"line_id": "line_1", "quantity": 1, "reference_price": cny(9000), "checked_price": cny(8000)}
    case = await shop.case(type_="price_adjust", reason="price_dropped", lines=[line])
    body = {"lines": [{"line_id": "line_1", "amount": cny(500)}], "reason": "reason_untrue"}
    return shop.seller, f"cases/{case['id']}/grant", body


async def refunded(shop: Shop) -> Prepared:
    return shop.agent, f"cases/{await escalated(shop, type_='refund_only')}/refund", {}


async def closed(shop: Shop) -> Prepared:
    return shop.agent, f"cases/{await escalated(shop)}/close", {"note": "?"}


async def out_of_stock(shop: Shop) -> Prepared:
    case = await shop.case(1, type_="reship_parts", reason="short_quantity")
    await shop.act(shop.seller, case["id"], "approve")
    return shop.seller, f"cases/{case['id']}/no-stock", {}


async def reshipped(shop: Shop) -> Prepared:
    client, path, _ = await out_of_stock(shop)
    case_id = path.split("/")[1]
    await shop.act(client, case_id, "ship-replacement", carrier="zto", waybill_no="73100001")
    await shop.act(shop.buyer, case_id, "report-anomaly", anomaly="damaged")
    return shop.agent, f"cases/{case_id}/reship", {}


async def held(shop: Shop, action: str) -> Prepared:
    case = await shop.case(2, type_="fast_exchange")
    await shop.act(shop.seller, case["id"], "approve", return_address=RETURN_ADDRESS)
    await shop.act(shop.buyer, case["id"], "agree-hold")
    await shop.act(shop.seller, case["id"], "ship-replacement", carrier="zto", waybill_no="73100001")
    await shop.act(shop.buyer, case["id"], "confirm-replacement")
    await shop.act(shop.buyer, case["id"], "ship", carrier="sf", waybill_no="SF1001")
    await shop.parcel("SF1001")
    await shop.inspect(case["id"], 1, reason="no_defect_found")
    return shop.agent, f"cases/{case['id']}/{action}", {}


async def released(shop: Shop) -> Prepared:
    return await held(shop, "release-hold")


async def claimed(shop: Shop) -> Prepared:
    return await held(shop, "claim-hold")


async def unpaid(shop: Shop) -> str:
    """A case whose refund the provider has declined; its id."""
    case = await shop.case(2, type_="refund_only")
    await shop.act(shop.seller, case["id"], "approve")
    await shop.refund_fails()
    await files_of(shop, HASH)
    return str(case["id"])


async def stated(shop: Shop) -> Prepared:
    body = {"method": "bank_transfer", "reference": "B-1", "evidence": [HASH]}
    return shop.seller, f"cases/{await unpaid(shop)}/state-offline-refund", body


async def on_deposit(shop: Shop) -> str:
    await deposited(shop, 100000)
    opened = await shop.buyer.post(
        f"/v1/cases/{await unpaid(shop)}/guarantee-claims", json={"kind": "merchant_deposit"}
    )
    assert opened.status_code == 201, opened.text
    return f"guarantee-claims/{opened.json()['id']}"


async def agreed(shop: Shop) -> Prepared:
    return shop.seller, f"{await on_deposit(shop)}/agree", {}


async def owed(shop: Shop) -> Prepared:
    path = await on_deposit(shop)
    await shop.seller.post(f"/v1/{path}/object", json={})
    return shop.agent, f"{path}/approve", {"amount": cny(100)}


async def nothing_owed(shop: Shop) -> Prepared:
    _, path, _ = await owed(shop)
    return shop.agent, path.replace("/approve", "/decline"), {"reason": "not_covered"}


async def withdrawn(shop: Shop) -> Prepared:
    return shop.agent, f"{await on_deposit(shop)}/cancel", {}


async def given_up(shop: Shop) -> Prepared:
    case = await shop.case(1, reason="damaged_in_transit")
    [claim] = (await shop.seller.get("/v1/courier-claims", params={"case_id": case["id"]})).json()["data"]
    return shop.seller, f"courier-claims/{claim['id']}/abandon", {}


async def confirmed(shop: Shop) -> Prepared:
    _, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    await shop.verdict(dispute_id, None, "none")
    await shop.rule(dispute_id, "appeal", shop.buyer, grounds="?")
    second = shop.harness.client("arbitrator", "arb-2")
    return second, f"disputes/{dispute_id}/confirm-verdict", {"grounds": "?"}


@pytest.mark.parametrize(
    ("prepare", "outcome"),
    [
        (offered, "made"),
        (countered, "accepted"),
        (inspected, "accepted"),
        (refused, "refused"),
        (granted, "approved"),
        (refunded, "refunded"),
        (closed, "closed"),
        (out_of_stock, "no_stock"),
        (reshipped, "resent"),
        (released, "hold_released"),
        (claimed, "hold_claimed"),
        (stated, "stated_offline"),
        (agreed, "agreed"),
        (owed, "owed"),
        (nothing_owed, "nothing_owed"),
        (withdrawn, "cancelled"),
        (given_up, "given_up"),
        (confirmed, "confirmed"),
    ],
)
async def test_a_decision_cites_what_was_published_and_nothing_else(
    shop: Shop, prepare: Callable[[Shop], Awaitable[Prepared]], outcome: str
) -> None:
    client, path, body = await prepare(shop)
    field = "cites" if path.startswith("disputes/") else "policy"
    before = await shop.harness.published()
    for wrong, code, pointer in (
        ({"article_id": "art_none"}, "policy_unknown", "article_id"),
        ({**CITED, "clause_id": "9"}, "clause_unknown", "clause_id"),
    ):
        response = await client.post(f"/v1/{path}", json={**body, field: [wrong]})
        problem = shop.harness.problem(response, 422, code)
        assert problem["errors"][0]["pointer"] == f"/{field}/0/{pointer}"
    assert await shop.harness.published() == before, "nothing has changed"
    done = await client.post(f"/v1/{path}", json={**body, field: [CITED]})
    assert done.status_code == 200, done.text
    case_id = done.json().get("case_id") or done.json()["id"]
    decided = (await shop.seller.get(f"/v1/cases/{case_id}/decisions")).json()["data"][-1]
    assert (decided["outcome"], decided["basis"]) == (outcome, "person")
    [policy] = decided["policy"]
    assert (policy["article_id"], policy["version"], policy["clause_hash"]) == ("art_returns", 1, "a")
    replayed = (await shop.seller.post(f"/v1/decisions/{decided['id']}/replay", params={"policy": 1})).json()
    assert replayed["unchanged"] is True


async def test_a_decision_about_a_claim_has_its_facts_and_is_named_by_its_step(shop: Shop) -> None:
    client, path, body = await owed(shop)
    claim = (await client.post(f"/v1/{path}", json={**body, "policy": [CITED]})).json()
    [*_, decided] = (await shop.buyer.get(f"/v1/cases/{claim['case_id']}/decisions")).json()["data"]
    assert (decided["kind"], decided["claim_id"], decided["decided_by"]) == ("guarantee_claim", claim["id"], "agent-1")
    facts = decided["facts"]
    assert (facts["guarantee"], facts["claimed_minor"], facts["awarded_minor"]) == ("merchant_deposit", 19133, 100)
    assert (facts["claim_state"], facts["merchant_silent"], facts["type"]) == ("platform_review", False, "refund_only")
    event = await shop.last(GuaranteeClaimApproved)
    assert (event.decision_id, event.policy_article_id, event.policy_version) == (decided["id"], "art_returns", 1)
    steps = (await shop.buyer.get(f"/v1/guarantee-claims/{claim['id']}")).json()["steps"]
    assert [(each["action"], each["decision_id"]) for each in steps] == [
        ("open", None),
        ("object", None),
        ("approve", decided["id"]),
    ]


async def test_without_a_citation_the_policy_about_guarantees_is_recorded(shop: Shop) -> None:
    await published(shop, 1, "g", slug="guarantees")
    client, path, body = await nothing_owed(shop)
    claim = (await client.post(f"/v1/{path}", json=body)).json()
    [*_, decided] = (await shop.buyer.get(f"/v1/cases/{claim['case_id']}/decisions")).json()["data"]
    assert (decided["reason"], [each["slug"] for each in decided["policy"]]) == ("not_covered", ["guarantees"])
    assert (await shop.last(GuaranteeClaimDeclined)).decision_id == decided["id"]


async def test_buyers_do_not_see_what_is_decided_about_claims_on_couriers(shop: Shop) -> None:
    client, path, _ = await given_up(shop)
    claim = (await client.post(f"/v1/{path}", json={})).json()
    [decided] = (await shop.seller.get(f"/v1/cases/{claim['case_id']}/decisions")).json()["data"]
    assert (decided["kind"], decided["facts"]["cause"]) == ("courier_claim", "damaged")
    assert (await shop.last(CourierClaimClosed)).decision_id == decided["id"]
    assert (await shop.buyer.get(f"/v1/cases/{claim['case_id']}/decisions")).json()["data"] == []
    assert (await shop.buyer.get(f"/v1/decisions/{decided['id']}")).status_code == 404


async def test_what_a_buyer_withdraws_is_no_decision(shop: Shop) -> None:
    path = await on_deposit(shop)
    claim = (await shop.buyer.post(f"/v1/{path}/cancel", json={})).json()
    outcomes = [
        each["outcome"] for each in (await shop.buyer.get(f"/v1/cases/{claim['case_id']}/decisions")).json()["data"]
    ]
    assert outcomes == ["approved"]
