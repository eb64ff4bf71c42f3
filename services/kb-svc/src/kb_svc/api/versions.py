"""Published versions of an article: their clauses, their differences, and withdrawing one that has still to take effect."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter, Path

from kb_svc.api.articles import ArticleId
from kb_svc.api.clause_schemas import ClausesOut, ComparisonOut
from kb_svc.api.schemas import ArticleOut
from kb_svc.commands import versions as commands
from kb_svc.domain.versions import VERSION, VersionAction
from kb_svc.queries import articles as queries
from kb_svc.queries import clauses as clause_queries
from kb_svc.settings import Settings

router = APIRouter(prefix="/v1/articles/{article_id}/versions", tags=["articles"], route_class=ApiRoute)
PublishedNumber = Annotated[int, Path(ge=1, le=2**31 - 1, description="A published version.")]


@router.post(
    "/{number}/withdraw",
    operation_id="withdrawVersion",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(VERSION, VersionAction.WITHDRAW)],
)
async def withdraw_version(article_id: ArticleId, number: PublishedNumber, tx: Tx[Settings]) -> ArticleOut:
    """Withdraw a version that has not taken effect. It never will, and stays readable by its number."""
    return ArticleOut.with_text(queries.view(tx, *await commands.withdraw(tx, article_id, number=number)))


@router.get("/{number}/clauses", operation_id="listClauses")
async def list_clauses(article_id: ArticleId, number: PublishedNumber, reader: Read) -> ClausesOut:
    """The clauses of a version. A clause has the same id in each version in which it is, so that a citation is found again."""
    return ClausesOut.of(await clause_queries.clauses(reader, article_id, number))


@router.get("/{number}/diff/{other}", operation_id="compareVersions")
async def compare_versions(
    article_id: ArticleId, number: PublishedNumber, other: PublishedNumber, reader: Read
) -> ComparisonOut:
    """How the second of two versions differs from the first, clause by clause and word by word."""
    return ComparisonOut.of(await clause_queries.compare(reader, article_id, number, other))
