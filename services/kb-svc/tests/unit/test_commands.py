"""What the commands record and change, on one article in memory."""

from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aftercare_chassis.lifecycle import PLAIN_HOURS, SYSTEM, Actor
from aftercare_chassis.refusals import NotFound
from aftercare_events import ArticleDrafted, ArticlePublished, ArticleRetired, Event, digest
from kb_svc.commands import articles
from kb_svc.commands.search_index import EMBEDDING
from kb_svc.domain.articles import Article, ArticleKind, ArticleState, Draft, Edition, Language
from kb_svc.domain.errors import NothingToPublish, SlugTaken
from kb_svc.domain.versions import VersionState, open_versions
from kb_svc.settings import Settings
from kb_svc.tables.articles import (
    ARTICLE_WITH_SLUG,
    ARTICLES,
    DELETE_DRAFT,
    DRAFTS,
    EDITIONS,
    IDS_OF_CLAUSES,
    OPEN_EDITIONS,
    SET_EDITION_STATE,
    TAKE_DRAFT,
)
from kb_svc.tables.passages import DELETE_PASSAGES
from kb_svc.tables.published_texts import PUBLISHED_TEXTS
from kb_svc.tables.search_index import DELETE_DOCUMENT, DOCUMENTS

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TEXT = {"title": "Returns", "body": "Within **seven** days."}


class Memory:
    """A transaction on one article. `executed` are the statements that changed something, in order."""

    def __init__(self, sub: str = "agent-1") -> None:
        self.now, self.actor, self.settings = NOW, Actor(sub, "agent"), Settings.model_construct()
        self.article: Article | None = None
        self.draft: Draft | None = None
        self.editions: list[Edition] = []
        self.events: list[Event] = []
        self.executed: list[Any] = []
        self.timing = PLAIN_HOURS
        self.indexed: list[Any] = []

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_1"

    def as_system(self) -> Any:
        system = copy(self)
        system.actor = SYSTEM
        return system

    async def all(self, query: Any, **_: Any) -> list[Edition]:
        if query is IDS_OF_CLAUSES:
            return [{"clause_ids": each.clause_ids, "body": ""} for each in self.editions]  # type: ignore[misc]
        assert query is OPEN_EDITIONS
        return list(open_versions(self.editions))

    def change(
        self, table: str, statement: Any, *, of_number: int, state: VersionState, ended_at: Any, **_: Any
    ) -> None:
        assert (table, statement) == ("article_versions", SET_EDITION_STATE)
        ended = replace(self.editions[of_number - 1], state=state, ended_at=ended_at)
        self.editions[of_number - 1] = ended

    def wake(self, worker: str) -> None:
        assert worker == EMBEDDING

    async def one(self, query: Any, **_: Any) -> Any:
        if query is TAKE_DRAFT:
            taken, self.draft = self.draft, None
            return taken
        assert query is ARTICLE_WITH_SLUG
        return self.article

    async def lock(self, rows: Any, *_: Any) -> Article:
        assert rows is ARTICLES
        assert self.article is not None
        return self.article

    async def find(self, rows: Any, *_: Any) -> Draft | None:
        assert rows is DRAFTS
        return self.draft

    async def get(self, rows: Any, _: str, number: int) -> Edition:
        assert rows is EDITIONS
        if not 0 < number <= len(self.editions):
            raise NotFound(what="article_versions")
        return self.editions[number - 1]

    async def create(self, rows: Any, row: Article, *events: Event) -> Article:
        return await self.save(rows, row, *events)

    async def save(self, rows: Any, row: Article, *events: Event) -> Article:
        assert rows is ARTICLES
        assert events, "a change is recorded by an event"
        self.article, self.events = row, [*self.events, *events]
        return row

    async def upsert(self, rows: Any, row: Any) -> None:
        if rows is DOCUMENTS:
            self.indexed.append(row)
        elif rows is not PUBLISHED_TEXTS:
            assert rows is DRAFTS
            self.draft = row

    async def insert(self, rows: Any, row: Edition) -> None:
        assert rows is EDITIONS
        self.editions.append(row)

    async def execute(self, statement: Any, **_: Any) -> int:
        self.executed.append(statement)
        if statement is DELETE_DRAFT:
            self.draft = None
        return 1


