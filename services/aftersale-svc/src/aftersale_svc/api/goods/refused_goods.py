"""Claims to refused goods 拒收商品退回: what becomes of goods that an inspection refused."""

from typing import Annotated

from aftercare_chassis.http.routing import ApiRoute, Read, Tx
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut
from fastapi import APIRouter, Query

from aftersale_svc.api.parameters import (
    OfBuyer,
    OfMerchant,
    OfOrder,
    RefusedGoodsClaimId,
    Several,
    SortedClaims,
    one_or_several,
)
from aftersale_svc.api.schemas.cases.case_requests import NoteIn
from aftersale_svc.api.schemas.goods.refused_goods import (
    CompensationIn,
    CompensationPaymentIn,
    GoodsKeptIn,
    NothingOwedIn,
    RefusedGoodsClaimOut,
    RefusedGoodsDetailOut,
    RefusedGoodsTurn,
)
from aftersale_svc.api.steps import step
from aftersale_svc.commands.goods import refused_goods, refused_goods_deliveries
from aftersale_svc.domain.cases.refused_goods.codes import RefusedGoodsAction, RefusedGoodsState
from aftersale_svc.domain.claims.parties import SecondPersonNeeded
from aftersale_svc.domain.claims.sorting import ClaimOrder
from aftersale_svc.domain.currencies import CurrencyForeign
from aftersale_svc.domain.evidence.errors import EvidenceUnusable
from aftersale_svc.domain.policies.errors import CITATIONS
from aftersale_svc.domain.refused_goods.errors import (
    CompensationMissing,
    CompensationProposed,
    ExceedsGoods,
    NothingAwarded,
)
from aftersale_svc.domain.refused_goods.lifecycle import REFUSED_GOODS_CLAIM
from aftersale_svc.queries import refused_goods as queries
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/refused-goods-claims", tags=["refused-goods-claims"], route_class=ApiRoute)
NO_NOTE = NoteIn()
_TABLE = [REFUSED_GOODS_CLAIM]


