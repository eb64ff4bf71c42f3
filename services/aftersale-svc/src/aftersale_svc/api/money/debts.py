"""What buyers owe by replaced verdicts 改判后应返还的款项."""

from aftercare_chassis.http.routing import ApiRoute, Tx
from fastapi import APIRouter

from aftersale_svc.api.parameters import DisputeId
from aftersale_svc.api.schemas.disputes.disputes import DisputeOut
from aftersale_svc.api.schemas.money.debts import RecordRepaymentIn, WriteOffIn
from aftersale_svc.api.steps import step
from aftersale_svc.commands.money import debts
from aftersale_svc.domain.currencies import CurrencyForeign
from aftersale_svc.domain.disputes.debts import NoDebt, RepaymentExceedsDebt, RepaymentMissing, RepaymentReferenceUsed
from aftersale_svc.domain.disputes.errors import PartyCannotDecide
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import DisputeAction
from aftersale_svc.domain.evidence.errors import EvidenceUnusable
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/disputes", tags=["disputes"], route_class=ApiRoute)
_REFUSED = (PartyCannotDecide, NoDebt)


@router.post(
    "/{dispute_id}/record-repayment",
    **step(
        [DISPUTE],
        DisputeAction.RECORD_REPAYMENT,
        "recordRepayment",
        *_REFUSED,
        RepaymentReferenceUsed,
        RepaymentMissing,
        RepaymentExceedsDebt,
        CurrencyForeign,
        EvidenceUnusable,
    ),
)
async def record_repayment(dispute_id: DisputeId, body: RecordRepaymentIn, tx: Tx[Settings]) -> DisputeOut:
    """Record that the buyer has paid back what a replaced verdict had paid too much, all or a part of it."""
    recorded = await debts.record_repayment(
        tx,
        dispute_id,
        amount_minor=body.amount.amount,
        currency=body.amount.currency,
        reference=body.reference,
        evidence=body.evidence,
        note=body.note,
    )
    return DisputeOut.of(recorded, tx)


@router.post("/{dispute_id}/write-off", **step([DISPUTE], DisputeAction.WRITE_OFF, "writeOffDebt", *_REFUSED))
async def write_off(dispute_id: DisputeId, body: WriteOffIn, tx: Tx[Settings]) -> DisputeOut:
    """Let the buyer keep what is still owed of what a replaced verdict had paid too much."""
    return DisputeOut.of(await debts.write_off(tx, dispute_id, note=body.note), tx)
