"""Exchanges 换货: the price of the replacement, what the buyer agrees to pay for it, refused goods that go back."""

from aftercare_chassis.http.routing import ApiRoute, Tx
from fastapi import APIRouter

from aftersale_svc.api.parameters import CaseId
from aftersale_svc.api.schemas.cases.cases import CaseOut
from aftersale_svc.api.schemas.goods.exchanges import AgreeChargeIn, PriceReplacementIn, ReturnRefusedGoodsIn
from aftersale_svc.api.steps import step
from aftersale_svc.commands.goods import exchanges
from aftersale_svc.domain.cases.charges.errors import ChargeAgreed, ChargeChanged, NothingOwed
from aftersale_svc.domain.cases.errors import LineTwice, LineUnknown, WaybillInUse, WaybillUnchanged
from aftersale_svc.domain.cases.exchanges.errors import NothingElseWanted, NothingRefused, PriceTooHigh
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.refused_goods.errors import RefusedGoodsAlreadyScanned, RefusedGoodsNotInTransit
from aftersale_svc.domain.claims.parties import ClaimPartyCannotDecide
from aftersale_svc.domain.currencies import PriceCurrencyForeign
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=ApiRoute)
NO_AMOUNT = AgreeChargeIn()


@router.post(
    "/{case_id}/price-replacement",
    **step(
        CASE.values(),
        CaseAction.PRICE_REPLACEMENT,
        "priceReplacement",
        NothingElseWanted,
        ChargeAgreed,
        LineUnknown,
        LineTwice,
        PriceCurrencyForeign,
        PriceTooHigh,
    ),
)
async def price_replacement(case_id: CaseId, body: PriceReplacementIn, tx: Tx[Settings]) -> CaseOut:
    """Name what another article or variant costs, from the approval until it is sent. The buyer has to agree to pay more.

    The same article costs nothing more, and so does what a verdict has ordered: 409 `nothing_else_wanted` where the buyer has named no
    `wanted_sku` or `wanted_variant` for a line.
    """
    return CaseOut.seen(await exchanges.price(tx, case_id, prices=body.named(), note=body.note), tx)


@router.post(
    "/{case_id}/agree-charge",
    **step(CASE.values(), CaseAction.AGREE_CHARGE, "agreeCharge", NothingOwed, ChargeAgreed, ChargeChanged),
)
async def agree_charge(case_id: CaseId, tx: Tx[Settings], body: AgreeChargeIn = NO_AMOUNT) -> CaseOut:
    """Agree as the buyer to pay the amount that is owed. It is paid outside the suite.

    Until then the merchant may name another amount: with `amount` the buyer agrees to no other one.
    """
    seen = None if body.amount is None else (body.amount.amount, body.amount.currency)
    return CaseOut.seen(await exchanges.agree(tx, case_id, seen=seen, note=body.note), tx)


@router.post(
    "/{case_id}/return-refused-goods",
    **step(
        CASE.values(),
        CaseAction.RETURN_REFUSED_GOODS,
        "returnRefusedGoods",
        NothingRefused,
        ClaimPartyCannotDecide,
        WaybillInUse,
    ),
)
async def return_refused_goods(case_id: CaseId, body: ReturnRefusedGoodsIn, tx: Tx[Settings]) -> CaseOut:
    """Record that the goods that the inspection refused were sent back to the buyer, once the buyer cannot dispute that any more.

    An agent may do it in place of a merchant who does not. What becomes of them is in the claim that `refused_goods_claims` names.
    """
    sent = await exchanges.return_refused(tx, case_id, carrier=body.carrier, waybill_no=body.waybill_no)
    return CaseOut.seen(sent, tx)


@router.post(
    "/{case_id}/correct-refused-goods-waybill",
    **step(
        CASE.values(),
        CaseAction.CORRECT_REFUSED_GOODS_WAYBILL,
        "correctRefusedGoodsWaybill",
        RefusedGoodsNotInTransit,
        RefusedGoodsAlreadyScanned,
        ClaimPartyCannotDecide,
        WaybillUnchanged,
        WaybillInUse,
    ),
)
async def correct_refused_goods_waybill(case_id: CaseId, body: ReturnRefusedGoodsIn, tx: Tx[Settings]) -> CaseOut:
    """Replace a wrong waybill of the refused goods. Possible until a courier has scanned their parcel."""
    corrected = await exchanges.correct_refused_waybill(tx, case_id, carrier=body.carrier, waybill_no=body.waybill_no)
    return CaseOut.seen(corrected, tx)
