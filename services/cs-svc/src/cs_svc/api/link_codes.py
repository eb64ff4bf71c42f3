"""One-time codes, by which a buyer links an address on a channel to their account."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action, require_role
from aftercare_chassis.http.schemas import Id
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter, Path

from cs_svc import queries
from cs_svc.api.schemas.link_codes import CodeIn, LinkCodeIn, LinkCodeOut
from cs_svc.commands import link_codes
from cs_svc.domain.errors import AddressMalformed, ChannelNotWritten
from cs_svc.domain.link_codes import LINK_CODE, LinkCodeAction, LinkCodeExpired, TooManyLinkCodes
from cs_svc.settings import Settings

router = APIRouter(prefix="/v1/link-codes", tags=["channels"], route_class=ApiRoute)
CodeId = Annotated[Id, Path(description="The id of the code.")]


@router.post(
    "",
    operation_id="askForLinkCode",
    status_code=201,
    responses=refusals(AddressMalformed, ChannelNotWritten, TooManyLinkCodes),
    dependencies=[require_role("buyer")],
)
async def ask_for_link_code(body: LinkCodeIn, tx: Tx[Settings]) -> LinkCodeOut:
    """Have a code sent to an address. The response is the same whether or not anybody has written from it."""
    return LinkCodeOut.of(await link_codes.ask(tx, channel=body.channel, address=body.address))


@router.get("/{code_id}", operation_id="getLinkCode", dependencies=[require_role("buyer")])
async def get_link_code(code_id: CodeId, reader: Read) -> LinkCodeOut:
    """One code: whether it was sent."""
    return LinkCodeOut.of(await queries.link_code(reader, code_id))


@router.post(
    "/{code_id}/confirm",
    operation_id="confirmLinkCode",
    responses=refusals(IllegalTransition, LinkCodeExpired),
    dependencies=[require_action(LINK_CODE, LinkCodeAction.CONFIRM)],
)
async def confirm_link_code(code_id: CodeId, body: CodeIn, tx: Tx[Settings]) -> LinkCodeOut:
    """Give the code that arrived. Where it is right, the address and its conversations are the caller's (`used`); a wrong one is counted."""
    return LinkCodeOut.of(await link_codes.confirm(tx, code_id, code=body.code))
