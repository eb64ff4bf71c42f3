"""Articles, their drafts and published versions, and the lifecycle of an article."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aftercare_chassis.lifecycle import Lifecycle, Permission, Timeout, Transition


class ArticleKind(StrEnum):
    """A policy is binding (decisions cite it); an article explains."""

    POLICY = "policy"
    ARTICLE = "article"


class Language(StrEnum):
    """The languages that the analyser supports, as BCP 47 tags."""

    ZH_CN = "zh-CN"
    EN = "en"


class ArticleState(StrEnum):
    """The states of an article; a published one may have a draft of its next version."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class ArticleAction(StrEnum):
    EDIT = "edit"
    PUBLISH = "publish"
    RETIRE = "retire"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One text in one language under one slug.

    `version` counts every change of the row (it is the ETag); `published` is the number of the newest edition, 0 before the
    first. `title` is that edition's, or the draft's while nothing is published.
    """

    id: str
    version: int
    kind: ArticleKind
    slug: str
    language: Language
    state: ArticleState
    title: str
    published: int
    created_by: str
    created_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The next edition while it is edited; at most one per article, beside the published ones."""

    article_id: str
    title: str
    body: str
    edited_by: str
    edited_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One published version of an article. It never changes: decisions and answers cite it by number and hash."""

    article_id: str
    number: int
    title: str
    body: str
    body_hash: str
    published_by: str
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedArticle:
    """An article in the search index.

    `number` is the indexed edition, `counts` has the weighted count of each of its `terms`, `length` is their sum. `text` is
    the plain text that snippets are cut from, `positions` has the places of terms in it (see `domain.positions`). `analyser`
    is the version of the analyser that made all this, `embedded_model` the model that made the vectors of its passages.
    """

    article_id: str
    number: int
    kind: ArticleKind
    language: Language
    length: int
    terms: list[str]
    counts: dict[str, int]
    text: str
    positions: str
    analyser: int
    embedded_model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageModel:
    """A model that vectors were made with, and the center of its vectors."""

    model: str
    center: bytes


EDITORS = Permission("editors_only", frozenset({"agent", "admin", "system"}))
_STATE, _ACTION = ArticleState, ArticleAction
ARTICLE: Lifecycle[ArticleState, ArticleAction] = Lifecycle(
    "article",
    initial=_STATE.DRAFT,
    transitions={
        (_STATE.DRAFT, _ACTION.EDIT): Transition(_STATE.DRAFT, EDITORS),
        (_STATE.DRAFT, _ACTION.PUBLISH): Transition(_STATE.PUBLISHED, EDITORS),
        (_STATE.DRAFT, _ACTION.RETIRE): Transition(_STATE.RETIRED, EDITORS),
        (_STATE.PUBLISHED, _ACTION.EDIT): Transition(_STATE.PUBLISHED, EDITORS),
        # Publishing again makes the next edition.
        (_STATE.PUBLISHED, _ACTION.PUBLISH): Transition(_STATE.PUBLISHED, EDITORS),
        (_STATE.PUBLISHED, _ACTION.RETIRE): Transition(_STATE.RETIRED, EDITORS),
    },
    timeouts={_STATE.DRAFT: Timeout("editors")},
    ends={_STATE.PUBLISHED, _STATE.RETIRED},
)
