"""Articles over the API: drafts, editions, retirement, and who may see what."""

import asyncio
from typing import Any

import httpx
import pytest
from aftercare_chassis.testing import Harness
from aftercare_chassis.testing.waiting import until
from aftercare_events import ArticleDrafted, ArticlePublished, ArticleRetired
from kb_svc.tables.search_index import CORPUS, FREQUENCIES

RETURNS = {
    "kind": "policy",
    "slug": "returns",
    "language": "zh-CN",
    "title": "七天无理由退货",
    "body": "签收后七天内可以退货。",
}


async def drafted(client: httpx.AsyncClient, **changed: Any) -> dict[str, Any]:
    response = await client.post("/v1/articles", json={**RETURNS, **changed})
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


async def published(client: httpx.AsyncClient, **changed: Any) -> dict[str, Any]:
    article = await drafted(client, **changed)
    response = await client.post(f"/v1/articles/{article['id']}/publish")
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def test_an_agent_drafts_an_article(empty_kb: Harness) -> None:
    agent = empty_kb.client("agent", "agent-1")
    response = await agent.post("/v1/articles", json=RETURNS)
    article = response.json()
    assert response.status_code == 201
    assert article["id"].startswith("art_")
    assert {name: article[name] for name in (*RETURNS, "state", "version")} == {
        **RETURNS,
        "state": "draft",
        "version": 0,
    }
    assert response.headers["etag"] == '"v1"'
    [event] = await empty_kb.published()
    assert isinstance(event, ArticleDrafted)
    assert (event.article_id, event.handler, event.applicant, event.result) == (
        article["id"],
        "agent-1",
        "agent-1",
        "draft",
    )


async def test_each_publication_is_a_version_that_never_changes(empty_kb: Harness) -> None:
    agent, buyer = empty_kb.client("agent", "agent-1"), empty_kb.client("buyer", "buyer-1")
    article = await published(agent)
    path = f"/v1/articles/{article['id']}"
    assert (article["version"], article["state"]) == (1, "published")
    draft = (await agent.patch(path, json={"body": "签收后十五天内可以退货。"})).json()
    assert (draft["next_version"], draft["title"]) == (2, RETURNS["title"])
    assert (await buyer.get(path)).json()["body"] == RETURNS["body"]
    second = (await agent.post(f"{path}/publish")).json()
    assert (second["version"], second["body"]) == (2, "签收后十五天内可以退货。")
    newest, first = [(await buyer.get(path, params=params)).json() for params in ({}, {"version": 1})]
    assert (newest["version"], newest["body"]) == (2, second["body"])
    assert (first["version"], first["body"], first["body_hash"]) == (1, RETURNS["body"], article["body_hash"])
    history = (await buyer.get(f"{path}/versions")).json()["data"]
    assert [(each["version"], each["body_hash"]) for each in history] == [
        (2, second["body_hash"]),
        (1, article["body_hash"]),
    ]


async def test_the_terms_of_a_clause_are_published_and_bad_ones_refused(empty_kb: Harness) -> None:
    agent = empty_kb.client("agent", "agent-1")
    body = '七天内可以退货。\n\n```terms\n{"window_days": 7}\n```'
    article = await published(agent, body=body)
    event = (await empty_kb.published())[-1]
    assert isinstance(event, ArticlePublished)
    [clause] = event.clauses
    assert (clause.window_days, clause.types) == (7, None)
    wrong = body.replace("7", '"seven"')
    path = f"/v1/articles/{article['id']}"
    for response in (
        await agent.patch(path, json={"body": wrong}),
        await agent.post("/v1/articles", json={**RETURNS, "slug": "other", "body": wrong}),
    ):
        problem = empty_kb.problem(response, 422, "clause_terms_invalid")
        assert (problem["clause_id"], problem["field"]) == ("0", "window_days")
    explains = {**RETURNS, "slug": "help", "kind": "article", "body": wrong}
    assert (await agent.post("/v1/articles", json=explains)).status_code == 201, "nothing of it is cited"


async def test_every_change_is_an_event_in_order(empty_kb: Harness) -> None:
    agent = empty_kb.client("agent", "agent-1")
    article = await published(agent)
    await agent.post(f"/v1/articles/{article['id']}/retire")
    envelopes = await empty_kb.envelopes()
    assert [envelope.sequence for envelope in envelopes] == [1, 2, 3]
    events = await empty_kb.published()
    assert [type(event) for event in events] == [ArticleDrafted, ArticlePublished, ArticleRetired]
    event = events[1]
    assert isinstance(event, ArticlePublished)
    assert (event.article_version, event.body_hash, event.result) == (1, article["body_hash"], "published")


