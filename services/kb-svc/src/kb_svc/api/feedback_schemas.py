"""Bodies of feedback about articles."""

from typing import Annotated

from aftercare_chassis.http.schemas import CreatedAt, In, Out, Text, Time, example
from pydantic import Field

from kb_svc.api.schemas import Number, RowVersion
from kb_svc.domain.articles import ArticleKind, Language

PublishedVersion = Annotated[int, Field(ge=1, le=2**31 - 1)]


class FeedbackIn(In):
    """Whether an article helped."""

    model_config = example(helped=False, comment="没有写清楚赠品要不要一起退。")

    helped: bool
    """Whether it answered what the reader wanted to know."""
    version: PublishedVersion | None = None
    """The published version that was read; the newest one where it is left out."""
    comment: Text | None = None
    """What was missing or wrong, for the editors; may be left out."""


class FeedbackOut(Out):
    """What a reader found of a version."""

    version: RowVersion
    id: str
    """Identifies the feedback: `afb_…`."""
    article_id: str
    """The article."""
    number: Number
    helped: bool
    """Whether it helped."""
    comment: str | None
    """What was missing or wrong; null where nothing was said."""
    created_at: CreatedAt
    changed_at: Time
    """When the reader changed it last."""


class HelpfulnessOut(Out):
    """How many readers a version has helped."""

    number: Number
    helped: int
    """Readers whom it helped."""
    not_helped: int
    """Readers whom it did not help."""


class HelpfulnessOfVersionsOut(Out):
    """The counts of each version that readers have given feedback about."""

    data: list[HelpfulnessOut]
    """Newest version first."""


class HelpfulnessOfArticleOut(HelpfulnessOut):
    """A published article with the counts of its newest version."""

    id: str
    """The article: `art_…`."""
    kind: ArticleKind
    """A policy is binding; an article explains."""
    slug: str
    """The name in URLs."""
    language: Language
    """The language of title and text."""
    title: str
    """Its title."""
    unhelped_per_mille: int
    """The share of readers whom it did not help, in thousandths, with one reader of each kind added."""
