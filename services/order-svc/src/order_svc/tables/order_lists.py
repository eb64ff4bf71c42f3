"""The lists of orders, by their order and by what they are found by, and how many a list has by its state."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aftercare_chassis.database.compiled import AnyQuery, Compiled
from aftercare_chassis.database.mapping import Listing, Query
from asyncpg import Record
from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    FromClause,
    Subquery,
    Table,
    Text,
    any_,
    bindparam,
    false,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from order_svc.domain.model import AfterSaleState, Order, OrderState
from order_svc.domain.order_keys import FILTERED
from order_svc.domain.sorting import OrderSort
from order_svc.tables.order_keys import order_keys
from order_svc.tables.orders import orders, stages_of, turns_of
from order_svc.tables.visibility import seen_by

# Any: columns and statements of any type.

_COLUMNS = ("state", "after_sale_state", "buyer_id", "merchant_id", "currency")
_OF_STATES = ("state", "after_sale_state")
_RANGES = ("created", "paid", "shipped")


def _time(name: str) -> BindParameter[datetime]:
    return bindparam(name, type_=orders.c.created_at.type)


def _conditions(table: Table | Subquery) -> dict[str, ColumnElement[bool]]:
    """The filters by ranges, and those by keys."""
    found: dict[str, ColumnElement[bool]] = {}
    for name in _RANGES:
        found[f"{name}_from"] = table.c[f"{name}_at"] >= _time(f"{name}_from")
        found[f"{name}_to"] = table.c[f"{name}_at"] < _time(f"{name}_to")
    found["amount_from"] = table.c.total_minor >= bindparam("amount_from", type_=BigInteger)
    found["amount_to"] = table.c.total_minor < bindparam("amount_to", type_=BigInteger)
    return found | {kind.value: _has_key(kind.value, table.c.id) for kind in FILTERED}


def _has_key(name: str, order_id: ColumnElement[str]) -> ColumnElement[bool]:
    keys: BindParameter[Any] = bindparam(name, type_=ARRAY(Text))
    # OFFSET keeps PostgreSQL from reading all orders with the key to test a few.
    return (
        select(order_keys.c.key)
        .where(order_keys.c.order_id == order_id, order_keys.c.key == any_(keys))
        .offset(0)
        .exists()
    )


def _computed(table: FromClause) -> dict[str, dict[str, ColumnElement[bool]]]:
    late = func.coalesce(table.c.deadline_at < _time("now"), false())
    return {"overdue": {str(True): late, str(False): ~late}, "whose_turn": turns_of(table), "stage": stages_of(table)}


def _list(by: str | None = None, *, turned: bool = False) -> Listing[Order]:
    return Listing(
        orders,
        Order,
        filters=("id", *_COLUMNS),
        seen_by=seen_by(orders),
        computed=_computed(orders),
        conditions=_conditions(orders),
        by=by,
        turned=turned,
        divided=("merchant_id", "buyer_id") if by else (*_OF_STATES, "merchant_id", "buyer_id"),
        collated=() if by else _OF_STATES,
    )


# The id and the merchant are those of the keys, so that their indexes have the rows of a page in order.
_found = (
    select(
        order_keys.c.key,
        order_keys.c.order_id.label("id"),
        order_keys.c.merchant_id,
        *(each for each in orders.c if each.name not in ("id", "merchant_id")),
    )
    .join_from(order_keys, orders, orders.c.id == order_keys.c.order_id)
    .subquery("orders_by_key")
)


def _keyed(*, turned: bool) -> Listing[Order]:
    return Listing(
        _found,
        Order,
        filters=("key", *_COLUMNS),
        seen_by=seen_by(_found),
        computed=_computed(_found),
        conditions=_conditions(_found),
        turned=turned,
        divided=("key",),
        repeats=True,
    )


ORDER_LISTS: Mapping[OrderSort, Listing[Order]] = {
    OrderSort.NEWEST: _list(),
    OrderSort.OLDEST: _list(turned=True),
    OrderSort.AMOUNT: _list("total_minor"),
    OrderSort.LARGEST_AMOUNT: _list("total_minor", turned=True),
    OrderSort.DEADLINE: _list("deadline_at"),
    OrderSort.LATEST_DEADLINE: _list("deadline_at", turned=True),
}
BETWEEN: Mapping[str, Mapping[OrderSort, Listing[Order]]] = {
    name: {OrderSort.NEWEST: _list(f"{name}_at", turned=True), OrderSort.OLDEST: _list(f"{name}_at")}
    for name in _RANGES
}
"""Lists by time of orders in a range of one of their times, in the order of that time, which an index has."""
ORDERS_BY_KEY: Mapping[OrderSort, Listing[Order]] = {
    OrderSort.NEWEST: _keyed(turned=False),
    OrderSort.OLDEST: _keyed(turned=True),
}
"""Lists of the orders that have one of some keys."""


class _Counts(Query[Record]):
    """How many orders the reader sees in each state, counted up to `most`."""

    def for_role(self, role: str) -> Compiled:
        return self.compiled(None, role, lambda: self._of(role))

    def _of(self, role: str) -> AnyQuery:
        states = [("state", each.value) for each in OrderState]
        after_sale = [("after_sale_state", each.value) for each in AfterSaleState if each is not AfterSaleState.NONE]
        seen = self.where(role)
        counts = []
        for column, value in [*states, *after_sale]:
            rows = select(orders.c.id).where(orders.c[column] == value, true() if seen is None else seen)
            few = rows.limit(bindparam("most")).subquery()
            counts.append(
                select(
                    literal(column, Text).label("field"),
                    literal(value, Text).label("value"),
                    select(func.count()).select_from(few).scalar_subquery().label("count"),
                )
            )
        all_counts = union_all(*counts).subquery("counts")
        return select(all_counts)


ORDER_COUNTS: Query[Record] = _Counts(select(orders.c.id), seen_by=seen_by(orders))
