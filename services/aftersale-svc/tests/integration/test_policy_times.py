"""Which version of a policy a decision cites by the times from which and until which versions are in force."""

from typing import Any

from aftercare_events import ArticleVersionWithdrawn
from aftersale_shop import RETURN_ADDRESS, Shop
from published_policies import published


async def approved(shop: Shop, *policy: dict[str, Any]) -> dict[str, Any]:
    """The decision of an approval that cites this."""
    case = await shop.case(1)
    await shop.act(shop.seller, case["id"], "approve", return_address=RETURN_ADDRESS, policy=list(policy))
    [decision] = (await shop.buyer.get(f"/v1/cases/{case['id']}/decisions")).json()["data"]
    return decision


async def withdrawn(shop: Shop, version: int, slug: str = "returns") -> None:
    about = {"article_id": f"art_{slug}", "kind": "policy", "slug": slug, "language": "zh-CN", "result": "withdrawn"}
    who = {"affected_party": "public", "applicant": "agent-1", "handler": "agent-1", "time": shop.clock.now()}
    event = ArticleVersionWithdrawn(**about, **who, article_version=version, effective_at=shop.clock.now())
    await shop.harness.consume(event)


async def test_a_decision_cites_the_version_that_is_in_force_at_its_time(shop: Shop) -> None:
    await shop.delivered()
    await published(shop, 1, "a")
    await published(shop, 2, "b", hours=3)
    await published(shop, 3, "c", hours=6, until=9)
    await published(shop, 4, "d", hours=7)
    await withdrawn(shop, 4)
    found = []
    for hours in (2, 2, 5):
        shop.clock.advance(hours=hours)
        found.append([each["version"] for each in (await approved(shop))["policy"]])
    assert found == [[1], [2], []], "before 3 hours, from then on, and after 9, when nothing comes back"


async def test_a_policy_that_has_expired_is_not_cited_as_the_one_in_force(shop: Shop) -> None:
    await shop.delivered()
    await published(shop, 1, "a")
    await published(shop, 2, "b", hours=1, until=2)
    shop.clock.advance(hours=1)
    named = {"article_id": "art_returns"}
    assert [each["version"] for each in (await approved(shop, named))["policy"]] == [2]
    shop.clock.advance(hours=1)
    case = await shop.case(1)
    body = {"return_address": RETURN_ADDRESS, "policy": [named]}
    refused = await shop.seller.post(f"/v1/cases/{case['id']}/approve", json=body)
    shop.harness.problem(refused, 422, "policy_unknown")
