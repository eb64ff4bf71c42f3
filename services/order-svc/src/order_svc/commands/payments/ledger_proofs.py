"""Counting the postings of the ledger, each once, and comparing the orders that they move with our other books; recounts of everything."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction

from order_svc.domain.payments.proofs import LedgerProgress, Recount, RecountState, added, as_document
from order_svc.settings import Settings
from order_svc.tables.ledger_breaks import BREAKS, DIFFERENCES_OF_ORDERS, DROP_BREAKS
from order_svc.tables.ledger_proofs import (
    ADD_DAYS,
    ADD_TOTALS,
    BEGIN_PROGRESS,
    LAST_RECOUNT,
    NEXT_BOUND,
    NEXT_ORDERS,
    ORDERS_AT_A_TIME,
    POSTINGS_BEFORE,
    PROGRESS,
    RECOUNTED,
    RECOUNTS,
    TOTALS,
    TOUCHED,
)

WORKER = "ledger-proof"
ALL = "all"
"""The id of the only row of progress."""


async def count(tx: Transaction[Settings]) -> int:
    """Count postings that are not counted yet, and compare their orders; the number of them."""
    progress = await _lock(tx)
    [(until,)] = await tx.all(NEXT_BOUND, since=progress.counted_to)
    if until <= progress.counted_to:
        return 0
    bounds = {"since": progress.counted_to, "until": until}
    touched = await tx.all(TOUCHED, **bounds)
    progress = replace(progress, counted_to=until, checked_at=tx.now)
    if touched:
        await tx.execute(ADD_TOTALS, **bounds)
        await tx.execute(ADD_DAYS, **bounds)
        await _compare(tx, [row["order_id"] for row in touched])
        last = max(touched, key=lambda row: str(row["posting_id"]))
        counted = sum(int(row["postings"]) for row in touched)
        progress = replace(
            progress,
            postings=progress.postings + counted,
            posting_id=last["posting_id"],
            posted_at=last["posted_at"],
        )
    await tx.upsert(PROGRESS, progress)
    return sum(int(row["postings"]) for row in touched)


async def _lock(tx: Transaction[Settings]) -> LedgerProgress:
    """The progress, locked: postings are counted and recounted by one transaction at a time."""
    await tx.execute(BEGIN_PROGRESS, id=ALL, now=tx.now)
    return await tx.lock(PROGRESS, ALL)


async def _compare(tx: Transaction[Settings], order_ids: Collection[str]) -> None:
    """Keep what the postings of these orders and our other books do not agree on, in the place of what was found before."""
    found = await tx.all(DIFFERENCES_OF_ORDERS, order_ids=list(order_ids), now=tx.now)
    await tx.execute(DROP_BREAKS, order_ids=list(order_ids))
    await tx.insert(BREAKS, *found)


async def last_recount(tx: Transaction[Settings]) -> Recount | None:
    """The last recount that was begun."""
    return await tx.one(LAST_RECOUNT)


async def begin_recount(tx: Transaction[Settings]) -> Recount:
    """Begin to count all postings again, those that are counted by now; the recount that runs already, if one does."""
    progress = await _lock(tx)
    last = await tx.one(LAST_RECOUNT)
    if last is not None and last.state is RecountState.RUNNING:
        return last
    begun = Recount(
        id=tx.new_id("recount"),
        state=RecountState.RUNNING,
        counted_to=progress.counted_to,
        last_order_id="",
        orders=0,
        postings=0,
        expected=as_document(await tx.all(TOTALS)),
        found={},
        started_at=tx.now,
    )
    await tx.insert(RECOUNTS, begun)
    tx.wake(WORKER)
    return begun


async def continue_recount(tx: Transaction[Settings]) -> Recount | None:
    """Count and compare the next orders of the recount that runs; it as it is then, or None where none runs."""
    await _lock(tx)
    running = await tx.one(LAST_RECOUNT)
    if running is None or running.state is not RecountState.RUNNING:
        return None
    ids: Sequence[str] = [row["id"] for row in await tx.all(NEXT_ORDERS, last=running.last_order_id)]
    if ids:
        running = await _recounted(tx, running, ids)
        await _compare(tx, ids)
    if len(ids) < ORDERS_AT_A_TIME:
        state = RecountState.AGREES if running.found == running.expected else RecountState.DIFFERS
        running = replace(running, state=state, finished_at=tx.now)
    await tx.upsert(RECOUNTS, running)
    return running


async def _recounted(tx: Transaction[Settings], running: Recount, ids: Sequence[str]) -> Recount:
    sums = await tx.all(RECOUNTED, order_ids=ids, until=running.counted_to)
    [(postings,)] = await tx.all(POSTINGS_BEFORE, order_ids=ids, until=running.counted_to)
    return replace(
        running,
        last_order_id=ids[-1],
        orders=running.orders + len(ids),
        postings=running.postings + postings,
        found=added(running.found, sums),
    )
