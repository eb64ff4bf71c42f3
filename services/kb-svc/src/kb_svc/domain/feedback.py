"""Feedback 文章反馈: whether a version of an article helped a reader, and how well the articles help altogether."""

from dataclasses import dataclass
from datetime import datetime

from kb_svc.domain.articles import ArticleKind, Language


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFeedback:
    """What one reader found of one version; it may be changed. The comment is for editors and in no event."""

    id: str
    version: int
    article_id: str
    number: int
    reader_role: str
    reader_id: str
    helped: bool
    comment: str | None
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Helpfulness:
    """How many readers a version has helped, and how many it has not."""

    article_id: str
    number: int
    helped: int
    not_helped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpfulnessOfArticle:
    """A published article with the counts of its newest version. `unhelped_per_mille` is the share that it did not help, with one
    reader of each kind added, so that one opinion weighs less than many."""

    id: str
    kind: ArticleKind
    slug: str
    language: Language
    title: str
    number: int
    helped: int
    not_helped: int
    unhelped_per_mille: int
