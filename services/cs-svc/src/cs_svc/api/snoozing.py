"""Conversations that agents put off, take back, and reopen."""

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Tx, require_action
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter

from cs_svc.api.conversations import ConversationId
from cs_svc.api.schemas.conversations import ConversationOut
from cs_svc.api.schemas.desk import SnoozeIn
from cs_svc.commands import snoozing
from cs_svc.domain.conversations import CONVERSATION, ConversationAction
from cs_svc.domain.errors import ConversationGone, NotSnoozed, SnoozeTooLong, SnoozeTooShort
from cs_svc.settings import Settings

router = APIRouter(prefix="/v1/conversations", tags=["conversations"], route_class=ApiRoute)


@router.post(
    "/{conversation_id}/snooze",
    operation_id="snoozeConversation",
    responses=refusals(IllegalTransition, SnoozeTooShort, SnoozeTooLong),
    dependencies=[require_action(CONVERSATION, ConversationAction.SNOOZE)],
)
async def snooze_conversation(conversation_id: ConversationId, body: SnoozeIn, tx: Tx[Settings]) -> ConversationOut:
    """Put a conversation off; it comes back once, at that time or when the buyer writes."""
    return ConversationOut.of(await snoozing.snooze(tx, conversation_id, until=body.until), tx.actor)


@router.post(
    "/{conversation_id}/wake",
    operation_id="wakeConversation",
    responses=refusals(IllegalTransition, NotSnoozed),
    dependencies=[require_action(CONVERSATION, ConversationAction.WAKE)],
)
async def wake_conversation(conversation_id: ConversationId, tx: Tx[Settings]) -> ConversationOut:
    """Take a conversation back that was put off."""
    return ConversationOut.of(await snoozing.wake(tx, conversation_id), tx.actor)


@router.post(
    "/{conversation_id}/reopen",
    operation_id="reopenConversation",
    responses=refusals(IllegalTransition, ConversationGone),
    dependencies=[require_action(CONVERSATION, ConversationAction.REOPEN)],
)
async def reopen_conversation(conversation_id: ConversationId, tx: Tx[Settings]) -> ConversationOut:
    """Let a closed conversation go on without a message; the buyer has to write next."""
    return ConversationOut.of(await snoozing.reopen(tx, conversation_id), tx.actor)
