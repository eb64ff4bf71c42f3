"""Tags of conversations, which those of the platform see and filter by."""

from typing import Any

import httpx
from cs_desk import Desk
from queue_desk import done


async def tag(desk: Desk, name: str, **fields: Any) -> dict[str, Any]:
    body = {"name_zh": "等待仓库", "name_en": "Awaits the warehouse", **fields}
    return done(await desk.admin.put(f"/v1/tags/{name}", json=body))


async def give(desk: Desk, conversation: dict[str, Any], *tags: str) -> httpx.Response:
    return await desk.agent.post(f"/v1/conversations/{conversation['id']}/tag", json={"tags": list(tags)})


async def listed(client: httpx.AsyncClient, query: str) -> list[str]:
    return [each["id"] for each in done(await client.get(f"/v1/conversations?{query}"))["data"]]


async def test_agents_filter_conversations_by_their_tags(prepared: Desk) -> None:
    await tag(prepared, "warehouse")
    await tag(prepared, "vip")
    first, second = await prepared.conversation(), await prepared.conversation()
    assert done(await give(prepared, first, "warehouse", "vip"))["tags"] == ["vip", "warehouse"]
    done(await give(prepared, second, "vip"))
    assert await listed(prepared.agent, "tag=warehouse") == [first["id"]]
    assert await listed(prepared.agent, "tag=vip") == [second["id"], first["id"]]
    assert done(await give(prepared, first, "vip"))["tags"] == ["vip"]
    assert await listed(prepared.agent, "tag=warehouse") == []
    assert [event.tags for event in await prepared.events("ConversationTagged")] == [
        ("vip", "warehouse"),
        ("vip",),
        ("vip",),
    ]


async def test_buyers_and_merchants_see_no_tags(prepared: Desk) -> None:
    await tag(prepared, "difficult-customer")
    opened, other = await prepared.conversation(), await prepared.conversation()
    done(await give(prepared, opened, "difficult-customer"))
    for client in (prepared.buyer, prepared.seller):
        assert "difficult" not in (await client.get(f"/v1/conversations/{opened['id']}")).text
        # Their filter has no effect: what it leaves out would show who has the tag.
        assert await listed(client, "tag=difficult-customer") == [other["id"], opened["id"]]
        prepared.harness.problem(await client.get("/v1/tags"), 403, "forbidden")


async def test_a_retired_tag_stays_where_it_is_and_is_given_no_more(prepared: Desk) -> None:
    await tag(prepared, "vip")
    first, second = await prepared.conversation(), await prepared.conversation()
    done(await give(prepared, first, "vip"))
    assert (await tag(prepared, "vip", retired=True))["retired"] is True
    assert prepared.harness.problem(await give(prepared, second, "vip"), 422, "tag_unknown")["value"] == "vip"
    assert done(await give(prepared, first, "vip"))["tags"] == ["vip"]


async def test_a_tag_that_does_not_exist_is_refused(prepared: Desk) -> None:
    opened = await prepared.conversation()
    refused = prepared.harness.problem(await give(prepared, opened, "a", "b"), 422, "tag_unknown")
    assert (refused["value"], refused["errors"][0]["pointer"]) == ("a, b", "/tags")
    await tag(prepared, "vip")
    assert [each["id"] for each in done(await prepared.agent.get("/v1/tags"))["data"]] == ["vip"]
    stale = await prepared.admin.put(
        "/v1/tags/vip", json={"name_zh": "?", "name_en": "?"}, headers={"If-Match": '"v9"'}
    )
    prepared.harness.problem(stale, 412, "stale_version")
