"""Copies of published articles: made of events alone, complete with the last part of their words."""

from datetime import timedelta
from typing import Any

from aftercare_events import (
    ArticlePublished,
    ArticleRetired,
    ArticleTextPublished,
    ArticleVersionWithdrawn,
    Event,
)
from cs_desk import Desk
from cs_svc.tables.bot import CITED_CLAUSES

ARTICLE: dict[str, Any] = {"article_id": "art_1", "kind": "policy", "slug": "returns", "language": "en"}
TEXTS = ({"id": "0", "words": "Within seven days."}, {"id": "1", "heading": "Freight", "words": "We pay it."})


async def consume(desk: Desk, event: type[Event], **fields: Any) -> None:
    await desk.consume(
        event, **{**ARTICLE, "article_version": 1, "body_hash": "sha256:0", "article_title": "Returns", **fields}
    )


async def rows(desk: Desk, table: str, *columns: str) -> list[tuple[Any, ...]]:
    found = await desk.harness.runtime.pool.fetch(f"SELECT * FROM {table} ORDER BY number")
    return [tuple(row[column] for column in columns) for row in found]


async def test_a_publication_with_its_words_is_complete(desk: Desk) -> None:
    await consume(desk, ArticlePublished, texts=TEXTS)
    assert await rows(desk, "known_articles", "slug", "title", "complete", "retired") == [
        ("returns", "Returns", True, False)
    ]
    clauses = await rows(desk, "known_clauses", "place", "clause_id", "heading", "text")
    assert clauses == [(0, "0", None, "Within seven days."), (1, "1", "Freight", "We pay it.")]


async def test_words_in_parts_are_complete_with_the_last_one(desk: Desk) -> None:
    await consume(desk, ArticlePublished, article_title=None)
    complete = []
    for part in (1, 2):
        complete += await rows(desk, "known_articles", "complete")
        await consume(desk, ArticleTextPublished, part=part, parts=2, texts=(TEXTS[part - 1],))
    complete += await rows(desk, "known_articles", "complete")
    assert complete == [(False,), (False,), (True,)]
    assert await rows(desk, "known_clauses", "clause_id") == [("0",), ("1",)]


async def test_a_retired_article_keeps_the_words_that_were_cited(desk: Desk) -> None:
    await consume(desk, ArticlePublished, texts=TEXTS)
    await consume(desk, ArticlePublished, article_version=2, texts=TEXTS[:1])
    await consume(desk, ArticleRetired)
    assert await rows(desk, "known_articles", "number", "retired") == [(1, True), (2, True)]
    assert len(await rows(desk, "known_clauses", "clause_id")) == 3


async def test_the_bot_cites_the_version_that_is_in_force(desk: Desk) -> None:
    start = desk.harness.clock.now()
    times: list[tuple[int, float, float | None]] = [(1, 0, None), (2, 5, 9), (3, 2, None), (4, 7, None)]
    for number, begin, end in times:
        until = None if end is None else start + timedelta(hours=end)
        begun = {"effective_at": start + timedelta(hours=begin), "effective_until": until}
        await consume(desk, ArticlePublished, article_version=number, texts=TEXTS, **begun)
    await consume(desk, ArticleVersionWithdrawn, article_version=4, effective_at=start + timedelta(hours=7))

    async def cited(hours: float) -> int | None:
        async with desk.harness.runtime.reader() as reader:
            asked = {"slug": "returns", "language": "en", "clause_id": "1", "now": start + timedelta(hours=hours)}
            row = await reader.one(CITED_CLAUSES, **asked)
        return None if row is None else int(row["number"])

    assert [await cited(hours) for hours in (-1, 0, 2, 4.9, 5, 8, 9)] == [None, 1, 3, 3, 2, 2, None]