@router.get("", operation_id="listRefusedGoodsClaims")
async def list_refused_goods_claims(
    reader: Read[Settings],
    case_id: Annotated[Id | None, Query(description="Only claims of this case.")] = None,
    order_id: OfOrder = None,
    state: Annotated[list[RefusedGoodsState] | None, Several("Only claims in one of these states.")] = None,
    whose_turn: Annotated[
        list[RefusedGoodsTurn] | None, Several("Only claims in which one of these has to act next.")
    ] = None,
    buyer_id: OfBuyer = None,
    merchant_id: OfMerchant = None,
    sort: SortedClaims = ClaimOrder.NEWEST,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[RefusedGoodsClaimOut]:
    """List the claims that the caller may see, newest first. They are opened by their cases, and sent by `return-refused-goods` there."""
    filters = {
        "case_id": case_id,
        "order_id": order_id,
        "state": one_or_several(state),
        "whose_turn": one_or_several(whose_turn),
        "buyer_id": buyer_id,
        "merchant_id": merchant_id,
    }
    page = await queries.refused_goods_claims(reader, sort, limit, cursor, **filters)
    return PageOut[RefusedGoodsClaimOut].of(page, lambda claim: RefusedGoodsClaimOut.of(claim, reader))


@router.get("/{refused_goods_claim_id}", operation_id="getRefusedGoodsClaim")
async def get_refused_goods_claim(
    refused_goods_claim_id: RefusedGoodsClaimId, reader: Read[Settings]
) -> RefusedGoodsDetailOut:
    """Get a claim with its history, and with what the caller may do next."""
    return RefusedGoodsDetailOut.with_steps(*await queries.refused_goods_claim(reader, refused_goods_claim_id), reader)


@router.post("/{refused_goods_claim_id}/confirm", **step(_TABLE, RefusedGoodsAction.DELIVER, "confirmRefusedGoods"))
async def confirm(
    refused_goods_claim_id: RefusedGoodsClaimId, tx: Tx[Settings], body: NoteIn = NO_NOTE
) -> RefusedGoodsClaimOut:
    """Confirm as the buyer, or as an agent, that the buyer has the goods; also such that were taken for lost, or were never with the merchant."""
    return RefusedGoodsClaimOut.of(
        await refused_goods_deliveries.confirm(tx, refused_goods_claim_id, note=body.note), tx
    )


@router.post(
    "/{refused_goods_claim_id}/report-not-received",
    **step(_TABLE, RefusedGoodsAction.REPORT_NOT_RECEIVED, "reportRefusedGoodsNotReceived"),
)
async def report_not_received(
    refused_goods_claim_id: RefusedGoodsClaimId, tx: Tx[Settings], body: NoteIn = NO_NOTE
) -> RefusedGoodsClaimOut:
    """Report as the buyer that goods which the courier reports as delivered are not there. An agent decides what follows."""
    reported = await refused_goods_deliveries.report_not_received(tx, refused_goods_claim_id, note=body.note)
    return RefusedGoodsClaimOut.of(reported, tx)


@router.post(
    "/{refused_goods_claim_id}/report-lost", **step(_TABLE, RefusedGoodsAction.REPORT_LOST, "reportRefusedGoodsLost")
)
async def report_lost(
    refused_goods_claim_id: RefusedGoodsClaimId, tx: Tx[Settings], body: NoteIn = NO_NOTE
) -> RefusedGoodsClaimOut:
    """Record as an agent that the goods are lost, where their courier has not reported it. An agent decides what is owed then."""
    return RefusedGoodsClaimOut.of(
        await refused_goods_deliveries.report_lost(tx, refused_goods_claim_id, note=body.note), tx
    )


@router.post(
    "/{refused_goods_claim_id}/order-dispatch",
    **step(_TABLE, RefusedGoodsAction.ORDER_DISPATCH, "orderDispatchOfRefusedGoods"),
)
async def order_dispatch(
    refused_goods_claim_id: RefusedGoodsClaimId, tx: Tx[Settings], body: NoteIn = NO_NOTE
) -> RefusedGoodsClaimOut:
    """Have the merchant send the goods, as an agent; its time begins again."""
    return RefusedGoodsClaimOut.of(await refused_goods.order_dispatch(tx, refused_goods_claim_id, note=body.note), tx)


@router.post(
    "/{refused_goods_claim_id}/compensate",
    **step(
        _TABLE,
        RefusedGoodsAction.COMPENSATE,
        "compensateRefusedGoods",
        CurrencyForeign,
        CompensationMissing,
        ExceedsGoods,
        CompensationProposed,
        *CITATIONS,
    ),
)
async def compensate(
    refused_goods_claim_id: RefusedGoodsClaimId, body: CompensationIn, tx: Tx[Settings]
) -> RefusedGoodsClaimOut:
    """Decide as an agent what the merchant owes for goods that are lost. It is paid outside the suite.

    Above the limit for one agent it is proposed, and decided once another agent asks for the same amount.
    """
    awarded = await refused_goods.compensate(
        tx,
        refused_goods_claim_id,
        amount_minor=body.amount.amount,
        currency=body.amount.currency,
        note=body.note,
        policy=body.citations(),
    )
    return RefusedGoodsClaimOut.of(awarded, tx)


@router.post(
    "/{refused_goods_claim_id}/decline",
    **step(_TABLE, RefusedGoodsAction.DECLINE, "declineRefusedGoods", *CITATIONS),
)
async def decline(
    refused_goods_claim_id: RefusedGoodsClaimId, body: NothingOwedIn, tx: Tx[Settings]
) -> RefusedGoodsClaimOut:
    """Decide as an agent that nothing is owed for the goods, with the grounds."""
    declined = await refused_goods.decline(
        tx, refused_goods_claim_id, reason=body.reason, note=body.note, policy=body.citations()
    )
    return RefusedGoodsClaimOut.of(declined, tx)


@router.post(
    "/{refused_goods_claim_id}/keep",
    **step(_TABLE, RefusedGoodsAction.KEEP, "keepRefusedGoods", EvidenceUnusable, *CITATIONS),
)
async def keep(
    refused_goods_claim_id: RefusedGoodsClaimId, body: GoodsKeptIn, tx: Tx[Settings]
) -> RefusedGoodsClaimOut:
    """Record as an agent that both sides have agreed that the merchant keeps the goods, on what terms, and with evidence of it."""
    kept = await refused_goods.keep(
        tx, refused_goods_claim_id, evidence=body.evidence, note=body.note, policy=body.citations()
    )
    return RefusedGoodsClaimOut.of(kept, tx)


@router.post("/{refused_goods_claim_id}/abandon", **step(_TABLE, RefusedGoodsAction.ABANDON, "abandonRefusedGoods"))
async def abandon(
    refused_goods_claim_id: RefusedGoodsClaimId, tx: Tx[Settings], body: NoteIn = NO_NOTE
) -> RefusedGoodsClaimOut:
    """Give the goods up, as the buyer: they are not sent, and nothing is owed for them."""
    return RefusedGoodsClaimOut.of(await refused_goods.abandon(tx, refused_goods_claim_id, note=body.note), tx)


@router.post(
    "/{refused_goods_claim_id}/record-payment",
    **step(_TABLE, RefusedGoodsAction.RECORD_PAYMENT, "recordRefusedGoodsPayment", NothingAwarded, SecondPersonNeeded),
)
async def record_payment(
    refused_goods_claim_id: RefusedGoodsClaimId, body: CompensationPaymentIn, tx: Tx[Settings]
) -> RefusedGoodsClaimOut:
    """Record that the merchant has paid the compensation outside the suite; the agent who has decided it does not."""
    paid = await refused_goods.record_payment(tx, refused_goods_claim_id, reference=body.reference, note=body.note)
    return RefusedGoodsClaimOut.of(paid, tx)
