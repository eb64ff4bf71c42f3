"""Feedback about articles: one per reader and version, counted for editors."""

import asyncio
from typing import Any

import httpx
from aftercare_chassis.testing import Harness
from aftercare_events import ArticleRated

ARTICLE = {
    "kind": "article",
    "language": "zh-CN",
    "title": "换货怎么收费",
    "body": "换货不收费，退回运费由责任方承担。",
}


async def published(agent: httpx.AsyncClient, slug: str = "exchange") -> str:
    article: dict[str, Any] = (await agent.post("/v1/articles", json=ARTICLE | {"slug": slug})).json()
    response = await agent.post(f"/v1/articles/{article['id']}/publish")
    assert response.status_code == 200, response.text
    return f"/v1/articles/{article['id']}"


async def test_a_reader_gives_one_feedback_per_version_and_may_change_it(empty_kb: Harness) -> None:
    agent, buyer = empty_kb.client("agent", "agent-1"), empty_kb.client("buyer", "buyer-1")
    path = await published(agent)
    first = await buyer.post(f"{path}/feedback", json={"helped": False, "comment": "没写赠品"})
    assert (first.status_code, first.headers["etag"]) == (200, '"v1"')
    assert (first.json()["version"], first.json()["helped"], first.json()["comment"]) == (1, False, "没写赠品")
    changed = (await buyer.post(f"{path}/feedback", json={"helped": True})).json()
    assert (changed["id"], changed["helped"], changed["comment"]) == (first.json()["id"], True, None)
    counts = (await agent.get(f"{path}/helpfulness")).json()["data"]
    assert counts == [{"version": 1, "helped": 1, "not_helped": 0}]
    given = [event for event in await empty_kb.published() if isinstance(event, ArticleRated)]
    assert [(each.helped, each.commented, each.result) for each in given] == [
        (False, True, "not_helped"),
        (True, False, "helped"),
    ]
    assert "赠品" not in given[0].model_dump_json(), "what people write is in no event"


async def test_each_version_is_counted_by_itself(empty_kb: Harness) -> None:
    agent, buyer = empty_kb.client("agent", "agent-1"), empty_kb.client("buyer", "buyer-1")
    path = await published(agent)
    await buyer.post(f"{path}/feedback", json={"helped": False})
    await agent.patch(path, json={"body": "换货免费。"})
    await agent.post(f"{path}/publish")
    assert (await buyer.post(f"{path}/feedback", json={"helped": True})).json()["version"] == 2
    assert (await buyer.post(f"{path}/feedback", json={"helped": True, "version": 1})).json()["version"] == 1
    counts = (await agent.get(f"{path}/helpfulness")).json()["data"]
    assert counts == [
        {"version": 2, "helped": 1, "not_helped": 0},
        {"version": 1, "helped": 1, "not_helped": 0},
    ]
    empty_kb.problem(await buyer.post(f"{path}/feedback", json={"helped": True, "version": 3}), 404, "not_found")


async def test_editors_read_comments_without_who_wrote_them(empty_kb: Harness) -> None:
    agent, buyer = empty_kb.client("agent", "agent-1"), empty_kb.client("buyer", "buyer-1")
    path = await published(agent)
    await buyer.post(f"{path}/feedback", json={"helped": False, "comment": "看不懂"})
    await empty_kb.client("seller", "seller-1", "m-1").post(f"{path}/feedback", json={"helped": True})
    everything = (await agent.get(f"{path}/feedback")).json()["data"]
    assert [(each["helped"], each["comment"]) for each in everything] == [(True, None), (False, "看不懂")]
    assert "buyer-1" not in str(everything)
    [commented] = (await agent.get(f"{path}/feedback", params={"commented": True})).json()["data"]
    assert commented["comment"] == "看不懂"
    assert (await agent.get(f"{path}/feedback", params={"version": 2})).json()["data"] == []
    empty_kb.problem(await buyer.get(f"{path}/feedback"), 403, "forbidden")


async def test_articles_that_help_least_come_first(empty_kb: Harness) -> None:
    agent = empty_kb.client("agent", "agent-1")
    opinions = {"good": [True] * 3, "bad": [False] * 3, "hardly-known": [False]}
    for slug, given in opinions.items():
        path = await published(agent, slug)
        for number, helped in enumerate(given):
            await empty_kb.client("buyer", f"buyer-{number}").post(f"{path}/feedback", json={"helped": helped})
    listed, cursor = [], None
    while True:
        params = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        page = (await agent.get("/v1/article-helpfulness", params=params)).json()
        listed += [(each["slug"], each["unhelped_per_mille"]) for each in page["data"]]
        cursor = page.get("next_cursor")
        if not page["has_more"]:
            break
    assert listed == [("bad", 800), ("hardly-known", 667), ("good", 200)], "one opinion weighs less than three"
    assert (await agent.get("/v1/article-helpfulness", params={"language": "en"})).json()["data"] == []


async def test_two_first_ones_of_a_reader_at_the_same_time_are_one(empty_kb: Harness) -> None:
    agent, buyer = empty_kb.client("agent", "agent-1"), empty_kb.client("buyer", "buyer-1")
    path = await published(agent)
    responses = await asyncio.gather(*(buyer.post(f"{path}/feedback", json={"helped": True}) for _ in range(4)))
    assert {response.status_code for response in responses} == {200}
    assert len({response.json()["id"] for response in responses}) == 1
    assert (await agent.get(f"{path}/helpfulness")).json()["data"] == [{"version": 1, "helped": 1, "not_helped": 0}]
