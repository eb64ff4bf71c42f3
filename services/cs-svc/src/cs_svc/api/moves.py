"""Conversations that go to other agents or teams 转接, become one 合并, or two 拆分."""

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Tx, require_action
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter

from cs_svc.api.conversations import ConversationId
from cs_svc.api.schemas.conversations import ConversationOut
from cs_svc.api.schemas.desk import MergeConversationIn, SplitIn, TransferIn
from cs_svc.commands import merging, transfers
from cs_svc.domain.conversations import CONVERSATION, ConversationAction
from cs_svc.domain.errors import CaseOfOtherOrder, CaseUnknown, ConversationGone, OrderUnknown
from cs_svc.domain.merging import ConversationsDiffer, ConversationUnknown, PlaceUnknown, TooManyMessages
from cs_svc.domain.notes import AgentUnknown
from cs_svc.domain.routing.errors import TeamUnknown
from cs_svc.settings import Settings

router = APIRouter(prefix="/v1/conversations", tags=["conversations"], route_class=ApiRoute)


@router.post(
    "/{conversation_id}/transfer",
    operation_id="transferConversation",
    responses=refusals(IllegalTransition, AgentUnknown, TeamUnknown),
    dependencies=[require_action(CONVERSATION, ConversationAction.TRANSFER)],
)
async def transfer_conversation(conversation_id: ConversationId, body: TransferIn, tx: Tx[Settings]) -> ConversationOut:
    """Give a conversation to another agent, or to a team, in whose queue it waits."""
    given = await transfers.transfer(
        tx, conversation_id, agent_id=body.agent_id, team_id=body.team_id, reason=body.reason
    )
    return ConversationOut.of(given, tx.actor)


@router.post(
    "/{conversation_id}/merge",
    operation_id="mergeConversation",
    responses=refusals(IllegalTransition, ConversationGone, ConversationUnknown, ConversationsDiffer, TooManyMessages),
    dependencies=[require_action(CONVERSATION, ConversationAction.MERGE)],
)
async def merge_conversation(
    conversation_id: ConversationId, body: MergeConversationIn, tx: Tx[Settings]
) -> ConversationOut:
    """Merge a conversation into another one of the same customer, which is returned: it has the messages of both in the order of time. This is
    final; the id of the merged one leads to it by `merged_into`."""
    return ConversationOut.of(await merging.merge(tx, conversation_id, into_id=body.into_id), tx.actor)


@router.post(
    "/{conversation_id}/split",
    operation_id="splitConversation",
    status_code=201,
    responses=refusals(IllegalTransition, PlaceUnknown, TooManyMessages, OrderUnknown, CaseUnknown, CaseOfOtherOrder),
    dependencies=[require_action(CONVERSATION, ConversationAction.SPLIT)],
)
async def split_conversation(conversation_id: ConversationId, body: SplitIn, tx: Tx[Settings]) -> ConversationOut:
    """Let the messages from a place on be in a new conversation, which is returned; to undo it, merge that one."""
    new = await merging.split(
        tx, conversation_id, from_place=body.from_place, order_id=body.order_id, case_id=body.case_id
    )
    return ConversationOut.of(new, tx.actor)
