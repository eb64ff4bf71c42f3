"""The database refuses rows that contradict themselves, whatever a command does."""

import asyncpg
import pytest
from aftercare_chassis.testing import Harness

ARTICLE = {"kind": "policy", "slug": "returns", "language": "en", "title": "Returns", "body": "Within seven days."}
CONTRADICTIONS = [
    ("articles", "state = 'draft'", "articles_draft_state_check"),
    ("articles", "published = 0, published_at = NULL", "articles_published_state_check"),
    ("articles", "published_at = NULL", "articles_published_at_check"),
    ("articles", "state = 'hidden'", "articles_state_check"),
    ("articles", "kind = 'poem'", "articles_kind_check"),
    ("articles", "version = 0", "articles_version_check"),
    ("article_versions", "number = 0", "article_versions_number_check"),
    ("articles", "notice_days = -1", "articles_notice_days_check"),
    ("articles", "newest = -1", "articles_newest_check"),
    ("article_versions", "state = 'draft', ended_at = now()", "article_versions_state_check"),
    ("article_versions", "effective_until = effective_from", "article_versions_effective_until_check"),
    ("article_versions", "state = 'expired'", "article_versions_ended_at_check"),
    ("drafts", "state = 'published'", "drafts_state_check"),
    ("drafts", "state = 'submitted'", "drafts_submitted_by_check"),
    ("drafts", "approved_by = 'agent-2'", "drafts_approved_by_check"),
    ("search_documents", "length = -1", "search_documents_length_check"),
    ("search_postings", "times = 0", "search_postings_times_check"),
    ("search_terms", "documents = -1", "search_terms_documents_check"),
    ("search_corpus", "id = 2", "search_corpus_id_check"),
]


# Rows of the former index, which this build does not write.
FORMER = """
INSERT INTO search_postings SELECT 'return', article_id, 1 FROM search_documents;
INSERT INTO search_terms VALUES ('return', 1);
INSERT INTO search_corpus VALUES (1, 1, 1);
"""


@pytest.fixture
async def one_article(empty_kb: Harness) -> asyncpg.Pool:
    """The database of a service with one published article, which is edited."""
    agent = empty_kb.client("agent", "agent-1")
    article = (await agent.post("/v1/articles", json=ARTICLE)).json()
    assert (await agent.post(f"/v1/articles/{article['id']}/publish")).status_code == 200
    assert (await agent.patch(f"/v1/articles/{article['id']}", json={"body": "Within eight days."})).status_code == 200
    await empty_kb.runtime.pool.execute(FORMER)
    return empty_kb.runtime.pool


@pytest.mark.parametrize(("table", "change", "constraint"), CONTRADICTIONS)
async def test_a_contradiction_is_refused_by_a_named_check(
    one_article: asyncpg.Pool, table: str, change: str, constraint: str
) -> None:
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await one_article.execute(f"UPDATE {table} SET {change}")
    assert refused.value.constraint_name == constraint


SECOND = """
INSERT INTO articles (id, version, kind, slug, language, state, title, published, created_by, created_at)
VALUES ('art_2', 1, 'policy', 'returns', $1, 'draft', 'Returns', 0, 'agent-1', now())
"""


async def test_a_slug_is_unique_among_articles_that_are_not_retired(one_article: asyncpg.Pool) -> None:
    with pytest.raises(asyncpg.UniqueViolationError) as refused:
        await one_article.execute(SECOND, "en")
    assert refused.value.constraint_name == "articles_slug_key"
    await one_article.execute(SECOND, "zh-CN")
    await one_article.execute("DELETE FROM articles WHERE id = 'art_2'")
    await one_article.execute("UPDATE articles SET state = 'retired'")
    await one_article.execute(SECOND, "en")


async def test_an_indexed_article_exists(one_article: asyncpg.Pool) -> None:
    await one_article.execute("DELETE FROM search_postings")
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await one_article.execute("UPDATE search_documents SET article_id = 'art_unknown'")
