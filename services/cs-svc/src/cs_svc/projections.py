"""Our copies of orders, parcels and after-sale cases, and of published articles with their words, so that no other service has to be called."""

from collections.abc import Mapping

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import (
    AfterSaleCompleted,
    AfterSaleRefundFailed,
    AfterSaleRefundReversed,
    AfterSaleRequested,
    ArticlePublished,
    ArticleRetired,
    ArticleTextPublished,
    ArticleVersionWithdrawn,
    CaseEvent,
    DeadlineExtended,
    OrderCreated,
    OrderEvent,
    ParcelRegistered,
    ParcelStatusChanged,
    RefundRequested,
)

from cs_svc.domain.articles import KnownArticle, KnownClause
from cs_svc.domain.orders import (
    KnownCase,
    KnownGoods,
    KnownOrder,
    KnownParcel,
    KnownRefund,
    KnownRequest,
    KnownTurn,
    RefundProgress,
)
from cs_svc.tables.articles import KNOWN_ARTICLES, KNOWN_CLAUSES, RETIRE_ARTICLE, WITHDRAW_VERSION
from cs_svc.tables.orders import (
    KNOWN_CASES,
    KNOWN_GOODS,
    KNOWN_ORDERS,
    KNOWN_PARCELS,
    KNOWN_REFUNDS,
    KNOWN_REQUESTS,
    KNOWN_TURNS,
    MOVE_REFUND,
)


async def copy_order(tx: Transaction, event: OrderEvent) -> None:
    """Store the order as it is after the event, whose result is the order's state."""
    order = KnownOrder(id=event.order_id, buyer_id=event.buyer_id, merchant_id=event.merchant_id, state=event.result)
    await tx.upsert(KNOWN_ORDERS, order)


async def copy_new_order(tx: Transaction, event: OrderCreated) -> None:
    """Store the order, and the category and total of its goods."""
    await copy_order(tx, event)
    categories = {line.category for line in event.lines}
    category = categories.pop() if len(categories) == 1 else None
    goods = KnownGoods(id=event.order_id, category=category, total_minor=event.total_minor, currency=event.currency)
    await tx.upsert(KNOWN_GOODS, goods)


async def copy_case(tx: Transaction, event: CaseEvent) -> None:
    """Store the case as it is after the event."""
    case = KnownCase(
        id=event.case_id,
        order_id=event.order_id,
        buyer_id=event.buyer_id,
        merchant_id=event.merchant_id,
        state=event.state,
        ended=event.is_terminal,
    )
    await tx.upsert(KNOWN_CASES, case)
    await _copy_turn(tx, event)
    await _copy_refund(tx, event)


async def _copy_turn(tx: Transaction, event: CaseEvent) -> None:
    """Store who has to act and until when, where the event changes that."""
    if isinstance(event, DeadlineExtended):
        known = await tx.find(KNOWN_TURNS, event.case_id)
        await tx.upsert(
            KNOWN_TURNS, KnownTurn(id=event.case_id, turn=known.turn if known else None, due_at=event.deadline_at)
        )
    elif event.deadlines:
        last = event.deadlines[-1]
        turn = KnownTurn(
            id=event.case_id,
            turn=last.turn if last.running else None,
            due_at=last.due_at if last.running else None,
        )
        await tx.upsert(KNOWN_TURNS, turn)


async def _copy_refund(tx: Transaction, event: CaseEvent) -> None:
    """Store what goes back to the buyer, and how far that is."""
    paid = isinstance(event, AfterSaleCompleted) and event.refunded_minor > 0
    if isinstance(event, RefundRequested):
        amount, state = event.amount_minor, RefundProgress.REQUESTED
    elif isinstance(event, AfterSaleCompleted) and paid:
        amount, state = event.refunded_minor, RefundProgress.PAID
    else:
        ended = _REFUND_ENDS.get(type(event))
        if ended is not None:
            await tx.execute(MOVE_REFUND, of_case=event.case_id, new_state=ended)
        return
    refund = KnownRefund(id=event.case_id, amount_minor=amount, currency=event.currency, state=state)
    await tx.upsert(KNOWN_REFUNDS, refund)


_REFUND_ENDS: Mapping[type[CaseEvent], RefundProgress] = {
    AfterSaleRefundFailed: RefundProgress.FAILED,
    AfterSaleRefundReversed: RefundProgress.REVERSED,
}


async def copy_requested_case(tx: Transaction, event: AfterSaleRequested) -> None:
    """Store the case, and why it was asked for."""
    await copy_case(tx, event)
    await tx.upsert(KNOWN_REQUESTS, KnownRequest(id=event.case_id, reason=event.reason))


async def copy_parcel(tx: Transaction, event: ParcelRegistered | ParcelStatusChanged) -> None:
    """Store the parcel as it is after the event. A parcel that no courier has had does not end its way."""
    parcel = KnownParcel(
        id=event.parcel_id,
        order_id=event.order_id,
        case_id=event.case_id,
        buyer_id=event.buyer_id,
        merchant_id=event.merchant_id,
        leg=event.leg,
        carrier=event.carrier,
        ended=isinstance(event, ParcelStatusChanged) and event.terminal and event.is_scanned,
    )
    await tx.upsert(KNOWN_PARCELS, parcel)


MOST_PIECES = 1_000
"""More than an event can have of the words of clauses."""


async def copy_article(tx: Transaction, event: ArticlePublished) -> None:
    """Store a published version; its words as well, unless they follow in events of their own."""
    await tx.upsert(KNOWN_ARTICLES, _article(event, event.article_title or "", event.texts is not None))
    await _copy_clauses(tx, event, 0)


async def copy_article_text(tx: Transaction, event: ArticleTextPublished) -> None:
    """Store a part of the words of a version, which is complete with the last one: the events of an article are in order."""
    await tx.upsert(KNOWN_ARTICLES, _article(event, event.article_title, event.part == event.parts))
    await _copy_clauses(tx, event, event.part * MOST_PIECES)


async def withdraw_article_version(tx: Transaction, event: ArticleVersionWithdrawn) -> None:
    """The version was withdrawn before it took effect."""
    await tx.execute(WITHDRAW_VERSION, of_article=event.article_id, of_number=event.article_version)


async def retire_article(tx: Transaction, event: ArticleRetired) -> None:
    """No version of the article is in force any more. Its words stay: answers have cited them."""
    await tx.execute(RETIRE_ARTICLE, of_article=event.article_id)


def _article(event: ArticlePublished | ArticleTextPublished, title: str, complete: bool) -> KnownArticle:
    return KnownArticle(
        article_id=event.article_id,
        number=event.article_version,
        kind=event.kind,
        slug=event.slug,
        language=event.language,
        title=title,
        effective_at=event.effective_at or event.time,
        effective_until=event.effective_until,
        complete=complete,
    )


async def _copy_clauses(tx: Transaction, event: ArticlePublished | ArticleTextPublished, first: int) -> None:
    for place, piece in enumerate(event.texts or (), start=first):
        clause = KnownClause(
            article_id=event.article_id,
            number=event.article_version,
            place=place,
            clause_id=piece.id,
            heading=piece.heading,
            text=piece.words,
        )
        await tx.upsert(KNOWN_CLAUSES, clause)
