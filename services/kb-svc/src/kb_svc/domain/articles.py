"""Articles, their drafts and published versions, and the lifecycle of an article."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from aftercare_chassis.lifecycle import Lifecycle, Timeout, Transition

from kb_svc.domain.versions import EDITORS as EDITORS
from kb_svc.domain.versions import SYSTEM_ONLY, VersionState


class ArticleKind(StrEnum):
    """A policy is binding (decisions cite it); an article explains."""

    POLICY = "policy"
    ARTICLE = "article"


class Language(StrEnum):
    """The languages that the analyser supports, as BCP 47 tags."""

    ZH_CN = "zh-CN"
    EN = "en"


class ArticleState(StrEnum):
    """The states of an article: before its first version is in force, while one is, after the last one has expired, and its end.

    In each but the last it may have a draft of its next version.
    """

    DRAFT = "draft"
    PUBLISHED = "published"
    EXPIRED = "expired"
    RETIRED = "retired"


class ArticleAction(StrEnum):
    EDIT = "edit"
    PUBLISH = "publish"
    TAKE_EFFECT = "take_effect"
    EXPIRE = "expire"
    RETIRE = "retire"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One text in one language under one slug.

    `version` counts every change of the row (it is the ETag). `published` is the number of the edition in force, or of the last one
    that was; 0 before the first. `title` is that edition's, or the draft's while none is. `newest` is the number of the newest
    edition, which may be scheduled; builds of revision 0009 do not write it, so `last_number` is read in its place.
    `changes_at`: when the next edition takes effect or expires. `notice_days`: how long an edition is announced before it takes effect.
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
    newest: int = 0
    changes_at: datetime | None = None
    notice_days: int = 0

    @property
    def last_number(self) -> int:
        """The number of the newest edition."""
        return max(self.newest, self.published)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The next edition while it is edited; at most one per article, beside the published ones.

    `reason` is why it was rejected last. `questions`: other ways in which people ask what it answers.
    """

    article_id: str
    title: str
    body: str
    edited_by: str
    edited_at: datetime
    state: VersionState = VersionState.DRAFT
    submitted_by: str | None = None
    submitted_at: datetime | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None
    rejected_by: str | None = None
    reason: str | None = None
    questions: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One published version of an article. Its text never changes: decisions and answers cite it by number and hash.

    It is in force from `effective_from` until the next one is, or until `effective_until`. `ended_at` is when that was, or when it was
    withdrawn; one that ended at its beginning or before was never in force. `clause_ids` are those of its sections in their order;
    builds of an earlier revision write none, and count the sections.
    `questions` are other ways in which people ask what it answers.
    """

    article_id: str
    number: int
    title: str
    body: str
    body_hash: str
    published_by: str
    published_at: datetime
    state: VersionState
    effective_from: datetime
    effective_until: datetime | None = None
    ended_at: datetime | None = None
    approved_by: str | None = None
    clause_ids: list[str] | None = None
    questions: list[str] = field(default_factory=list)

    def is_in_force_at(self, at: datetime) -> bool:
        """Whether its time has not ended by then, where it has begun."""
        return all(end is None or at < end for end in (self.effective_until, self.ended_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A published version that has still to take effect, and the version in force (0: none)."""

    id: str
    article_id: str
    number: int
    in_force: int
    kind: ArticleKind
    slug: str
    language: Language
    title: str
    notice_days: int
    published_at: datetime
    effective_from: datetime
    effective_until: datetime | None


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


_STATE, _ACTION = ArticleState, ArticleAction
ARTICLE: Lifecycle[ArticleState, ArticleAction] = Lifecycle(
    "article",
    initial=_STATE.DRAFT,
    transitions={
        (_STATE.DRAFT, _ACTION.EDIT): Transition(_STATE.DRAFT, EDITORS),
        # What is published takes effect at its time, which may be now.
        (_STATE.DRAFT, _ACTION.PUBLISH): Transition(_STATE.DRAFT, EDITORS),
        (_STATE.DRAFT, _ACTION.TAKE_EFFECT): Transition(_STATE.PUBLISHED, SYSTEM_ONLY),
        (_STATE.DRAFT, _ACTION.RETIRE): Transition(_STATE.RETIRED, EDITORS),
        (_STATE.PUBLISHED, _ACTION.EDIT): Transition(_STATE.PUBLISHED, EDITORS),
        # Publishing again makes the next edition.
        (_STATE.PUBLISHED, _ACTION.PUBLISH): Transition(_STATE.PUBLISHED, EDITORS),
        (_STATE.PUBLISHED, _ACTION.TAKE_EFFECT): Transition(_STATE.PUBLISHED, SYSTEM_ONLY),
        (_STATE.PUBLISHED, _ACTION.EXPIRE): Transition(_STATE.EXPIRED, SYSTEM_ONLY),
        (_STATE.PUBLISHED, _ACTION.RETIRE): Transition(_STATE.RETIRED, EDITORS),
        (_STATE.EXPIRED, _ACTION.EDIT): Transition(_STATE.EXPIRED, EDITORS),
        (_STATE.EXPIRED, _ACTION.PUBLISH): Transition(_STATE.EXPIRED, EDITORS),
        (_STATE.EXPIRED, _ACTION.TAKE_EFFECT): Transition(_STATE.PUBLISHED, SYSTEM_ONLY),
        (_STATE.EXPIRED, _ACTION.RETIRE): Transition(_STATE.RETIRED, EDITORS),
    },
    timeouts={_STATE.DRAFT: Timeout("editors"), _STATE.EXPIRED: Timeout("editors")},
    ends={_STATE.PUBLISHED, _STATE.RETIRED},
)
