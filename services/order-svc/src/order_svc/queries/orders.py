"""SELECTs of orders with their lines, and what decides which actions are open."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TypeVar

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from order_svc.domain import line_cancellations
from order_svc.domain.cases import Case
from order_svc.domain.fulfilment import any_sent_by_case, refunded_after_leaving
from order_svc.domain.model import Address, AfterSaleState, Order, OrderLine, OrderState
from order_svc.domain.order_guards import OrderFacts
from order_svc.domain.payments.order_money import OrderMoney
from order_svc.domain.payments.owed import owed_of_order
from order_svc.domain.payments.plans import kept_minor
from order_svc.domain.tracking import Parcel, ParcelLine
from order_svc.queries.order_money import money_of
from order_svc.tables.cases import CASE_LINES_OF_ORDERS, CASES_OF_ORDERS
from order_svc.tables.intercepts import INTERCEPTS_OF_ORDERS
from order_svc.tables.order_money import LINES_AND_MONEY
from order_svc.tables.orders import ADDRESSES, LINES_OF_ORDERS, ORDERS
from order_svc.tables.parcels import PARCEL_LINES_OF_ORDERS, PARCELS_OF_ORDERS

_CANCELLABLE = (OrderState.CREATED, OrderState.PAID, OrderState.SHIPPED)
"""The states in which units are cancelled, which depends on the money of the order."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order with what belongs to it; lists leave the address out, and what the buyer is still owed by
    refunds that have failed, in minor units. `facts` are what the table of orders judges it by."""

    order: Order
    lines: Sequence[OrderLine]
    facts: OrderFacts
    address: Address | None = None
    owed_minor: int = 0
    refunded: Mapping[str, int] = field(default_factory=dict)
    """By line: the units that had left and that cases have refunded; a line without any is left out."""


async def order(reader: Reader, order_id: str) -> OrderView:
    """One order that the reader may see."""
    return await order_view(reader, await reader.get(ORDERS, order_id))


async def order_view(reader: Reader, found: Order) -> OrderView:
    """The order with its lines, parcels and address."""
    [parts] = await reader.all(LINES_AND_MONEY, order_ids=[found.id])
    [facts] = await _facts(reader, [found], {found.id: parts.lines}, parts)
    owed = owed_of_order(parts, reader.now, kept_minor(found))
    address = await reader.find(ADDRESSES, found.id)
    refunded = await _refunded(reader, {found.id: parts.lines})
    return OrderView(found, parts.lines, facts, address, owed, refunded)


async def with_parts(reader: Reader, page: Page[Order]) -> Page[OrderView]:
    """The page of orders with their lines, and their parcels and intercepts while they are shipped."""
    lines = _grouped(await reader.all(LINES_OF_ORDERS, order_ids=[each.id for each in page.data]), "order_id")
    money = await money_of(reader, [each for each in page.data if each.state in _CANCELLABLE])
    facts = await _facts(reader, page.data, lines, money)
    refunded = await _refunded(reader, lines)
    return Page(
        [OrderView(each, of.lines, of, refunded=refunded) for each, of in zip(page.data, facts, strict=True)],
        page.has_more,
        page.next_cursor,
    )


async def _facts(
    reader: Reader, orders: Sequence[Order], lines: Mapping[str, Sequence[OrderLine]], money: OrderMoney
) -> list[OrderFacts]:
    shipped = [each.id for each in orders if each.state is OrderState.SHIPPED]
    sent = await reader.all(PARCELS_OF_ORDERS, order_ids=shipped) if shipped else []
    parcels = _grouped(sent, "order_id")
    served = sorted({each.order_id for each in sent if any_sent_by_case([each])})
    contents, cases = await _contents(reader, sent, served), await _cases(reader, served)
    asked = _grouped(await reader.all(INTERCEPTS_OF_ORDERS, order_ids=shipped) if shipped else [], "order_id")
    by_order = {each.id: money.of_order(each.id) for each in orders}
    adjusted = await _adjusted(
        reader, {each.id: by_order[each.id].cases_paid for each in orders if each.state in _CANCELLABLE}
    )
    return [
        OrderFacts(
            lines[each.id],
            parcels.get(each.id, []),
            asked.get(each.id, []),
            contents=contents.get(each.id, ()),
            pending_payment=by_order[each.id].pending,
            adjusted_by=adjusted.get(each.id, ()),
            cases=cases.get(each.id, ()),
            actor=reader.actor,
        )
        for each in orders
    ]


async def _refunded(reader: Reader, lines: Mapping[str, Sequence[OrderLine]]) -> Mapping[str, int]:
    """By line: the units that had left and that cases have refunded. Orders that no case has changed are not looked at."""
    order_ids = [
        order_id
        for order_id, of_order in lines.items()
        if any(each.shipped_quantity and each.after_sale_state is not AfterSaleState.NONE for each in of_order)
    ]
    if not order_ids:
        return {}
    return refunded_after_leaving(await reader.all(CASE_LINES_OF_ORDERS, order_ids=order_ids))


async def _cases(reader: Reader, order_ids: Sequence[str]) -> Mapping[str, Sequence[Case]]:
    return _grouped(await reader.all(CASES_OF_ORDERS, order_ids=order_ids), "order_id") if order_ids else {}


async def _contents(
    reader: Reader, sent: Sequence[Parcel], order_ids: Sequence[str]
) -> Mapping[str, Sequence[ParcelLine]]:
    """By order: the contents of all parcels of these orders, to which cases have sent goods."""
    if not order_ids:
        return {}
    of_parcels = _grouped(await reader.all(PARCEL_LINES_OF_ORDERS, order_ids=order_ids), "parcel_id")
    contents: dict[str, list[ParcelLine]] = {}
    for parcel in sent:
        contents.setdefault(parcel.order_id, []).extend(of_parcels.get(parcel.id, ()))
    return contents


async def _adjusted(reader: Reader, paid: Mapping[str, Collection[str]]) -> Mapping[str, Sequence[str]]:
    """By order: the cases that have given money back for no known units, of those that have given some back."""
    order_ids = [each for each, cases in paid.items() if cases]
    if not order_ids:
        return {}
    cases = await reader.all(CASES_OF_ORDERS, order_ids=order_ids)
    case_lines = await reader.all(CASE_LINES_OF_ORDERS, order_ids=order_ids)
    return {each: line_cancellations.adjusting_cases(cases, case_lines, paid[each]) for each in order_ids}


def _grouped(rows: Iterable[T], field: str) -> dict[str, list[T]]:
    return {key: list(group) for key, group in groupby(rows, lambda row: str(getattr(row, field)))}
