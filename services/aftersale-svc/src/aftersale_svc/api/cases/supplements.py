"""Asking the buyer for more 补充材料."""

from aftercare_chassis.http.routing import ApiRoute, Tx
from fastapi import APIRouter

from aftersale_svc.api.parameters import CaseId
from aftersale_svc.api.schemas.cases.cases import CaseOut
from aftersale_svc.api.schemas.cases.supplements import SupplementIn, SupplementRequestIn
from aftersale_svc.api.steps import step
from aftersale_svc.commands.cases import supplements
from aftersale_svc.domain.cases.errors import RefundDecided
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.replacements.errors import ReplacementDecided
from aftersale_svc.domain.cases.supplements.errors import SupplementEmpty, SupplementsUsedUp
from aftersale_svc.domain.evidence.errors import EvidenceUnusable
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=ApiRoute)


@router.post(
    "/{case_id}/request-supplement",
    **step(
        CASE.values(),
        CaseAction.REQUEST_SUPPLEMENT,
        "requestSupplement",
        SupplementsUsedUp,
        RefundDecided,
        ReplacementDecided,
    ),
)
async def request_supplement(case_id: CaseId, body: SupplementRequestIn, tx: Tx[Settings]) -> CaseOut:
    """Ask the buyer for more before the decision: as the seller in `pending_review`, as an agent in `manual_review`.

    The time of the review stops. After `supplement_hours` it goes on without what was asked for.
    """
    return CaseOut.seen(await supplements.request(tx, case_id, missing=body.missing), tx)


@router.post(
    "/{case_id}/submit-supplement",
    **step(CASE.values(), CaseAction.SUBMIT_SUPPLEMENT, "submitSupplement", EvidenceUnusable, SupplementEmpty),
)
async def submit_supplement(case_id: CaseId, body: SupplementIn, tx: Tx[Settings]) -> CaseOut:
    """Supply what was asked for. Those who asked review on, in what was left of their time."""
    supplied = await supplements.submit(tx, case_id, evidence=body.evidence, note=body.note)
    return CaseOut.seen(supplied, tx)
