"""The fields that the events of an article have in common."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import TraceFields, trace_fields

from kb_svc.domain.articles import Article, ArticleState
from kb_svc.domain.versions import VersionState

EVERYBODY = "public"
"""The affected party of every change of an article."""


class ArticleFields(TraceFields):
    """What every event of an article holds."""

    article_id: str
    kind: str
    slug: str
    language: str


def article_fields(tx: Transaction, article: Article, result: ArticleState | VersionState) -> ArticleFields:
    """The fields of an event of this article, after its change."""
    return ArticleFields(
        **trace_fields(tx, affected_party=EVERYBODY, applicant=article.created_by, result=result),
        article_id=article.id,
        kind=article.kind,
        slug=article.slug,
        language=article.language,
    )
