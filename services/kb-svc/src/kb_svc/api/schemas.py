"""Request and response bodies. `version` in a body is the number of a published version; the row's own is in the ETag."""

from typing import Annotated, Self

from aftercare_chassis.http.schemas import AllowedOut, In, Name, Out, Prose, Time, example
from pydantic import Field, StringConstraints

from kb_svc.domain.articles import Article, ArticleKind, ArticleState, Draft, Edition, Language
from kb_svc.queries.articles import ArticleView
from kb_svc.queries.search import Hit

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
"""The name of an article in URLs: lower-case words joined by hyphens."""

Body = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000), Prose]
"""Markdown, up to 20,000 characters."""

RowVersion = Annotated[int, Field(exclude=True)]
Number = Annotated[
    int,
    Field(serialization_alias="version", description="The published version: 1, 2, …; 0 while nothing is published."),
]
Maybe = Field(default=None, exclude_if=lambda value: value is None)


class ArticleIn(In):
    """A new article; it starts as a draft."""

    model_config = example(
        kind="policy",
        slug="returns",
        language="zh-CN",
        title="七天无理由退货",
        body="签收后七天内，商品完好即可无理由退货。",
    )

    kind: ArticleKind
    slug: Slug
    language: Language
    title: Name
    body: Body


class ArticlePatch(In):
    """The changes of the draft; fields that are left out stay as they are."""

    model_config = example(body="签收后七天内，商品及赠品完好即可无理由退货。")

    title: Name | None = None
    body: Body | None = None


class ArticleSummaryOut(Out):
    """An article without its text."""

    version: RowVersion
    id: str
    kind: ArticleKind
    slug: str
    language: Language
    state: ArticleState
    number: Number
    title: str
    created_at: Time
    published_at: Time | None = Maybe

    @classmethod
    def of(cls, article: Article) -> Self:
        """The article with its newest title."""
        return cls.model_validate(
            {**_facts(article), "number": article.published, "published_at": article.published_at}
        )


class ArticleOut(ArticleSummaryOut):
    """An article with the text of one version."""

    body: str
    body_hash: str | None = Maybe
    allowed_actions: list[AllowedOut]

    @classmethod
    def with_text(cls, view: ArticleView) -> Self:
        """The article as its reader sees it."""
        return cls.model_validate(
            {
                **_facts(view.article),
                "number": view.number,
                "title": view.title,
                "body": view.body,
                "body_hash": view.body_hash,
                "published_at": view.published_at,
                "allowed_actions": AllowedOut.of(view.allowed_actions),
            }
        )


class DraftOut(Out):
    """The draft of the next version of an article."""

    version: RowVersion
    article_id: str
    next_version: int
    title: str
    body: str
    edited_by: str
    edited_at: Time

    @classmethod
    def of(cls, article: Article, draft: Draft) -> Self:
        """The draft and the number that it will get."""
        facts = {name: getattr(draft, name) for name in ("article_id", "title", "body", "edited_by", "edited_at")}
        return cls.model_validate({**facts, "version": article.version, "next_version": article.published + 1})


class EditionOut(Out):
    """One published version, without its text."""

    number: Number
    title: str
    body_hash: str
    published_by: str
    published_at: Time


class HistoryOut(Out):
    """Every published version, newest first."""

    data: list[EditionOut]

    @classmethod
    def of(cls, editions: list[Edition]) -> Self:
        """These editions."""
        return cls(data=[EditionOut.model_validate(edition) for edition in editions])


class HitOut(Out):
    """A published version that matches the query. `highlights` are `[start, end)` in the snippet, in code points."""

    id: str
    kind: ArticleKind
    slug: str
    language: Language
    number: Number
    title: str
    snippet: str
    highlights: list[list[int]]
    score: float
    published_at: Time

    @classmethod
    def of(cls, hit: Hit) -> Self:
        """The hit with its snippet and highlights."""
        facts = {name: getattr(hit, name) for name in ("id", "kind", "slug", "language", "number", "title", "score")}
        marks = [list(span) for span in hit.snippet.highlights]
        return cls(**facts, snippet=hit.snippet.text, highlights=marks, published_at=hit.published_at)


class HitsOut(Out):
    """The best matches, best first."""

    data: list[HitOut]


def _facts(article: Article) -> dict[str, object]:
    names = ("id", "version", "kind", "slug", "language", "state", "title", "created_at")
    return {name: getattr(article, name) for name in names}
