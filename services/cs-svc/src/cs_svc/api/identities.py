"""Identities of customers on channels, and deliveries to them."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter, Path, Query

from cs_svc import queries
from cs_svc.api.conversations import ConversationId
from cs_svc.api.filters import OfBuyer
from cs_svc.api.schemas.conversations import ConversationOut
from cs_svc.api.schemas.identities import (
    DeliveriesOut,
    DeliveryOut,
    FirstMessageIn,
    IdentityIn,
    IdentityOut,
    LinkIn,
    UnlinkIn,
)
from cs_svc.commands import conversations, deliveries, identities
from cs_svc.domain.channels import DELIVERY, Channel, DeliveryAction
from cs_svc.domain.errors import AddressMalformed, ChannelNotWritten, IdentityKnown, OptedOut, ReplyWindowClosed
from cs_svc.domain.held_replies import ApprovalNeeded
from cs_svc.domain.identities import IDENTITY, IdentityAction
from cs_svc.settings import Settings

router = APIRouter(prefix="/v1", tags=["channels"], route_class=ApiRoute)
IdentityId = Annotated[Id, Path(description="The id of the identity.")]
DeliveryId = Annotated[Id, Path(description="The id of the delivery.")]
OfChannel = Annotated[Channel | None, Query(description="Only identities on this channel.")]
_READERS = [require_role("buyer", "agent", "arbitrator", "admin")]


@router.post(
    "/identities",
    operation_id="addIdentity",
    status_code=201,
    responses=refusals(AddressMalformed, IdentityKnown),
    dependencies=[require_role("agent")],
)
async def add_identity(body: IdentityIn, tx: Tx[Settings]) -> IdentityOut:
    """Add an address that is not known yet, as a customer of its own. What comes in over a channel adds its sender by itself."""
    return IdentityOut.of(await identities.add(tx, channel=body.channel, address=body.address), tx.actor)


@router.get("/identities", operation_id="listIdentities", dependencies=_READERS)
async def list_identities(
    reader: Read, buyer_id: OfBuyer = None, channel: OfChannel = None, limit: Limit = 20, cursor: Cursor = None
) -> PageOut[IdentityOut]:
    """Identities, newest first. With `buyer_id`, all addresses of one customer."""
    page = await queries.identities(reader, limit, cursor, buyer_id=buyer_id, channel=channel)
    return PageOut[IdentityOut].of(page, lambda row: IdentityOut.of(row, reader.actor))


@router.get("/identities/{identity_id}", operation_id="getIdentity", dependencies=_READERS)
async def get_identity(identity_id: IdentityId, reader: Read) -> IdentityOut:
    """One identity."""
    return IdentityOut.of(await queries.identity(reader, identity_id), reader.actor)


@router.post(
    "/identities/{identity_id}/link",
    operation_id="linkIdentity",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(IDENTITY, IdentityAction.LINK)],
)
async def link_identity(identity_id: IdentityId, body: LinkIn, tx: Tx[Settings]) -> IdentityOut:
    """Link the identity to a buyer, who then sees its conversations. To link it to another one, undo the link first."""
    return IdentityOut.of(await identities.link(tx, identity_id, buyer_id=body.buyer_id, reason=body.reason), tx.actor)


@router.post(
    "/identities/{identity_id}/unlink",
    operation_id="unlinkIdentity",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(IDENTITY, IdentityAction.UNLINK)],
)
async def unlink_identity(identity_id: IdentityId, body: UnlinkIn, tx: Tx[Settings]) -> IdentityOut:
    """Undo the link: the conversations of the identity leave the buyer with it, but for those that were merged or split."""
    return IdentityOut.of(await identities.unlink(tx, identity_id, reason=body.reason), tx.actor)


@router.post(
    "/identities/{identity_id}/conversations",
    operation_id="writeToIdentity",
    status_code=201,
    responses=refusals(ChannelNotWritten, OptedOut, ReplyWindowClosed, ApprovalNeeded),
    dependencies=[require_role("agent")],
)
async def write_to_identity(identity_id: IdentityId, body: FirstMessageIn, tx: Tx[Settings]) -> ConversationOut:
    """Open a conversation whose messages are delivered to this address; the caller is its agent."""
    opened = await conversations.open_with(tx, identity_id, text=body.text, subject=body.subject)
    return ConversationOut.of(opened, tx.actor)


@router.get(
    "/conversations/{conversation_id}/deliveries",
    operation_id="listDeliveries",
    dependencies=[require_role("agent", "arbitrator", "admin")],
)
async def list_deliveries(conversation_id: ConversationId, reader: Read) -> DeliveriesOut:
    """How far the messages to the buyer of this conversation have come: the latest hundred, newest first."""
    found = await queries.deliveries(reader, conversation_id)
    return DeliveriesOut(data=[DeliveryOut.of(each, reader.actor) for each in found])


@router.post(
    "/deliveries/{delivery_id}/retry",
    operation_id="retryDelivery",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(DELIVERY, DeliveryAction.RETRY)],
)
async def retry_delivery(delivery_id: DeliveryId, tx: Tx[Settings]) -> DeliveryOut:
    """Attempt a delivery that has failed or bounced again. Where it is not known whether the message arrived, it may arrive twice."""
    return DeliveryOut.of(await deliveries.retry(tx, delivery_id), tx.actor)
