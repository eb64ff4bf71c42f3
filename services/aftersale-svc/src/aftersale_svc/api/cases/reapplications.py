"""Asking again after a rejection 再次申请."""

from aftercare_chassis.http.routing import ApiRoute, Read, Tx
from fastapi import APIRouter

from aftersale_svc.api.cases.cases import REFUSED
from aftersale_svc.api.parameters import CaseId
from aftersale_svc.api.schemas.cases.cases import CaseOut
from aftersale_svc.api.schemas.cases.reapplications import ReapplicationsOut, ReapplyIn
from aftersale_svc.api.steps import step
from aftersale_svc.commands.cases import reapplications
from aftersale_svc.domain.cases.errors import ReturnAlreadyShipped
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.reapplications import MOST_REAPPLICATIONS
from aftersale_svc.queries import reapplications as queries
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=ApiRoute)
AS_BEFORE = ReapplyIn(evidence=[])


@router.post(
    "/{case_id}/reapply",
    status_code=201,
    **step(CASE.values(), CaseAction.REAPPLY, "reapplyCase", ReturnAlreadyShipped, *REFUSED),
)
async def reapply(case_id: CaseId, tx: Tx[Settings], body: ReapplyIn = AS_BEFORE) -> CaseOut:
    """Ask again after a rejection. The rejected case is closed (`reapplied`), and the new one names it (`reapplication_of`).

    That is possible five times for a line, then it is 409 `reapplied_too_often`; `GET /v1/cases/{id}/reapplications` has how many are left.
    """
    return CaseOut.seen(await reapplications.reapply(tx, case_id, asked=body.asked(), note=body.note), tx)


@router.get("/{case_id}/reapplications", operation_id="getReapplications")
async def get_reapplications(case_id: CaseId, reader: Read[Settings]) -> ReapplicationsOut:
    """Get how often the buyer may still ask for the units of this case."""
    return ReapplicationsOut(most=MOST_REAPPLICATIONS, left=await queries.left(reader, case_id))
