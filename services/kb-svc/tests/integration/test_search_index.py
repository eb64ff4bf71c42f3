"""Articles that an older build indexed are indexed again: by `migrate`, and by the worker if published during a rollout."""

import asyncio
from typing import Any

import asyncpg
from aftercare_chassis.testing import Harness
from kb_svc.domain.analyser import VERSION
from kb_svc.workers import search_index

BODY = "我们的 **Wi-Fi** 路由器可以換貨。"
FIRST_TERMS = ["们", "的", "wi", "fi", "換", "貨", "我们", "換貨"]  # some of what the first analyser stored
INDEX = "SELECT term, documents FROM search_terms WHERE documents > 0 ORDER BY term"


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


async def index_as_the_first_build_did(pool: asyncpg.Pool, article_id: str) -> None:
    """Store the terms of its analyser, and nothing in the columns that it does not know."""
    await pool.execute(
        "UPDATE search_terms t SET documents = documents - 1 FROM search_postings p WHERE p.term = t.term AND article_id = $1",
        article_id,
    )
    await pool.execute("DELETE FROM search_postings WHERE article_id = $1", article_id)
    await pool.execute("INSERT INTO search_postings SELECT unnest($2::text[]), $1, 1", article_id, FIRST_TERMS)
    await pool.execute(
        "INSERT INTO search_terms SELECT unnest($1::text[]), 1 ON CONFLICT (term) DO UPDATE SET documents = search_terms.documents + 1",
        FIRST_TERMS,
    )
    await pool.execute(
        "UPDATE search_documents SET text = NULL, analyser = DEFAULT, length = $2 WHERE article_id = $1",
        article_id,
        len(FIRST_TERMS),
    )
    await pool.execute("UPDATE search_corpus SET length = (SELECT sum(length) FROM search_documents)")


async def test_all_outdated_articles_are_indexed_again_once(empty_kb: Harness) -> None:
    articles = [await publish(empty_kb, f"s-{i}") for i in range(search_index.ARTICLES_PER_TRANSACTION + 2)]
    pool = empty_kb.runtime.pool
    fresh, corpus = await pool.fetch(INDEX), await pool.fetchrow("SELECT * FROM search_corpus")
    for article_id in articles:
        await index_as_the_first_build_did(pool, article_id)
    assert await found(empty_kb, "换货") == []
    assert await found(empty_kb, "wifi") == []
    [outdated, *_] = await found(empty_kb, "我们")
    assert "**Wi-Fi**" in outdated["snippet"]  # the Markdown, until it is indexed again
    events = await empty_kb.envelopes()

    await search_index.reindex(empty_kb.runtime)

    assert {hit["id"] for hit in await found(empty_kb, "换货 wifi")} == set(articles)
    assert {hit["snippet"] for hit in await found(empty_kb, "wifi")} == {"我们的 Wi-Fi 路由器可以換貨。"}
    assert (await pool.fetch(INDEX), await pool.fetchrow("SELECT * FROM search_corpus")) == (fresh, corpus)
    assert await empty_kb.envelopes() == events  # nothing was published anew
    rows = await pool.fetch("SELECT xmin, * FROM search_documents ORDER BY article_id")
    await search_index.reindex(empty_kb.runtime)
    assert await pool.fetch("SELECT xmin, * FROM search_documents ORDER BY article_id") == rows


async def test_the_worker_indexes_what_an_older_build_published_after_the_migration(empty_kb: Harness) -> None:
    article_id = await publish(empty_kb, "late")
    await index_as_the_first_build_did(empty_kb.runtime.pool, article_id)
    await empty_kb.run_workers("search-index")
    assert [hit["id"] for hit in await found(empty_kb, "wifi")] == [article_id]


async def test_what_a_newer_build_indexed_stays(empty_kb: Harness) -> None:
    await publish(empty_kb, "newer")
    await empty_kb.runtime.pool.execute("UPDATE search_documents SET analyser = $1, text = 'newer'", VERSION + 1)
    await search_index.reindex(empty_kb.runtime)
    assert await empty_kb.runtime.pool.fetchval("SELECT text FROM search_documents") == "newer"


async def test_a_retired_article_is_not_indexed_again(empty_kb: Harness) -> None:
    agent, article_id = empty_kb.client("agent", "agent-1"), await publish(empty_kb, "gone")
    await index_as_the_first_build_did(empty_kb.runtime.pool, article_id)
    await agent.post(f"/v1/articles/{article_id}/retire")
    await search_index.reindex(empty_kb.runtime)
    assert await found(empty_kb, "wifi") == []
    assert await empty_kb.runtime.pool.fetch(INDEX) == []


async def test_editors_publish_while_older_articles_are_indexed_again(empty_kb: Harness) -> None:
    outdated = [await publish(empty_kb, f"old-{i}") for i in range(search_index.ARTICLES_PER_TRANSACTION + 2)]
    pool = empty_kb.runtime.pool
    for article_id in outdated:
        await index_as_the_first_build_did(pool, article_id)
    work = (search_index.reindex(empty_kb.runtime), search_index.reindex(empty_kb.runtime))
    published = await asyncio.gather(*(publish(empty_kb, f"new-{i}") for i in range(5)), *work)
    articles = [*outdated, *(each for each in published if each)]
    assert await pool.fetchval("SELECT count(*) FROM search_documents WHERE analyser = $1", VERSION) == len(articles)
    assert {hit["id"] for hit in await found(empty_kb, "换货 wifi")} <= set(articles)
    wrong = (
        "SELECT term FROM search_terms t WHERE documents <> (SELECT count(*) FROM search_postings WHERE term = t.term)"
    )
    assert await pool.fetch(wrong) == []
    assert await pool.fetchval("SELECT documents FROM search_corpus") == len(articles)
