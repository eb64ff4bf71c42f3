"""What kb-svc keeps: articles, their drafts and their published versions."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """A policy binds (decisions cite it); an article explains."""

    POLICY = "policy"
    ARTICLE = "article"


class Language(StrEnum):
    """The languages that the analyser reads; names as in BCP 47."""

    ZH_CN = "zh-CN"
    EN = "en"


class State(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One text in one language under one slug.

    `version` counts every change of the row (it is the ETag); `published` is the number of the newest published version,
    0 before the first. `title` is that version's, or the draft's while nothing is published.
    """

    id: str
    version: int
    kind: Kind
    slug: str
    language: Language
    state: State
    title: str
    published: int
    created_by: str
    created_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The next version while it is being written; at most one per article, beside the published one."""

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
class Indexed:
    """An article as the search knows it: the version that was indexed, how long it is (all weighted counts together), its
    plain text, which snippets are cut from, and the version of the analyser that made its terms."""

    article_id: str
    number: int
    kind: Kind
    language: Language
    length: int
    text: str | None
    analyser: int
