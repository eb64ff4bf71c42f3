"""Articles and policies of the knowledge base, published by kb-svc."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event, EventPart
from aftercare_events.fields import Code, Hash, Id, Time
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, one_of


class ArticleKind(Vocabulary):
    """What an article is for."""

    POLICY = "policy", "it binds: decisions cite it"
    ARTICLE = "article", "it explains"


class ArticleEvent(Event):
    """What every event of an article carries."""

    TOPIC: ClassVar[Topic] = topics.ARTICLES
    KEY: ClassVar[str] = "article_id"

    article_id: Annotated[Id, Field(description="the article")]
    kind: Annotated[Code, one_of(ArticleKind, "what it is for")]
    slug: Annotated[Id, Field(description="its name in paths, one per language")]
    language: Annotated[Code, Field(description="BCP 47 tag, such as zh-CN")]


class Clause(EventPart):
    """One clause of a text: its number, the digest of its text, and what it states for machines beside its words. One that names the reason
    of a request comes before those that name none, and of several the last counts."""

    id: Id
    hash: Hash
    reasons: Annotated[
        tuple[Code, ...] | None, Field(description="the reasons of requests that it is about; every one where left out")
    ] = None
    types: Annotated[tuple[Code, ...] | None, Field(description="the types of cases that are possible by it")] = None
    window_days: Annotated[
        int | None,
        Field(strict=True, ge=0, description="how many days after the goods were signed for a request is in time"),
    ] = None
    refund_percent: Annotated[
        int | None, Field(strict=True, ge=0, le=100, description="how much of what was paid for the units goes back")
    ] = None


class ArticleDrafted(ArticleEvent):
    """A draft was begun or changed."""

    matter: Code = "article_draft"


class ArticlePublished(ArticleEvent):
    """A version was published; it never changes again."""

    matter: Code = "article_publication"
    article_version: Annotated[int, Field(strict=True, ge=1)]
    title_hash: Hash | None = None
    body_hash: Hash
    clauses: Annotated[
        tuple[Clause, ...], Field(description="the clauses of a policy, by which decisions cite it; at most 200")
    ] = ()
    effective_at: Annotated[
        Time | None, Field(description="from when it is in force; absent: from its publication")
    ] = None


class ArticleRetired(ArticleEvent):
    """The article is no longer in force."""

    matter: Code = "article_retirement"