async def test_only_editors_see_a_draft(empty_kb: Harness) -> None:
    agent, buyer = empty_kb.client("agent", "agent-1"), empty_kb.client("buyer", "buyer-1")
    article = await drafted(agent)
    path = f"/v1/articles/{article['id']}"
    assert (await agent.get(path)).json()["body"] == RETURNS["body"]
    empty_kb.problem(await buyer.get(path), 404, "not_found")
    empty_kb.problem(await buyer.get(f"{path}/versions"), 404, "not_found")
    empty_kb.problem(await buyer.get(f"{path}/draft"), 403, "forbidden")
    assert (await buyer.get("/v1/articles")).json()["data"] == []
    assert [each["id"] for each in (await agent.get("/v1/articles")).json()["data"]] == [article["id"]]


async def test_a_retired_article_is_read_by_version_but_not_listed(empty_kb: Harness) -> None:
    agent, buyer = empty_kb.client("admin", "admin-1"), empty_kb.client("buyer", "buyer-1")
    article = await published(agent)
    path = f"/v1/articles/{article['id']}"
    assert (await agent.post(f"{path}/retire")).json()["state"] == "retired"
    cited = (await buyer.get(path, params={"version": 1})).json()
    assert (cited["state"], cited["body"]) == ("retired", RETURNS["body"])
    assert (await buyer.get("/v1/articles")).json()["data"] == []
    empty_kb.problem(await buyer.get("/v1/articles", params={"state": "retired"}), 403, "forbidden")
    empty_kb.problem(await agent.patch(path, json={"body": "x"}), 409, "illegal_transition")
    empty_kb.problem(await agent.post(f"{path}/publish"), 409, "illegal_transition")
    assert (await drafted(agent))["state"] == "draft"  # the slug is free again


async def test_a_slug_is_unique_per_language(empty_kb: Harness) -> None:
    agent = empty_kb.client("agent", "agent-1")
    article = await drafted(agent)
    refused = empty_kb.problem(await agent.post("/v1/articles", json=RETURNS), 409, "slug_taken")
    assert refused["article_id"] == article["id"]
    assert (await drafted(agent, language="en", title="Returns"))["language"] == "en"


async def test_concurrent_drafts_with_one_slug_create_one_article(empty_kb: Harness) -> None:
    agent = empty_kb.client("agent", "agent-1")
    responses = await asyncio.gather(*(agent.post("/v1/articles", json=RETURNS) for _ in range(8)))
    assert sorted(response.status_code for response in responses) == [201] + [409] * 7


OTHER = """
INSERT INTO articles (id, version, kind, slug, language, state, title, published, created_by, created_at)
VALUES ('art_other', 1, 'policy', 'returns', 'zh-CN', 'draft', 'Returns', 0, 'agent-1', now())
"""
WAITING = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def test_a_draft_that_another_one_overtakes_is_refused_with_its_article(empty_kb: Harness) -> None:
    pool = empty_kb.runtime.pool
    async with pool.acquire() as connection, asyncio.TaskGroup() as tasks, connection.transaction():
        await connection.execute(OTHER)
        second = tasks.create_task(empty_kb.client("agent", "agent-1").post("/v1/articles", json=RETURNS))
        await until(lambda: pool.fetchval(WAITING), "a draft that waits for the other one")
    refused = empty_kb.problem(second.result(), 409, "slug_taken")
    assert refused["article_id"] == "art_other"


async def test_publishing_needs_a_draft(empty_kb: Harness) -> None:
    agent = empty_kb.client("agent", "agent-1")
    article = await published(agent)
    empty_kb.problem(await agent.post(f"/v1/articles/{article['id']}/publish"), 409, "nothing_to_publish")


async def test_concurrent_publications_are_all_indexed(empty_kb: Harness) -> None:
    agent = empty_kb.client("agent", "agent-1")
    ids = [(await drafted(agent, slug=f"s-{i}"))["id"] for i in range(8)]
    responses = await asyncio.gather(*(agent.post(f"/v1/articles/{each}/publish") for each in ids))
    assert {response.status_code for response in responses} == {200}
    await asyncio.gather(*(agent.post(f"/v1/articles/{each}/retire") for each in ids[:3]))
    hits = (await agent.get("/v1/search", params={"q": "退货", "limit": 20})).json()["data"]
    assert {hit["id"] for hit in hits} == set(ids[3:])
    async with empty_kb.runtime.reader() as reader:
        corpus = await reader.one(CORPUS)
        frequencies = await reader.all(FREQUENCIES, terms=["退货"])
    assert corpus is not None
    assert corpus.documents == 5
    assert [row["documents"] for row in frequencies] == [5]


