"""What kb-svc says: articles and policies."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event
from aftercare_events.fields import Code, Hash, Id
from aftercare_events.topics import Topic


class ArticleEvent(Event):
    TOPIC: ClassVar[Topic] = topics.ARTICLES
    KEY: ClassVar[str] = "article_id"

    article_id: Annotated[Id, Field(description="the article")]
    kind: Code
    slug: Id
    language: Code


class ArticleDrafted(ArticleEvent):
    """A draft was begun or changed."""

    matter: Code = "article_draft"


class ArticlePublished(ArticleEvent):
    """A version was published; it never changes again."""

    matter: Code = "article_publication"
    article_version: Annotated[int, Field(strict=True, ge=1)]
    title_hash: Hash | None = None
    body_hash: Hash


class ArticleRetired(ArticleEvent):
    """The article is no longer in force."""

    matter: Code = "article_retirement"
