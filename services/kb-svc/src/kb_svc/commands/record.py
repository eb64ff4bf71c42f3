"""The fields that the events of an article have in common, built from its row."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import TraceFields

from kb_svc.domain.articles import Article, ArticleState

EVERYBODY = "public"
"""The affected party of every change of an article."""


class ArticleFields(TraceFields):
    """What every event of an article holds."""

    article_id: str
    kind: str
    slug: str
    language: str


def event_fields(tx: Transaction, article: Article, result: ArticleState) -> ArticleFields:
    """The fields of the traceability record and those of the article."""
    return ArticleFields(
        affected_party=EVERYBODY,
        applicant=article.created_by,
        handler=tx.actor.id,
        time=tx.now,
        result=result,
        article_id=article.id,
        kind=article.kind,
        slug=article.slug,
        language=article.language,
    )
