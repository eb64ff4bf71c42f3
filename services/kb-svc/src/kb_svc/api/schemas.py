"""Request and response bodies. `version` in a body is the number of a published version; the row's own is in the ETag."""

from typing import Annotated, Self

from aftercare_chassis.http.schemas import AllowedActions, AllowedOut, CreatedAt, In, Name, Out, Prose, Time, example
from pydantic import Field, StringConstraints

from kb_svc.domain.articles import Article, ArticleKind, ArticleState, Language
from kb_svc.domain.questions import MOST
from kb_svc.domain.versions import VersionState
from kb_svc.queries.articles import ArticleView
from kb_svc.queries.search import Found, Hit, SearchMode

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
"""The name of an article in URLs: lower-case words joined by hyphens."""

Body = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000), Prose]
"""Markdown, up to 20,000 characters."""

Questions = Annotated[list[Name], Field(max_length=MOST)]
"""At most 50 questions of one line each."""

NoticeDays = Annotated[int, Field(ge=0, le=365)]

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
    """A policy is binding, and decisions cite it; an article explains. It cannot be changed later."""
    slug: Slug
    """The name in URLs: lower-case words joined by hyphens. It cannot be changed later."""
    language: Language
    """The language of title and text. A slug may be in use once per language."""
    title: Name
    """Shown in lists and hits, and searched as well."""
    body: Body
    """The text, in Markdown."""
    notice_days: NoticeDays = 0
    """How many days a version is announced before it takes effect, such as the seven of platform rules. Not shortened later."""
    questions: Questions = Field(default_factory=list, examples=[["不喜欢可以退吗"]])
    """Other ways in which people ask what it answers. The search reads them with the text; readers are not shown them in hits."""


class ArticlePatch(In):
    """The changes of the draft; fields that are left out stay as they are."""

    model_config = example(body="签收后七天内，商品及赠品完好即可无理由退货。")

    title: Name | None = None
    """Stays as it is where it is left out."""
    body: Body | None = None
    """The text, in Markdown; stays as it is where it is left out."""
    notice_days: NoticeDays | None = None
    """How many days later versions are announced; not fewer than before, once a version is published."""
    questions: Questions | None = None
    """All other ways in which people ask what it answers; they stay as they are where this is left out."""


class ArticleSummaryOut(Out):
    """An article without its text."""

    version: RowVersion
    id: str
    """Identifies the article in all its versions: `art_…`."""
    kind: ArticleKind
    """A policy is binding, and decisions cite it; an article explains."""
    slug: str
    """The name in URLs."""
    language: Language
    """The language of title and text."""
    state: ArticleState
    """`draft` before a version is in force, `published` while one is, `expired` after the last one; `retired` is the end."""
    number: Number
    title: str
    """That of the version shown; that of the draft while nothing is published."""
    created_at: CreatedAt
    published_at: Time | None = Maybe
    """When the version shown was published; absent while nothing is."""

    @classmethod
    def of(cls, article: Article) -> Self:
        """The article with its newest title."""
        return cls.model_validate(
            {**_facts(article), "number": article.published, "published_at": article.published_at}
        )


class ArticleOut(ArticleSummaryOut):
    """An article with the text of one version."""

    body: str
    """The text of the version shown, in Markdown."""
    body_hash: str | None = Maybe
    """SHA-256 of the text, by which decisions cite it: `sha256:…`. Absent for a draft."""
    version_state: VersionState
    """The state of the version shown."""
    effective_from: Time | None = Maybe
    """From when the version shown is in force; absent for a draft."""
    effective_until: Time | None = Maybe
    """Until when it is in force at most; absent: until another one is."""
    questions: list[str]
    """Other ways in which people ask what it answers, for the search."""
    allowed_actions: AllowedActions

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
                "version_state": view.version_state,
                "questions": view.questions,
                "effective_from": view.effective_from,
                "effective_until": view.effective_until,
                "allowed_actions": AllowedOut.of(view.allowed_actions),
            }
        )


class HitOut(Out):
    """A published version that matches the query. `highlights` are `[start, end)` in the snippet, in code points."""

    id: str
    """The article: `art_…`."""
    kind: ArticleKind
    """A policy is binding; an article explains."""
    slug: str
    """The name in URLs."""
    language: Language
    """The language of title and snippet."""
    number: Number
    title: str
    """The title of the version found."""
    snippet: str
    """The part of the text that matches best, as plain text: about 120 characters, with `…` where it was cut."""
    highlights: list[list[int]]
    """Where words of the query are in the snippet: pairs `[start, end)`, counted in Unicode code points."""
    score: float
    """Higher is better; only comparable within one response."""
    published_at: Time
    """When the version found was published."""

    @classmethod
    def of(cls, hit: Hit) -> Self:
        """The hit with its snippet and highlights."""
        facts = {name: getattr(hit, name) for name in ("id", "kind", "slug", "language", "number", "title", "score")}
        marks = [list(span) for span in hit.snippet.highlights]
        return cls(**facts, snippet=hit.snippet.text, highlights=marks, published_at=hit.published_at)


class HitsOut(Out):
    """The best matches, best first."""

    data: list[HitOut]
    """Best first."""
    mode: SearchMode
    """`hybrid`: by words and by meaning; `lexical`: by words alone, because no vector of the query could be made in time."""
    did_you_mean: str | None = None
    """The query as it was searched for, where English words of it are in no article and others are near them."""

    @classmethod
    def of(cls, found: Found) -> Self:
        """What the search has found."""
        hits = [HitOut.of(hit) for hit in found.hits]
        return cls(data=hits, mode=found.mode, did_you_mean=found.did_you_mean)


def _facts(article: Article) -> dict[str, object]:
    names = ("id", "version", "kind", "slug", "language", "state", "title", "created_at")
    return {name: getattr(article, name) for name in names}
