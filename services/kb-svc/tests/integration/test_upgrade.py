"""A filled database of revision 0001 is upgraded: its articles are found as before, and are indexed again."""

from collections.abc import AsyncIterator

import pytest
from aftercare_chassis.testing.revisions import OldDatabase, old_database
from kb_svc import tables
from kb_svc.domain.analyser import VERSION

BEFORE, THIS = "0001", "0002"
ARTICLE = """
INSERT INTO articles (id, version, kind, slug, language, state, title, published, created_by, created_at, published_at)
VALUES ($1, 2, 'article', $1, 'en', 'published', 'Network', 1, 'agent-1', now(), now())
"""
EDITION = """
INSERT INTO article_versions (article_id, number, title, body, body_hash, published_by, published_at)
VALUES ($1, 1, 'Network', 'The **Wi-Fi** box.', 'sha256:0', 'agent-1', now())
"""
DOCUMENT = (
    "INSERT INTO search_documents (article_id, number, kind, language, length) VALUES ($1, 1, 'article', 'en', 4)"
)
POSTING = "INSERT INTO search_postings (term, article_id, times) VALUES ('box', $1, 1)"


@pytest.fixture
async def old(postgres_url: str) -> AsyncIterator[OldDatabase]:
    async with old_database(postgres_url, "kb_svc", tables.metadata, BEFORE) as database:
        yield database


async def publish_as_before(database: OldDatabase, article_id: str) -> None:
    """What a build of revision 0001 writes when an article is published."""
    for statement in (ARTICLE, EDITION, DOCUMENT, POSTING):
        await database.connection.execute(statement, article_id)


async def test_indexed_articles_are_marked_as_outdated(old: OldDatabase) -> None:
    await publish_as_before(old, "art_1")
    await old.upgrade(THIS)
    assert await old.column("search_documents", "analyser", key="article_id") == {"art_1": 1}
    assert await old.column("search_documents", "text", key="article_id") == {"art_1": None}
    assert VERSION > 1


async def test_builds_of_the_revision_before_publish_on(old: OldDatabase) -> None:
    await old.upgrade(THIS)
    await publish_as_before(old, "art_2")
    assert await old.column("search_documents", "analyser", key="article_id") == {"art_2": 1}


async def test_the_upgrade_can_be_undone(old: OldDatabase) -> None:
    await publish_as_before(old, "art_1")
    await old.upgrade(THIS)
    await old.downgrade(BEFORE)
    await publish_as_before(old, "art_2")
    assert set(await old.column("search_documents", "number", key="article_id")) == {"art_1", "art_2"}
