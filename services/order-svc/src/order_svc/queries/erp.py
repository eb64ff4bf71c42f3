"""What a merchant's ERP reads: changes since a cursor, none missing, each with what it changed as it is now."""

from dataclasses import dataclass

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from order_svc.domain.payments.model import Refund
from order_svc.domain.sales.stock import StockMovement, StockMovementKind
from order_svc.domain.steps import ErpFeed, FeedStep
from order_svc.queries.orders import OrderView, with_parts
from order_svc.tables.order_steps import ERP_CHANGES
from order_svc.tables.orders import ORDERS_BY_ID
from order_svc.tables.payments import REFUNDS_BY_ID
from order_svc.tables.stock import MOVEMENTS_OF_CASE


@dataclass(frozen=True, slots=True)
class OrderChange:
    """A step of an order, with the order as it is now."""

    step: FeedStep
    view: OrderView


@dataclass(frozen=True, slots=True)
class RefundChange:
    """A step of a refund, with the refund as it is now."""

    step: FeedStep
    refund: Refund


@dataclass(frozen=True, slots=True)
class StockReturn:
    """Units that came back for a case, or were sent in exchange, with all of both until now."""

    step: FeedStep
    movements: list[StockMovement]
    replaced: list[StockMovement]


async def orders(reader: Reader, limit: int, cursor: str | None) -> Page[OrderChange]:
    """A page of changes of orders, each order once, by its last change in the page. Raises: CursorInvalid."""
    page = await _steps(reader, ErpFeed.ORDERS, limit, cursor)
    last = {step.order_id: step for step in page.data}
    found = await reader.all(ORDERS_BY_ID, order_ids=list(last))
    views = (await with_parts(reader, Page(sorted(found, key=lambda each: each.id), False, None))).data
    by_id = {each.order.id: each for each in views}
    changes = [OrderChange(step, by_id[step.order_id]) for step in page.data if step is last[step.order_id]]
    return Page(changes, page.has_more, page.next_cursor)


async def refunds(reader: Reader, limit: int, cursor: str | None) -> Page[RefundChange]:
    """A page of changes of refunds, each refund once, by its last change in the page. Raises: CursorInvalid."""
    page = await _steps(reader, ErpFeed.REFUNDS, limit, cursor)
    last = {step.details.get("refund_id"): step for step in page.data}
    found = {each.id: each for each in await reader.all(REFUNDS_BY_ID, refund_ids=[each for each in last if each])}
    changes = [
        RefundChange(step, found[refund_id])
        for step in page.data
        if step is last[refund_id := step.details.get("refund_id")] and refund_id in found
    ]
    return Page(changes, page.has_more, page.next_cursor)


async def stock_returns(reader: Reader, limit: int, cursor: str | None) -> Page[StockReturn]:
    """A page of goods that came back and were accepted, and of those that were sent in exchange. Raises: CursorInvalid."""
    page = await _steps(reader, ErpFeed.STOCK_RETURNS, limit, cursor)
    changes = []
    for step in page.data:
        case_id = step.details.get("case_id")
        found = await reader.all(MOVEMENTS_OF_CASE, order_id=step.order_id, case_id=case_id)
        returned = [each for each in found if each.kind is StockMovementKind.RETURNED]
        replaced = [each for each in found if each.kind is StockMovementKind.REPLACED]
        changes.append(StockReturn(step, returned, replaced))
    return Page(changes, page.has_more, page.next_cursor)


async def _steps(reader: Reader, of: ErpFeed, limit: int, cursor: str | None) -> Page[FeedStep]:
    return await reader.page(ERP_CHANGES, limit=limit, cursor=cursor, settled=True, of=of)
