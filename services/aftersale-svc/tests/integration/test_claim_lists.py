"""The lists of claims: several values of a filter, and their orders."""

from typing import Any

from aftersale_shop import Shop
from refused_parcels_back import PARCEL


async def listed(shop: Shop, path: str, **params: Any) -> list[str]:
    """The ids of all pages, two claims on each."""
    found: list[str] = []
    page: dict[str, Any] = {"next_cursor": ""}
    while page["next_cursor"] is not None:
        more = {"cursor": page["next_cursor"]} if page["next_cursor"] else {}
        page = (await shop.agent.get(f"/v1/{path}", params={"limit": 2, **params, **more})).json()
        found += [each["id"] for each in page["data"]]
    return found


async def test_claims_to_refused_goods_are_listed_by_states_and_deadlines(shop: Shop) -> None:
    await shop.delivered()
    claims = []
    for _ in range(3):
        case = await shop.arrived(1)
        refused = await shop.inspect(case["id"], 0, reason="parts_missing")
        await shop.act(shop.buyer, case["id"], "accept")
        claims.append((await shop.get(refused["id"]))["refused_goods_claims"][0]["id"])
        shop.clock.advance(hours=24)
    first = (await shop.agent.get(f"/v1/refused-goods-claims/{claims[0]}")).json()
    await shop.act(shop.seller, first["case_id"], "return-refused-goods", **PARCEL)
    path = "refused-goods-claims"
    assert await listed(shop, path) == claims[::-1]
    assert await listed(shop, path, sort="oldest") == claims
    assert await listed(shop, path, state=["await_dispatch", "delivered"]) == claims[:0:-1]
    assert await listed(shop, path, state=["await_dispatch", "in_transit"], sort="oldest") == claims
    due = {each: (await shop.agent.get(f"/v1/{path}/{each}")).json()["deadline_at"] for each in claims}
    by_deadline = sorted(claims, key=lambda each: due[each])
    assert by_deadline != claims, "the goods on their way have the latest deadline"
    assert await listed(shop, path, sort="deadline") == by_deadline
    assert await listed(shop, path, sort="-deadline") == by_deadline[::-1]
    assert await listed(shop, path, sort="deadline", whose_turn=["merchant", "agent"]) == [*claims[1:]]


async def test_claims_on_couriers_are_listed_by_causes_and_turns(shop: Shop) -> None:
    await shop.shipped()
    case = await shop.case(1, type_="refund_only", reason="damaged_in_transit")
    [damaged] = await listed(shop, "courier-claims")
    opened = await shop.agent.post(f"/v1/cases/{case['id']}/courier-claims", json={"cause": "lost"})
    lost = opened.json()["id"]
    assert await listed(shop, "courier-claims", cause=["lost", "damaged"], sort="oldest") == [damaged, lost]
    assert await listed(shop, "courier-claims", cause=["lost"]) == [lost]
    assert await listed(shop, "courier-claims", carrier=["sf", "zto"], state=["filed", "drafted"]) == [lost, damaged]
    unknown = await shop.agent.get("/v1/courier-claims", params={"sort": "amount"})
    assert unknown.status_code == 422
