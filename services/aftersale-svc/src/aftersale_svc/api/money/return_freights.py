"""The freight of returns 退货运费, which the merchant reimburses where it bears it."""

from aftercare_chassis.http.routing import ApiRoute, Tx
from fastapi import APIRouter

from aftersale_svc.api.parameters import CaseId
from aftersale_svc.api.schemas.cases.cases import CaseOut
from aftersale_svc.api.schemas.money.return_freights import RecordReturnFreightIn
from aftersale_svc.api.steps import step
from aftersale_svc.commands.money import return_freights
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.return_freights.errors import NoReturnFreightOwed, ReturnFreightInexact
from aftersale_svc.domain.evidence.errors import EvidenceUnusable
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=ApiRoute)


@router.post(
    "/{case_id}/record-return-freight",
    **step(
        CASE.values(),
        CaseAction.RECORD_RETURN_FREIGHT,
        "recordReturnFreight",
        NoReturnFreightOwed,
        ReturnFreightInexact,
        EvidenceUnusable,
    ),
)
async def record_return_freight(case_id: CaseId, body: RecordReturnFreightIn, tx: Tx[Settings]) -> CaseOut:
    """Record that the buyer has the freight that they had paid for the return. It is owed once the goods are accepted or refunded."""
    recorded = await return_freights.record(
        tx,
        case_id,
        amount_minor=body.amount.amount,
        currency=body.amount.currency,
        reference=body.reference,
        evidence=body.evidence,
        note=body.note,
    )
    return CaseOut.seen(recorded, tx)
