"""Held replies 待复核回复: an agent's reply with an amount above the limit is sent after another agent has approved it."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut, PrincipalId
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter, Path, Query

from cs_svc.api.conversations import ConversationId
from cs_svc.api.schemas.conversations import HoldReplyIn
from cs_svc.api.schemas.held_replies import DeclineReplyIn, HeldReplyOut
from cs_svc.commands import held_replies
from cs_svc.domain.assist import SuggestionUnknown
from cs_svc.domain.conversations import Citation
from cs_svc.domain.errors import (
    CaseNotInConversation,
    CaseUnknown,
    ConversationGone,
    OptedOut,
    ReplyWindowClosed,
)
from cs_svc.domain.held_replies import (
    HELD_REPLY,
    ByAuthorOnly,
    HeldReplyAction,
    HeldReplyState,
    NoApprovalNeeded,
    NotByAuthor,
)
from cs_svc.queries import desk as queries
from cs_svc.settings import Settings

router = APIRouter(prefix="/v1", tags=["held replies"], route_class=ApiRoute)
ReplyId = Annotated[Id, Path(description="The id of the held reply.")]
STAFF = require_role("agent", "arbitrator", "admin")


@router.post(
    "/conversations/{conversation_id}/held-replies",
    operation_id="holdReply",
    status_code=201,
    responses=refusals(NoApprovalNeeded, ConversationGone),
    dependencies=[require_role("agent")],
)
async def hold_reply(conversation_id: ConversationId, body: HoldReplyIn, tx: Tx[Settings]) -> HeldReplyOut:
    """Let a reply that was refused with `approval_needed` wait for another agent. Nothing is sent yet. Files are sent as a message of their own."""
    cited = [Citation(article_id=each.article_id, article_version=each.article_version) for each in body.citations]
    asked = await held_replies.ask(
        tx, conversation_id, text=body.text, citations=cited, case_id=body.case_id, suggestion_id=body.suggestion_id
    )
    return HeldReplyOut.of(asked, tx.actor)


@router.get("/held-replies", operation_id="listHeldReplies", dependencies=[STAFF])
async def list_held_replies(
    reader: Read[Settings],
    state: Annotated[HeldReplyState | None, Query(description="Only those in this state.")] = None,
    conversation_id: Annotated[Id | None, Query(description="Only those of this conversation.")] = None,
    author_id: Annotated[PrincipalId | None, Query(description="Only those of this agent.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[HeldReplyOut]:
    """Replies with amounts above the limit, newest first; `state=awaiting` lists those to decide about."""
    filters = {"state": state, "conversation_id": conversation_id, "author_id": author_id}
    page = await queries.held_replies(reader, limit, cursor, **filters)
    return PageOut[HeldReplyOut].of(page, lambda row: HeldReplyOut.of(row, reader.actor))


@router.get("/held-replies/{held_reply_id}", operation_id="getHeldReply", dependencies=[STAFF])
async def get_held_reply(held_reply_id: ReplyId, reader: Read[Settings]) -> HeldReplyOut:
    """One of them."""
    return HeldReplyOut.of(await queries.held_reply(reader, held_reply_id), reader.actor)


@router.post(
    "/held-replies/{held_reply_id}/approve",
    operation_id="approveReply",
    responses=refusals(
        IllegalTransition,
        NotByAuthor,
        CaseUnknown,
        CaseNotInConversation,
        OptedOut,
        ReplyWindowClosed,
        ConversationGone,
        SuggestionUnknown,
    ),
    dependencies=[require_action(HELD_REPLY, HeldReplyAction.APPROVE)],
)
async def approve_reply(held_reply_id: ReplyId, tx: Tx[Settings]) -> HeldReplyOut:
    """Send the reply as a message of its author."""
    return HeldReplyOut.of(await held_replies.approve(tx, held_reply_id), tx.actor)


@router.post(
    "/held-replies/{held_reply_id}/decline",
    operation_id="declineReply",
    responses=refusals(IllegalTransition, NotByAuthor),
    dependencies=[require_action(HELD_REPLY, HeldReplyAction.DECLINE)],
)
async def decline_reply(held_reply_id: ReplyId, body: DeclineReplyIn, tx: Tx[Settings]) -> HeldReplyOut:
    """Let the reply not be sent."""
    return HeldReplyOut.of(await held_replies.decline(tx, held_reply_id, reason=body.reason), tx.actor)


@router.post(
    "/held-replies/{held_reply_id}/withdraw",
    operation_id="withdrawReply",
    responses=refusals(IllegalTransition, ByAuthorOnly),
    dependencies=[require_action(HELD_REPLY, HeldReplyAction.WITHDRAW)],
)
async def withdraw_reply(held_reply_id: ReplyId, tx: Tx[Settings]) -> HeldReplyOut:
    """Let an own reply not be sent."""
    return HeldReplyOut.of(await held_replies.withdraw(tx, held_reply_id), tx.actor)
