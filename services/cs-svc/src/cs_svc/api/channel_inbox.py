"""What came in over channels, and could not be processed."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter, Path, Query

from cs_svc.api.schemas.channel_inbox import InboundOut
from cs_svc.commands import inbound
from cs_svc.domain.channels import Channel
from cs_svc.domain.inbound import INBOUND, InboundAction, InboundState
from cs_svc.queries.inbox import inbox
from cs_svc.settings import Settings

router = APIRouter(prefix="/v1/channel-inbox", tags=["channels"], route_class=ApiRoute)
InboundId = Annotated[Id, Path(description="The id of what came in.")]


@router.get("", operation_id="listChannelInbox", dependencies=[require_role("agent", "arbitrator", "admin")])
async def list_channel_inbox(
    reader: Read,
    state: Annotated[InboundState | None, Query(description="Only what is in this state.")] = None,
    channel: Annotated[Channel | None, Query(description="Only what came over this channel.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[InboundOut]:
    """What came in over channels, newest first, for as long as it is kept: without its content."""
    page = await inbox(reader, limit, cursor, state=state, channel=channel)
    return PageOut[InboundOut].of(page, lambda row: InboundOut.of(row, reader.actor))


@router.post(
    "/{inbound_id}/redrive",
    operation_id="redriveInbound",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(INBOUND, InboundAction.REDRIVE)],
)
async def redrive_inbound(inbound_id: InboundId, tx: Tx[Settings]) -> InboundOut:
    """Process again what was ignored or could not be read, such as after an account was connected."""
    return InboundOut.of(await inbound.redrive(tx, inbound_id), tx.actor)