async def drafted(**changes: Any) -> Any:
    """A transaction after the first draft; its class only has what the commands use."""
    tx: Any = Memory(**changes)
    await articles.draft(tx, kind=ArticleKind.POLICY, slug="returns", language=Language.EN, **TEXT)
    return tx


async def published() -> Any:
    tx = await drafted()
    await articles.publish(tx, "art_1")
    return tx


async def test_a_draft_is_recorded_for_the_public_and_its_author() -> None:
    tx = await drafted()
    [event] = tx.events
    assert isinstance(event, ArticleDrafted)
    assert (event.affected_party, event.applicant, event.handler) == ("public", "agent-1", "agent-1")
    assert (event.kind, event.slug, event.language, event.result) == ("policy", "returns", "en", "draft")
    assert (tx.article.state, tx.article.published, tx.draft.body) == (ArticleState.DRAFT, 0, TEXT["body"])


async def test_a_slug_in_use_is_refused_with_its_article() -> None:
    tx = await drafted()
    with pytest.raises(SlugTaken) as refused:
        await articles.draft(tx, kind=ArticleKind.POLICY, slug="returns", language=Language.EN, **TEXT)
    assert refused.value.facts == {"slug": "returns", "article_id": "art_1"}
    assert len(tx.events) == 1


async def test_publishing_makes_an_edition_and_indexes_its_plain_text() -> None:
    tx = await published()
    [edition], [document], event = tx.editions, tx.indexed, tx.events[-1]
    assert (edition.number, edition.body, edition.body_hash) == (1, TEXT["body"], digest(TEXT["body"]))
    assert (document.number, document.text, document.kind) == (1, "Within seven days.", ArticleKind.POLICY)
    assert isinstance(event, ArticlePublished)
    assert (event.article_version, event.body_hash, event.title_hash) == (1, edition.body_hash, digest("Returns"))
    assert [clause.id for clause in event.clauses] == ["0"]
    assert event.effective_at == NOW
    assert (event.result, tx.draft, tx.article.published_at) == ("published", None, NOW)


async def test_publishing_without_a_draft_is_refused_and_changes_nothing() -> None:
    tx = await published()
    before = (tx.article, list(tx.executed), list(tx.events))
    with pytest.raises(NothingToPublish):
        await articles.publish(tx, "art_1")
    assert (tx.article, tx.executed, tx.events) == before


async def test_an_edit_starts_from_the_newest_edition_and_leaves_the_published_title() -> None:
    tx = await published()
    tx.actor = Actor("agent-2", "agent")
    article, draft = await articles.edit(tx, "art_1", title="Returns and refunds", body=None)
    assert (draft.title, draft.body, draft.edited_by) == ("Returns and refunds", TEXT["body"], "agent-2")
    assert (article.title, article.state) == ("Returns", ArticleState.PUBLISHED)
    event = tx.events[-1]
    assert (event.applicant, event.handler, event.result) == ("agent-1", "agent-2", "draft")
    again, edition = await articles.publish(tx, "art_1")
    assert (again.title, edition.number) == ("Returns and refunds", 2)


async def test_the_title_of_a_first_draft_is_the_articles() -> None:
    tx = await drafted()
    article, _ = await articles.edit(tx, "art_1", title="Returns and refunds", body=None)
    assert (article.title, article.state) == ("Returns and refunds", ArticleState.DRAFT)


async def test_a_retired_article_leaves_the_index_and_loses_its_draft() -> None:
    tx = await published()
    await articles.edit(tx, "art_1", title=None, body="Within fourteen days.")
    retired = await articles.retire(tx, "art_1")
    assert (retired.state, retired.published, tx.draft) == (ArticleState.RETIRED, 1, None)
    assert {DELETE_DOCUMENT, DELETE_PASSAGES} <= set(tx.executed[-3:])
    assert isinstance(tx.events[-1], ArticleRetired)
    assert len(tx.editions) == 1, "editions stay"
