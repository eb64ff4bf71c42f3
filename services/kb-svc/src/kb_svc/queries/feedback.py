"""Feedback about articles, for editors."""

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from kb_svc.domain.articles import ArticleKind, Language
from kb_svc.domain.feedback import ArticleFeedback, Helpfulness, HelpfulnessOfArticle
from kb_svc.tables.articles import ARTICLES
from kb_svc.tables.feedback import FEEDBACK_LIST, HELPFULNESS_OF_VERSIONS, LEAST_HELPFUL


async def of_article(
    reader: Reader,
    article_id: str,
    *,
    number: int | None,
    helped: bool | None,
    commented: bool | None,
    limit: int,
    cursor: str | None,
) -> Page[ArticleFeedback]:
    """A page of the feedback about an article, newest first. Raises: NotFound."""
    article = await reader.get(ARTICLES, article_id)
    filters = {"article_id": article.id, "number": number, "helped": helped, "commented": commented}
    return await reader.page(FEEDBACK_LIST, limit=limit, cursor=cursor, **filters)


async def counts(reader: Reader, article_id: str) -> list[Helpfulness]:
    """The counts of the versions that somebody has given feedback about, newest version first. Raises: NotFound."""
    article = await reader.get(ARTICLES, article_id)
    return await reader.all(HELPFULNESS_OF_VERSIONS, article_id=article.id)


async def least_helpful(
    reader: Reader, *, kind: ArticleKind | None, language: Language | None, limit: int, cursor: str | None
) -> Page[HelpfulnessOfArticle]:
    """A page of the articles with feedback, those that help least first."""
    return await reader.page(LEAST_HELPFUL, limit=limit, cursor=cursor, kind=kind, language=language)
