"""Referrals 转交: conversations that go from the platform's customer service to the merchant's, and back."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter, Path, Query

from cs_svc.api.conversations import ConversationId
from cs_svc.api.schemas.referrals import DeclineReferralIn, ReferIn, ReferralOut
from cs_svc.commands import referrals
from cs_svc.domain.conversations import CONVERSATION, ConversationAction, ServedBy
from cs_svc.domain.errors import OrderUnknown
from cs_svc.domain.referrals import (
    REFERRAL,
    AboutAnotherOrder,
    NotServed,
    OrderNeeded,
    OtherSideActs,
    ReferralAction,
    ReferralOpen,
    ReferralState,
)
from cs_svc.queries import desk as queries
from cs_svc.settings import Settings

router = APIRouter(prefix="/v1", tags=["referrals"], route_class=ApiRoute)
ReferralId = Annotated[Id, Path(description="The id of the referral.")]
BOTH_SIDES = require_role("agent", "arbitrator", "admin", "seller")


@router.post(
    "/conversations/{conversation_id}/refer",
    operation_id="referConversation",
    status_code=201,
    responses=refusals(IllegalTransition, NotServed, ReferralOpen, OrderNeeded, AboutAnotherOrder, OrderUnknown),
    dependencies=[require_action(CONVERSATION, ConversationAction.REFER)],
)
async def refer_conversation(conversation_id: ConversationId, body: ReferIn, tx: Tx[Settings]) -> ReferralOut:
    """Offer a conversation to the other side: an agent to the merchant, a seller, whose people serve it, to the platform."""
    offered = await referrals.offer(
        tx, conversation_id, reason=body.reason, order_id=body.order_id, shared_from=body.shared_from
    )
    return ReferralOut.of(offered, tx.actor)


@router.get("/referrals", operation_id="listReferrals", dependencies=[BOTH_SIDES])
async def list_referrals(
    reader: Read[Settings],
    state: Annotated[ReferralState | None, Query(description="Only those in this state.")] = None,
    offered_to: Annotated[ServedBy | None, Query(description="Only those offered to these.")] = None,
    conversation_id: Annotated[Id | None, Query(description="Only those of this conversation.")] = None,
    merchant_id: Annotated[Id | None, Query(description="Only those that concern this merchant.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[ReferralOut]:
    """Offers of conversations, newest first."""
    filters = {"state": state, "offered_to": offered_to, "conversation_id": conversation_id, "merchant_id": merchant_id}
    page = await queries.referrals(reader, limit, cursor, **filters)
    return PageOut[ReferralOut].of(page, lambda row: ReferralOut.of(row, reader.actor))


@router.get("/referrals/{referral_id}", operation_id="getReferral", dependencies=[BOTH_SIDES])
async def get_referral(referral_id: ReferralId, reader: Read[Settings]) -> ReferralOut:
    """One offer."""
    return ReferralOut.of(await queries.referral(reader, referral_id), reader.actor)


@router.post(
    "/referrals/{referral_id}/accept",
    operation_id="acceptReferral",
    responses=refusals(IllegalTransition, OtherSideActs),
    dependencies=[require_action(REFERRAL, ReferralAction.ACCEPT)],
)
async def accept_referral(referral_id: ReferralId, tx: Tx[Settings]) -> ReferralOut:
    """Serve the conversation from now on: the caller has it where the platform does, else all people of the merchant."""
    return ReferralOut.of(await referrals.accept(tx, referral_id), tx.actor)


@router.post(
    "/referrals/{referral_id}/decline",
    operation_id="declineReferral",
    responses=refusals(IllegalTransition, OtherSideActs),
    dependencies=[require_action(REFERRAL, ReferralAction.DECLINE)],
)
async def decline_referral(referral_id: ReferralId, body: DeclineReferralIn, tx: Tx[Settings]) -> ReferralOut:
    """Leave the conversation with who offered it."""
    return ReferralOut.of(await referrals.decline(tx, referral_id, reason=body.reason), tx.actor)


@router.post(
    "/referrals/{referral_id}/withdraw",
    operation_id="withdrawReferral",
    responses=refusals(IllegalTransition, OtherSideActs),
    dependencies=[require_action(REFERRAL, ReferralAction.WITHDRAW)],
)
async def withdraw_referral(referral_id: ReferralId, tx: Tx[Settings]) -> ReferralOut:
    """Take back an offer of the caller's own side that nobody has answered."""
    return ReferralOut.of(await referrals.withdraw(tx, referral_id), tx.actor)
