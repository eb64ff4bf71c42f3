"""One decision about many cases 批量处理: a result for each."""

from functools import partial

from aftercare_chassis.http.routing import ApiRoute, Tx, require_action
from fastapi import APIRouter

from aftersale_svc.api.schemas.cases.bulk import BulkApproveIn, BulkRejectIn, OutcomeOut, OutcomesOut
from aftersale_svc.commands.cases import bulk, reviews
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/case-batches", tags=["cases"], route_class=ApiRoute)


@router.post(
    "/approve",
    operation_id="approveCases",
    dependencies=[require_action(CASE.values(), CaseAction.APPROVE)],
)
async def approve_cases(body: BulkApproveIn, tx: Tx[Settings]) -> OutcomesOut:
    """Approve several cases, each as `POST /v1/cases/{id}/approve` does. One that is refused stops no other, nor does one that
    fails by a fault of ours: it is refused with `decision_failed`."""
    approve = partial(reviews.approve, tx, note=body.note, return_address=body.address(), policy=body.citations())
    outcomes = await bulk.decide(tx, body.case_ids, approve)
    return OutcomesOut(data=[OutcomeOut.of(each, tx) for each in outcomes])


@router.post(
    "/reject",
    operation_id="rejectCases",
    dependencies=[require_action(CASE.values(), CaseAction.REJECT)],
)
async def reject_cases(body: BulkRejectIn, tx: Tx[Settings]) -> OutcomesOut:
    """Reject several cases, each as `POST /v1/cases/{id}/reject` does. One that is refused stops no other, nor does one that
    fails by a fault of ours: it is refused with `decision_failed`."""
    reject = partial(
        reviews.reject,
        tx,
        reason=body.reason,
        note=body.note,
        evidence=body.evidence,
        policy=body.citations(),
    )
    outcomes = await bulk.decide(tx, body.case_ids, reject)
    return OutcomesOut(data=[OutcomeOut.of(each, tx) for each in outcomes])
