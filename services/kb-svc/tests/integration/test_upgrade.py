"""A filled database of an older revision is upgraded: its articles are marked as outdated, and are indexed again."""

from collections.abc import AsyncIterator

import pytest
from aftercare_chassis.testing.revisions import OldDatabase, old_database
from aftercare_language.analyser import VERSION
from kb_svc import tables

THIS = "0003"
ARTICLE = """
INSERT INTO articles (id, version, kind, slug, language, state, title, published, created_by, created_at, published_at)
VALUES ($1, 2, 'article', $1, 'en', 'published', 'Network', 1, 'agent-1', now(), now())
"""
EDITION = """
INSERT INTO article_versions (article_id, number, title, body, body_hash, published_by, published_at)
VALUES ($1, 1, 'Network', 'The **Wi-Fi** box.', 'sha256:0', 'agent-1', now())
"""
DOCUMENTS = {
    "0001": "INSERT INTO search_documents (article_id, number, kind, language, length) VALUES ($1, 1, 'article', 'en', 4)",
    "0002": """
        INSERT INTO search_documents (article_id, number, kind, language, length, text, analyser)
        VALUES ($1, 1, 'article', 'en', 4, 'The Wi-Fi box.', 2)
        """,
}
NEW = ("terms", "counts", "positions")
POSTING = "INSERT INTO search_postings (term, article_id, times) VALUES ('box', $1, 1)"


@pytest.fixture(params=sorted(DOCUMENTS))
async def old(request: pytest.FixtureRequest, postgres_url: str) -> AsyncIterator[OldDatabase]:
    async with old_database(postgres_url, "kb_svc", tables.metadata, request.param) as database:
        yield database


@pytest.fixture
def before(request: pytest.FixtureRequest) -> str:
    """The revision of the old database."""
    return str(request.node.callspec.params["old"])


async def publish_as_before(database: OldDatabase, before: str, article_id: str) -> None:
    """What a build of that revision writes when an article is published."""
    for statement in (ARTICLE, EDITION, DOCUMENTS[before], POSTING):
        await database.connection.execute(statement, article_id)


async def test_indexed_articles_are_marked_as_outdated(old: OldDatabase, before: str) -> None:
    await publish_as_before(old, before, "art_1")
    await old.upgrade(THIS)
    assert await old.column("search_documents", "analyser", key="article_id") == {"art_1": int(before)}
    assert [await old.column("search_documents", name, key="article_id") for name in NEW] == [{"art_1": None}] * 3
    assert int(before) < VERSION


async def test_builds_of_the_revision_before_publish_on(old: OldDatabase, before: str) -> None:
    await old.upgrade(THIS)
    await publish_as_before(old, before, "art_2")
    assert await old.column("search_documents", "analyser", key="article_id") == {"art_2": int(before)}


async def test_the_upgrade_can_be_undone(old: OldDatabase, before: str) -> None:
    await publish_as_before(old, before, "art_1")
    await old.upgrade(THIS)
    await old.downgrade(before)
    await publish_as_before(old, before, "art_2")
    assert set(await old.column("search_documents", "number", key="article_id")) == {"art_1", "art_2"}
