"""Articles that an older build indexed are indexed again: by `migrate`, and by the worker if published during a rollout."""

import asyncio
from typing import Any

import asyncpg
import pytest
from aftercare_chassis.testing import Harness
from aftercare_language.analyser import VERSION
from kb_svc.tables.search_index import CORPUS, FREQUENCIES, SAMPLED
from kb_svc.workers import search_index

BODY = "我们的 **Wi-Fi** 路由器可以換貨。"
INDEX = "SELECT article_id, number, length, text, analyser, terms, counts, positions FROM search_documents ORDER BY article_id"


async def publish(empty_kb: Harness, slug: str) -> str:
    agent = empty_kb.client("agent", "agent-1")
    text = {"kind": "article", "slug": slug, "language": "zh-CN", "title": slug, "body": BODY}
    article = (await agent.post("/v1/articles", json=text)).json()
    assert (await agent.post(f"/v1/articles/{article['id']}/publish")).status_code == 200
    return str(article["id"])


async def found(empty_kb: Harness, question: str) -> list[dict[str, Any]]:
    response = await empty_kb.client("buyer", "buyer-1").get("/v1/search", params={"q": question, "limit": 20})
    hits: list[dict[str, Any]] = response.json()["data"]
    return hits


async def index_as_the_build_before_did(pool: asyncpg.Pool, *ids: str) -> None:
    """Store the terms as it did, and nothing in the columns that it does not know."""
    await pool.execute(
        "INSERT INTO search_postings SELECT 'wifi', article_id, 1 FROM search_documents WHERE article_id = ANY($1)", ids
    )
    await pool.execute(
        "UPDATE search_documents SET analyser = 2, terms = NULL, counts = NULL, positions = NULL WHERE article_id = ANY($1)",
        ids,
    )


async def test_all_outdated_articles_are_indexed_again_once(empty_kb: Harness) -> None:
    articles = [await publish(empty_kb, f"s-{i}") for i in range(5)]
    pool = empty_kb.runtime.pool
    fresh = await pool.fetch(INDEX)
    await index_as_the_build_before_did(pool, *articles)
    assert await found(empty_kb, "换货") == []
    events = await empty_kb.envelopes()

    await search_index.reindex(empty_kb.runtime)

    assert {hit["id"] for hit in await found(empty_kb, "换货 wifi")} == set(articles)
    assert {hit["snippet"] for hit in await found(empty_kb, "wifi")} == {"我们的 Wi-Fi 路由器可以換貨。"}
    assert await pool.fetch(INDEX) == fresh
    assert await empty_kb.envelopes() == events  # nothing was published anew
    rows = await pool.fetch("SELECT xmin, * FROM search_documents ORDER BY article_id")
    await search_index.reindex(empty_kb.runtime)
    assert await pool.fetch("SELECT xmin, * FROM search_documents ORDER BY article_id") == rows


async def test_builds_of_the_release_before_find_what_they_indexed(empty_kb: Harness) -> None:
    kept, retired = [await publish(empty_kb, slug) for slug in ("kept", "retired")]
    pool = empty_kb.runtime.pool
    await index_as_the_build_before_did(pool, kept, retired)
    await search_index.reindex(empty_kb.runtime)
    assert (await empty_kb.client("agent", "agent-1").post(f"/v1/articles/{retired}/retire")).status_code == 200
    assert await pool.fetchval("SELECT array_agg(article_id) FROM search_postings") == [kept]


async def test_the_worker_indexes_what_an_older_build_published_after_the_migration(empty_kb: Harness) -> None:
    article_id = await publish(empty_kb, "late")
    await index_as_the_build_before_did(empty_kb.runtime.pool, article_id)
    await empty_kb.run_workers("search-index")
    assert [hit["id"] for hit in await found(empty_kb, "wifi")] == [article_id]


async def test_what_a_newer_build_indexed_stays(empty_kb: Harness) -> None:
    await publish(empty_kb, "newer")
    await empty_kb.runtime.pool.execute("UPDATE search_documents SET analyser = $1, text = 'newer'", VERSION + 1)
    await search_index.reindex(empty_kb.runtime)
    assert await empty_kb.runtime.pool.fetchval("SELECT text FROM search_documents") == "newer"


async def test_a_retired_article_is_not_indexed_again(empty_kb: Harness) -> None:
    agent, article_id = empty_kb.client("agent", "agent-1"), await publish(empty_kb, "gone")
    await index_as_the_build_before_did(empty_kb.runtime.pool, article_id)
    await agent.post(f"/v1/articles/{article_id}/retire")
    await search_index.reindex(empty_kb.runtime)
    assert await found(empty_kb, "wifi") == []
    assert await empty_kb.runtime.pool.fetch(INDEX) == []


async def test_editors_publish_and_retire_while_older_articles_are_indexed_again(empty_kb: Harness) -> None:
    outdated = [await publish(empty_kb, f"old-{i}") for i in range(12)]
    pool, agent = empty_kb.runtime.pool, empty_kb.client("agent", "agent-1")
    await index_as_the_build_before_did(pool, *outdated)
    work = (search_index.reindex(empty_kb.runtime), search_index.reindex(empty_kb.runtime))
    retired, edited = outdated[4], outdated[8]
    await agent.patch(f"/v1/articles/{edited}", json={"body": "新的发票。"})
    changes = (agent.post(f"/v1/articles/{retired}/retire"), agent.post(f"/v1/articles/{edited}/publish"))
    published = await asyncio.gather(*(publish(empty_kb, f"new-{i}") for i in range(5)), *changes, *work)
    indexed = {*outdated, *(each for each in published if isinstance(each, str))} - {retired}
    rows = await pool.fetch("SELECT article_id FROM search_documents WHERE analyser = $1", VERSION)
    assert {row["article_id"] for row in rows} == indexed
    assert [(hit["id"], hit["version"]) for hit in await found(empty_kb, "发票")] == [(edited, 2)]


MANY = """
WITH made AS (SELECT 'art_' || md5(i::text) AS id, i FROM generate_series(1, 6000) AS i), added AS (
    INSERT INTO articles (id, version, kind, slug, language, state, title, published, created_by, created_at, published_at)
    SELECT id, 1, 'article', id, 'en', 'published', 'Many', 1, 'agent-1', now(), now() FROM made
)
INSERT INTO search_documents (article_id, number, kind, language, length, text, analyser, terms, counts, positions)
SELECT id, 1, 'article', 'en', 100, '', $1, CASE WHEN i <= 1000 THEN ARRAY['common', 'rare'] ELSE ARRAY['common'] END, '{}', '{}'
FROM made
"""


async def test_large_numbers_are_estimated_and_others_counted(empty_kb: Harness) -> None:
    await empty_kb.runtime.pool.execute(MANY, VERSION)
    async with empty_kb.runtime.reader() as reader:
        corpus = await reader.one(CORPUS)
        found = await reader.all(FREQUENCIES, terms=["common", "rare", "missing"])
    assert corpus is not None
    documents = {row["term"]: row["documents"] for row in found}
    assert (documents["rare"], documents["missing"]) == (1000, 0)
    assert documents["common"] == corpus.documents
    assert documents["common"] == pytest.approx(6000, rel=0.2)
    assert documents["common"] % SAMPLED == 0
    assert corpus.average_length == 100
