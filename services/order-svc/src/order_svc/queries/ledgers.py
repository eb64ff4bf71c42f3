"""The double-entry ledger over all orders: its proof, its postings, and what it has of a merchant."""

from datetime import timedelta

from aftercare_chassis.database.compiled import viewer
from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.refusals import NotFound

from order_svc.domain.payments.postings import Posting
from order_svc.domain.payments.proofs import LedgerProof, MerchantLedger, Period, RecountState, proven
from order_svc.tables.ledger import POSTING_LIST
from order_svc.tables.ledger_breaks import BROKEN, FIRST_BREAKS
from order_svc.tables.ledger_proofs import LAST_FINISHED_RECOUNT, MERCHANT_TOTALS, PROGRESS, TOTALS, WAITING

MOST_BREAKS = 20


async def is_anything_to_do(reader: Reader, recount_every: timedelta) -> bool:
    """Whether postings are not counted yet, or everything is to be counted again."""
    [found] = await reader.all(WAITING)
    is_due = found["recounted_at"] is None or found["recounted_at"] + recount_every <= reader.now
    return found["uncounted"] or is_due or found["recount"] == RecountState.RUNNING


async def proof(reader: Reader) -> LedgerProof:
    """The proof of the ledger as it stands, with some of its differences."""
    broken, progress = await reader.all(BROKEN), await reader.find(PROGRESS, "all")
    recount = await reader.one(LAST_FINISHED_RECOUNT)
    return LedgerProof(
        progress=progress,
        sums=proven(await reader.all(TOTALS), {row["currency"]: row["off_by"] for row in broken}),
        broken_orders=sum(row["orders"] for row in broken),
        breaks=await reader.all(FIRST_BREAKS, most=MOST_BREAKS) if broken else [],
        recount=recount,
    )


async def merchant_ledger(reader: Reader, merchant_id: str, period: Period) -> MerchantLedger:
    """The totals of a merchant over some days. Raises: NotFound where the actor is a seller of another one."""
    if reader.actor.role == "seller" and viewer(reader.actor) != merchant_id:
        raise NotFound(what="merchants")
    first, last = period
    totals = await reader.all(MERCHANT_TOTALS, merchant_id=merchant_id, first_day=first, last_day=last)
    progress = await reader.find(PROGRESS, "all")
    return MerchantLedger(merchant_id, period, totals, progress)


async def postings(reader: Reader, limit: int, cursor: str | None, **filters: object) -> Page[Posting]:
    """A page of postings."""
    return await reader.page(POSTING_LIST, limit=limit, cursor=cursor, **filters)
