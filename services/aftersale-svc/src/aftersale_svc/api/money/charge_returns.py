"""What buyers have paid outside the suite 补付款, given back to them."""

from aftercare_chassis.http.routing import ApiRoute, Tx
from fastapi import APIRouter

from aftersale_svc.api.parameters import CaseId
from aftersale_svc.api.schemas.cases.cases import CaseOut
from aftersale_svc.api.schemas.money.charges import RecordChargeReturnIn
from aftersale_svc.api.steps import step
from aftersale_svc.commands.money import charge_returns
from aftersale_svc.domain.cases.charges.errors import ChargeReturnByMerchant, ChargeReturnInexact, NothingToReturn
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.evidence.errors import EvidenceUnusable
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=ApiRoute)


@router.post(
    "/{case_id}/record-charge-return",
    **step(
        CASE.values(),
        CaseAction.RECORD_CHARGE_RETURN,
        "recordChargeReturn",
        EvidenceUnusable,
        NothingToReturn,
        ChargeReturnInexact,
        ChargeReturnByMerchant,
    ),
)
async def record_charge_return(case_id: CaseId, body: RecordChargeReturnIn, tx: Tx[Settings]) -> CaseOut:
    """Record that the buyer has back what they had paid for a replacement or a repair that does not come.

    It is owed back as soon as the money of the units goes back, the repair is not possible or is given up, or the case ends before
    anything has arrived. An agent may record it in place of the merchant, up to the amount that one agent decides about.
    """
    recorded = await charge_returns.record(
        tx,
        case_id,
        amount_minor=body.amount.amount,
        currency=body.amount.currency,
        reference=body.reference,
        evidence=body.evidence,
        note=body.note,
    )
    return CaseOut.seen(recorded, tx)