async def test_a_stale_if_match_is_refused(empty_kb: Harness) -> None:
    agent = empty_kb.client("agent", "agent-1")
    article = await published(agent)
    path = f"/v1/articles/{article['id']}"
    tag = (await agent.get(path)).headers["etag"]
    await agent.patch(path, json={"title": "新题目"})
    empty_kb.problem(await agent.post(f"{path}/publish", headers={"If-Match": tag}), 412, "stale_version")
    fresh = (await agent.get(f"{path}/draft")).headers["etag"]
    assert (await agent.post(f"{path}/publish", headers={"If-Match": fresh})).json()["title"] == "新题目"


async def test_a_repeated_request_publishes_once(empty_kb: Harness) -> None:
    agent = empty_kb.client("agent", "agent-1")
    article = await drafted(agent)
    path, key = f"/v1/articles/{article['id']}/publish", {"Idempotency-Key": "once"}
    first, again = await agent.post(path, headers=key), await agent.post(path, headers=key)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize("role", ["buyer", "seller", "arbitrator", "supplier", "courier"])
async def test_other_roles_only_read(empty_kb: Harness, role: str) -> None:
    article = await published(empty_kb.client("agent", "agent-1"))
    other, path = empty_kb.client(role, "x-1", "m-1"), f"/v1/articles/{article['id']}"
    assert (await other.get(path)).status_code == 200
    empty_kb.problem(await other.post("/v1/articles", json=RETURNS), 403, "forbidden")
    empty_kb.problem(await other.patch(path, json={}), 403, "forbidden")
    empty_kb.problem(await other.post(f"{path}/publish"), 403, "forbidden")
    empty_kb.problem(await other.post(f"{path}/retire"), 403, "forbidden")


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"kind": "poem"}, "/kind"),
        ({"slug": "Not A Slug"}, "/slug"),
        ({"slug": "a" * 101}, "/slug"),
        ({"language": "fr"}, "/language"),
        ({"title": ""}, "/title"),
        ({"title": "a\x00b"}, "/title"),
        ({"title": "x" * 201}, "/title"),
        ({"body": "  \n "}, "/body"),
        ({"body": "a\x00b"}, "/body"),
        ({"body": "x" * 20_001}, "/body"),
        ({"body": 7}, "/body"),
        ({"unknown": 1}, "/unknown"),
    ],
)
async def test_invalid_fields_are_refused(empty_kb: Harness, changed: dict[str, Any], pointer: str) -> None:
    agent = empty_kb.client("agent", "agent-1")
    refused = empty_kb.problem(await agent.post("/v1/articles", json={**RETURNS, **changed}), 422, "validation_failed")
    assert [error["pointer"] for error in refused["errors"]] == [pointer]
    assert await empty_kb.published() == []


@pytest.mark.parametrize(
    "path", ["/v1/articles/art_unknown", "/v1/articles/art_unknown/draft", "/v1/articles/art_x/versions"]
)
async def test_an_unknown_article_is_not_found(empty_kb: Harness, path: str) -> None:
    empty_kb.problem(await empty_kb.client("agent", "agent-1").get(path), 404, "not_found")


@pytest.mark.parametrize("version", ["0", "-1", "x", "99999999999999999999"])
async def test_versions_are_positive_numbers(empty_kb: Harness, version: str) -> None:
    article = await published(empty_kb.client("agent", "agent-1"))
    response = await empty_kb.client("buyer", "b-1").get(f"/v1/articles/{article['id']}", params={"version": version})
    assert response.status_code == 422


async def test_lists_are_filtered_and_paged(empty_kb: Harness) -> None:
    agent = empty_kb.client("agent", "agent-1")
    ids = [(await published(agent, slug=f"s-{i}", language=("en", "zh-CN")[i % 2]))["id"] for i in range(5)]
    reader, seen, cursor = empty_kb.client("buyer", "buyer-1"), [], None
    while True:
        page = (await reader.get("/v1/articles", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [each["id"] for each in page["data"]]
        cursor = page.get("next_cursor")
        if not page["has_more"]:
            break
    assert seen == ids[::-1]
    english = (await reader.get("/v1/articles", params={"language": "en"})).json()["data"]
    assert [each["slug"] for each in english] == ["s-4", "s-2", "s-0"]
    empty_kb.problem(await reader.get("/v1/articles", params={"cursor": "forged"}), 400, "cursor_invalid")
