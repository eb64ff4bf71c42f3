"""Repairs 维修: what one costs, what was done, and what the buyer takes where it is not possible."""

from aftercare_chassis.http.routing import ApiRoute, Tx
from fastapi import APIRouter

from aftersale_svc.api.parameters import CaseId
from aftersale_svc.api.schemas.cases.case_requests import CitingIn, NoteIn
from aftersale_svc.api.schemas.cases.cases import CaseOut
from aftersale_svc.api.schemas.goods.repairs import CannotRepairIn, QuoteIn, RepairedIn
from aftersale_svc.api.steps import step
from aftersale_svc.commands.goods import repairs
from aftersale_svc.domain.cases.charges.errors import ChargeAgreed, ChargePaid, ChargeUnpaid, PaymentStated
from aftersale_svc.domain.cases.errors import RefundDecided
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.repairs.errors import (
    GoodsNotReceived,
    NothingToRepairAgain,
    QuoteAmountMissing,
    RemedyNotOffered,
    RepairCovered,
)
from aftersale_svc.domain.cases.replacements.errors import ReplacementDecided
from aftersale_svc.domain.currencies import PriceCurrencyForeign
from aftersale_svc.domain.policies.errors import CITATIONS
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=ApiRoute)
NO_NOTE, NOTHING = NoteIn(), CitingIn(policy=[])


@router.post(
    "/{case_id}/quote",
    **step(
        CASE.values(),
        CaseAction.QUOTE,
        "quoteRepair",
        RepairCovered,
        ChargeAgreed,
        ChargePaid,
        QuoteAmountMissing,
        PriceCurrencyForeign,
    ),
)
async def quote_repair(case_id: CaseId, body: QuoteIn, tx: Tx[Settings]) -> CaseOut:
    """Say what the repair costs the buyer, where the merchant is not liable for the fault. The buyer answers with
    `agree-charge` or `decline-quote`; the repair goes on once the payment is recorded (`record-payment`),
    or the buyer has stated it (`state-payment`) and it was confirmed."""
    quoted = await repairs.quote(
        tx, case_id, amount_minor=body.cost.amount, currency=body.cost.currency, days=body.days, note=body.note
    )
    return CaseOut.seen(quoted, tx)


@router.post("/{case_id}/decline-quote", **step(CASE.values(), CaseAction.DECLINE_QUOTE, "declineQuote", PaymentStated))
async def decline_quote(case_id: CaseId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> CaseOut:
    """Decline as the buyer to pay for the repair. The goods go back as they are."""
    return CaseOut.seen(await repairs.decline_quote(tx, case_id, note=body.note), tx)


@router.post("/{case_id}/repaired", **step(CASE.values(), CaseAction.REPAIRED, "finishRepair"))
async def finish_repair(case_id: CaseId, body: RepairedIn, tx: Tx[Settings]) -> CaseOut:
    """Say what was done. The merchant sends the goods to the buyer next (`ship-replacement`)."""
    return CaseOut.seen(await repairs.finish(tx, case_id, work=body.work, note=body.note), tx)


@router.post("/{case_id}/cannot-repair", **step(CASE.values(), CaseAction.CANNOT_REPAIR, "reportCannotRepair"))
async def report_cannot_repair(case_id: CaseId, body: CannotRepairIn, tx: Tx[Settings]) -> CaseOut:
    """Say that the goods cannot be repaired, and offer the money or other goods for them. The buyer takes that, or the
    goods as they are."""
    failed = await repairs.give_up(tx, case_id, failure=body.failure, remedy=body.remedy, note=body.note)
    return CaseOut.seen(failed, tx)


@router.post(
    "/{case_id}/take-exchange", **step(CASE.values(), CaseAction.TAKE_EXCHANGE, "takeExchange", RemedyNotOffered)
)
async def take_exchange(case_id: CaseId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> CaseOut:
    """Take other goods as the buyer, for those that cannot be repaired."""
    return CaseOut.seen(await repairs.take_exchange(tx, case_id, note=body.note), tx)


@router.post(
    "/{case_id}/take-goods-back",
    **step(
        CASE.values(),
        CaseAction.TAKE_GOODS_BACK,
        "takeGoodsBack",
        GoodsNotReceived,
        RefundDecided,
        ReplacementDecided,
        *CITATIONS,
    ),
)
async def take_goods_back(case_id: CaseId, tx: Tx[Settings], body: CitingIn = NOTHING) -> CaseOut:
    """Have the merchant send the goods back as they are: as the buyer where they cannot be repaired, or as an agent."""
    return CaseOut.seen(await repairs.take_goods_back(tx, case_id, note=body.note, policy=body.citations()), tx)


@router.post(
    "/{case_id}/resume-repair",
    **step(
        CASE.values(),
        CaseAction.RESUME_REPAIR,
        "resumeRepair",
        ChargeUnpaid,
        GoodsNotReceived,
        RefundDecided,
        ReplacementDecided,
        *CITATIONS,
    ),
)
async def resume_repair(case_id: CaseId, tx: Tx[Settings], body: CitingIn = NOTHING) -> CaseOut:
    """Give the merchant time to repair the goods again, as an agent."""
    return CaseOut.seen(await repairs.resume(tx, case_id, note=body.note, policy=body.citations()), tx)


@router.post(
    "/{case_id}/repair-again",
    **step(CASE.values(), CaseAction.REPAIR_AGAIN, "repairAgain", NothingToRepairAgain, RefundDecided, *CITATIONS),
)
async def repair_again(case_id: CaseId, tx: Tx[Settings], body: CitingIn = NOTHING) -> CaseOut:
    """Have repaired goods, with which the buyer has reported something wrong, repaired once more, as an agent. The buyer sends them again."""
    return CaseOut.seen(await repairs.again(tx, case_id, note=body.note, policy=body.citations()), tx)
