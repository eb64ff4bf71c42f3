"""The published articles of the knowledge base, as far as cs-svc knows them: what the bot answers from and cites."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownArticle:
    """Our copy of one published version of an article.

    `complete`: whether all its words have arrived. Of an article the complete version counts that took effect last, unless its time
    has ended or the article is `retired`; one that was `withdrawn` never takes effect.
    """

    article_id: str
    number: int
    kind: str
    slug: str
    language: str
    title: str
    effective_at: datetime
    complete: bool
    retired: bool = False
    effective_until: datetime | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownClause:
    """The words of a clause of a version, or a piece of a long one; `place` has their order in the version."""

    article_id: str
    number: int
    place: int
    clause_id: str
    heading: str | None
    text: str
