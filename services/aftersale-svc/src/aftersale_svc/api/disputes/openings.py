"""Opening a dispute in a case 发起维权."""

from aftercare_chassis.http.routing import ApiRoute, Tx
from fastapi import APIRouter

from aftersale_svc.api.parameters import CaseId
from aftersale_svc.api.schemas.disputes.disputes import DisputeIn, DisputeOut
from aftersale_svc.api.steps import step
from aftersale_svc.commands.disputes import openings
from aftersale_svc.domain.cases.errors import DisputedTooOften, NotStalled, VerdictInExecution
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.evidence.errors import EvidenceUnusable
from aftersale_svc.domain.orders.errors import OrderWasCancelled
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/cases", tags=["disputes"], route_class=ApiRoute)


@router.post(
    "/{case_id}/dispute",
    status_code=201,
    **step(
        CASE.values(),
        CaseAction.DISPUTE,
        "openDispute",
        EvidenceUnusable,
        OrderWasCancelled,
        VerdictInExecution,
        NotStalled,
        DisputedTooOften,
    ),
)
async def open_dispute(case_id: CaseId, body: DisputeIn, tx: Tx[Settings]) -> DisputeOut:
    """Open a dispute, which stops the case. The merchant has to answer it.

    The buyer may do so where the case was rejected, or an agent is late (409 `case_not_stalled` else, with `possible_from` where it is an agent's turn). Once the time of the merchant
    is over, the case goes on by itself; the buyer may dispute it until that has happened. An agent or an arbitrator may in
    every open case that no refund is on its way for. Who has withdrawn as many disputes about the case as the settings permit opens no more (409
    `disputed_too_often`). Customer service registers a complaint for it by the event: its id is
    `complaint_id`, and it is shown there shortly after.
    """
    return DisputeOut.of(await openings.open_(tx, case_id, opening=body.opening()), tx)
