"""Imports of a shop's existing orders, part by part; each order with all that belongs to it, or not at all."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from aftercare_chassis.database.sending import Sending
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_chassis.refusals import Forbidden, Refusal

from order_svc.commands.orders import past_orders
from order_svc.commands.orders.importing_merchants import ImportingMerchant, importing
from order_svc.commands.parcels import parcel_tracking
from order_svc.domain.article_search import columns
from order_svc.domain.imports import errors, rules
from order_svc.domain.imports.model import ImportRefusal, ImportState, OrderImport, PastOrder
from order_svc.domain.tracking import Parcel
from order_svc.settings import Settings
from order_svc.tables.order_imports import (
    IMPORT_OF_FILE,
    IMPORT_REFUSALS,
    KNOWN_NUMBERS,
    ORDER_IMPORTS,
    SAVE_IMPORT,
)
from order_svc.tables.orders import LOCK_ORDER_NO
from order_svc.tables.sold_articles import ADD_ARTICLES, sold_articles

AT_A_TIME, SENT_TOGETHER = 2, 100
"""Orders that are recorded before other requests, and what is being sent, get a turn; and those whose rows are sent together. In a test of
500 orders, PostgreSQL is done with the rows of a hundred when the next hundred are recorded."""


@dataclass(frozen=True, slots=True)
class Row:
    """An order of the file, or why it is none: `refusals` are without an import."""

    number: int
    order: PastOrder | None
    refusals: Sequence[ImportRefusal] = ()


@dataclass(frozen=True, slots=True)
class ImportedPart:
    """The import after a part of its rows, with what was refused in this part."""

    order_import: OrderImport
    refusals: Sequence[ImportRefusal]


async def begin(tx: Transaction[Settings], *, file_hash: str) -> OrderImport:
    """The import of this file: a new one, or the one that has begun, which goes on from its `next_row`.

    Raises:
        Forbidden: the seller acts for no merchant.
    """
    merchant_id = _merchant(tx)
    await _lock(tx, merchant_id)
    known = await tx.one(IMPORT_OF_FILE, merchant_id=merchant_id, file_hash=file_hash)
    if known is not None:
        return known
    begun = OrderImport(
        id=tx.new_id("imp"),
        merchant_id=merchant_id,
        file_hash=file_hash,
        state=ImportState.OPEN,
        next_row=1,
        imported=0,
        known=0,
        refused=0,
        started_by=tx.actor.id,
        created_at=tx.now,
        changed_at=tx.now,
    )
    await tx.insert(ORDER_IMPORTS, begun)
    return begun


async def add(
    tx: Transaction[Settings], import_id: str, *, rows: Sequence[Row], next_row: int, first_row: int | None = None
) -> ImportedPart:
    """Import these rows of the file, which go on with the line `first_row` where it is given. Orders that are here by their numbers, or
    by their ids where they were exported with these, are left as they are.

    Raises:
        NotFound: see `Transaction.lock`.
        ImportCompleted: it takes no rows any more.
        PartTooEarly: the lines before `first_row` are not imported yet.
        RowsOutOfOrder: they do not rise, or were passed already.
    """
    before = await tx.lock(ORDER_IMPORTS, import_id)
    _check_rows(before, first_row, [row.number for row in rows], next_row)
    await _lock(tx, before.merchant_id)
    known = await _known(tx, before.merchant_id, [row.order.order_no for row in rows if row.order])
    merchant = await importing(tx, before.merchant_id)
    tx.in_bulk()
    under_way: list[Parcel] = []
    refused: list[ImportRefusal] = []
    counts = {"imported": 0, "known": 0, "refused": 0}
    seen: set[str] = set()
    async with Sending(tx) as sending:
        for number, row in enumerate(rows):
            if number % AT_A_TIME == 0:
                await asyncio.sleep(0)
            if number % SENT_TOGETHER == SENT_TOGETHER - 1:
                sending.start()
            if row.order is not None and row.order.order_no in known:
                counts["known"] += 1
                continue
            found = await _record(tx, merchant, row, seen, under_way)
            counts["refused" if found else "imported"] += 1
            refused += [replace(each, import_id=import_id, row=row.number, place=n) for n, each in enumerate(found)]
    asked_until = tx.now + timedelta(hours=tx.settings.courier_poll_hours)
    await parcel_tracking.follow_all(tx, merchant.accounts, under_way, until=asked_until)
    await tx.insert(IMPORT_REFUSALS, *refused)
    sold = columns((draft.sku, draft.title) for row in rows if row.order for draft in row.order.drafts)
    tx.execute_last(sold_articles.name, ADD_ARTICLES, merchant_id=before.merchant_id, **sold)
    after = replace(
        before, next_row=next_row, changed_at=tx.now, **{name: getattr(before, name) + n for name, n in counts.items()}
    )
    await _save(tx, after)
    return ImportedPart(after, refused)


async def complete(tx: Transaction[Settings], import_id: str) -> OrderImport:
    """No more rows come. Completing it again changes nothing.

    Raises:
        NotFound: see `Transaction.lock`.
    """
    before = await tx.lock(ORDER_IMPORTS, import_id)
    if before.state is ImportState.COMPLETED:
        return before
    after = replace(before, state=ImportState.COMPLETED, changed_at=tx.now)
    await _save(tx, after)
    return after


async def _record(
    tx: Transaction[Settings], merchant: ImportingMerchant, row: Row, seen: set[str], under_way: list[Parcel]
) -> Sequence[ImportRefusal]:
    """Record the order of this row; or why it is refused, and nothing of it is recorded. `seen` are the numbers of the part so far, and
    `under_way` its parcels that have not arrived."""
    order = row.order
    if order is None:
        return row.refusals
    try:
        if order.order_no in seen:
            raise errors.NumberRepeated(pointer="/order_no", order_no=order.order_no)
        seen.add(order.order_no)
        rules.check(order, tx.now)
        under_way += await past_orders.record(tx, merchant, order)
    except Refusal as refusal:
        return [refusal_of(refusal, row.number, order.order_no)]
    return []


def refusal_of(refusal: Refusal, row: int, order_no: str | None) -> ImportRefusal:
    """Why a row is refused, as its import keeps it."""
    allowed = refusal.facts.get("allowed")
    return ImportRefusal(
        import_id="",
        row=row,
        place=0,
        order_no=order_no,
        field=refusal.pointer or "",
        code=refusal.code,
        zh=refusal.detail("zh-CN"),
        en=refusal.detail("en"),
        allowed=[str(each) for each in allowed] if isinstance(allowed, list) else [],
    )


def _merchant(tx: Transaction[Settings]) -> str:
    if tx.actor.tenant is None:
        raise Forbidden
    return tx.actor.tenant


async def _lock(tx: Transaction[Settings], merchant_id: str) -> None:
    """One import of a merchant is written at a time."""
    await tx.one(LOCK_ORDER_NO, name=f"{merchant_id} imports")


def _check_rows(order_import: OrderImport, first_row: int | None, numbers: Sequence[int], next_row: int) -> None:
    if order_import.state is ImportState.COMPLETED:
        raise errors.ImportCompleted
    if first_row is not None and first_row > order_import.next_row:
        raise errors.PartTooEarly(next_row=order_import.next_row)
    rising = [order_import.next_row - 1, *numbers, next_row]
    if any(later <= earlier for earlier, later in pairwise(rising)):
        raise errors.RowsOutOfOrder(pointer="/orders", next_row=order_import.next_row)


async def _known(tx: Transaction[Settings], merchant_id: str, order_nos: Sequence[str]) -> set[str]:
    rows = await tx.all(KNOWN_NUMBERS, merchant_id=merchant_id, order_nos=list(order_nos))
    return {number for row in rows for number in (row["order_no"], row["id"])}


async def _save(tx: Transaction[Settings], after: OrderImport) -> None:
    await tx.execute(
        SAVE_IMPORT,
        import_id=after.id,
        new_state=after.state,
        new_next_row=after.next_row,
        new_imported=after.imported,
        new_known=after.known,
        new_refused=after.refused,
        new_changed_at=after.changed_at,
    )
