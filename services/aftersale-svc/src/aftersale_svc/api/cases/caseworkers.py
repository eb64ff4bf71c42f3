"""Caseworkers 处理人员: the agents and arbitrators to whom work is given by how much they have."""

from typing import Annotated

from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Cursor, Limit, PageOut, PrincipalId
from fastapi import APIRouter, Path, Query

from aftersale_svc.api.schemas.cases.caseworkers import CaseworkerIn, CaseworkerOut
from aftersale_svc.commands.cases import caseworkers
from aftersale_svc.domain.caseworkers.model import CaseworkerRole
from aftersale_svc.queries import caseworkers as queries
from aftersale_svc.settings import Settings

router = APIRouter(
    prefix="/v1/caseworkers",
    tags=["caseworkers"],
    route_class=ApiRoute,
)


@router.get("", operation_id="listCaseworkers", dependencies=[require_role("agent", "arbitrator", "admin")])
async def list_caseworkers(
    reader: Read[Settings],
    role: Annotated[CaseworkerRole, Query(description="Agents or arbitrators.")],
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[CaseworkerOut]:
    """List the agents, or the arbitrators, on the roster, with what each of them has."""
    return PageOut[CaseworkerOut].of(await queries.roster(reader, role, limit, cursor), CaseworkerOut.of)


@router.put("/{person_id}", operation_id="putCaseworker", dependencies=[require_role("agent", "admin")])
async def put_caseworker(
    person_id: Annotated[PrincipalId, Path(description="The agent or arbitrator.")],
    body: CaseworkerIn,
    tx: Tx[Settings],
) -> CaseworkerOut:
    """Enter an agent or an arbitrator on the roster, or change what is entered: whoever may assign work may do so.

    A review or a dispute that is assigned without naming anybody goes to the one on the roster who has least to do.
    """
    entered = await caseworkers.enter(
        tx,
        person_id,
        role=body.role,
        is_available=body.available,
        types=body.types,
        most_open=body.most_open,
    )
    return CaseworkerOut.of(entered)
