"""Approval 审批 of drafts by a second person."""

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Tx, require_action
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter

from kb_svc.api.articles import ArticleId
from kb_svc.api.version_schemas import DraftOut, RejectDraftIn
from kb_svc.commands import approvals as commands
from kb_svc.domain.errors import NothingToPublish, SecondPersonNeeded
from kb_svc.domain.versions import VERSION, VersionAction
from kb_svc.queries import articles as queries
from kb_svc.settings import Settings

router = APIRouter(prefix="/v1/articles/{article_id}", tags=["articles"], route_class=ApiRoute)


@router.post(
    "/submit",
    operation_id="submitDraft",
    responses=refusals(IllegalTransition, NothingToPublish),
    dependencies=[require_action(VERSION, VersionAction.SUBMIT)],
)
async def submit_draft(article_id: ArticleId, tx: Tx[Settings]) -> DraftOut:
    """Submit the draft for the approval of a second person. Whoever does so last is its submitter."""
    article, draft = await commands.submit(tx, article_id)
    return DraftOut.of(article, draft, tx.actor, queries.approval(tx, article))


@router.post(
    "/approve",
    operation_id="approveDraft",
    responses=refusals(IllegalTransition, NothingToPublish, SecondPersonNeeded),
    dependencies=[require_action(VERSION, VersionAction.APPROVE)],
)
async def approve_draft(article_id: ArticleId, tx: Tx[Settings]) -> DraftOut:
    """Approve the submitted draft. Neither its last editor nor its submitter can."""
    article, draft = await commands.approve(tx, article_id)
    return DraftOut.of(article, draft, tx.actor, queries.approval(tx, article))


@router.post(
    "/reject",
    operation_id="rejectDraft",
    responses=refusals(IllegalTransition, NothingToPublish),
    dependencies=[require_action(VERSION, VersionAction.REJECT)],
)
async def reject_draft(article_id: ArticleId, body: RejectDraftIn, tx: Tx[Settings]) -> DraftOut:
    """Give the submitted or approved draft back to its editors, with the reason."""
    article, draft = await commands.reject(tx, article_id, reason=body.reason)
    return DraftOut.of(article, draft, tx.actor, queries.approval(tx, article))
