"""The double-entry ledger over all orders: its postings, what it has of a merchant, and the proof that it adds up."""

from datetime import date, timedelta
from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut
from fastapi import APIRouter, Path, Query

from order_svc.api.schemas.ledger_proofs import LedgerProofOut, MerchantLedgerOut, RecountOut
from order_svc.api.schemas.postings import PostingOut
from order_svc.commands.payments import ledger_proofs
from order_svc.domain.errors import PeriodInvalid
from order_svc.domain.payments.postings import PostingKind
from order_svc.queries import ledgers
from order_svc.settings import Settings

router = APIRouter(prefix="/v1", tags=["ledger"], route_class=ApiRoute)
_STAFF = ("agent", "arbitrator", "finance", "admin")
_PERIOD = timedelta(days=30)
MerchantId = Annotated[Id, Path(description="The id of the merchant.")]
First = Annotated[date | None, Query(description="The first day, of UTC; 30 days before the last one by default.")]
Last = Annotated[date | None, Query(description="The last day, of UTC, which counts as well; today by default.")]


@router.get("/ledger/proof", operation_id="getLedgerProof")
async def get_proof(read: Read) -> LedgerProofOut:
    """Over all orders, what was paid is what is kept, refunded and in flight. Checked within seconds of each movement, against the
    rows of payments and refunds too; everything is counted again once a day. It names no person and no merchant."""
    return LedgerProofOut.of(await ledgers.proof(read), with_orders=read.actor.role in _STAFF)


@router.post(
    "/ledger/recounts", operation_id="beginLedgerRecount", status_code=201, dependencies=[require_role("admin")]
)
async def begin_recount(tx: Tx[Settings]) -> RecountOut:
    """Begin to count all postings again and to compare all orders, as every day; the recount that runs already, if one does. The proof
    shows its result."""
    return RecountOut.of(await ledger_proofs.begin_recount(tx))


@router.get("/ledger-postings", operation_id="listLedgerPostings")
async def list_postings(
    read: Read,
    limit: Limit = 20,
    cursor: Cursor = None,
    merchant_id: Annotated[Id | None, Query(description="Only postings of this merchant's orders.")] = None,
    order_id: Annotated[Id | None, Query(description="Only postings of this order.")] = None,
    kind: Annotated[PostingKind | None, Query(description="Only postings that record this.")] = None,
) -> PageOut[PostingOut]:
    """Postings, newest first. Sellers see those of their merchant; buyers see those of an order with its ledger."""
    page = await ledgers.postings(read, limit, cursor, merchant_id=merchant_id, order_id=order_id, kind=kind)
    return PageOut[PostingOut].of(page, PostingOut.of)


@router.get(
    "/merchants/{merchant_id}/ledger",
    operation_id="getMerchantLedger",
    responses=refusals(PeriodInvalid),
    dependencies=[require_role("seller", *_STAFF)],
)
async def get_merchant_ledger(
    merchant_id: MerchantId, read: Read, first_day: First = None, last_day: Last = None
) -> MerchantLedgerOut:
    """What was posted of a merchant over some days, per account and currency."""
    last = last_day or read.now.date()
    first = first_day or last - _PERIOD
    if first > last:
        raise PeriodInvalid(pointer="/last_day")
    return MerchantLedgerOut.of(await ledgers.merchant_ledger(read, merchant_id, (first, last)))
