"""Lists of orders: filtered, searched, sorted, counted."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aftercare_chassis.database.mapping import Listing, Page
from aftercare_chassis.database.transaction import Reader

from order_svc.domain import article_search
from order_svc.domain.model import Order
from order_svc.domain.order_keys import FILTERED, KeyKind, key, search_keys
from order_svc.domain.sorting import BY_TIME, OrderSort, check_sort
from order_svc.queries.orders import OrderView, with_parts
from order_svc.tables.order_lists import BETWEEN, ORDER_COUNTS, ORDER_LISTS, ORDERS_BY_KEY
from order_svc.tables.sold_articles import ARTICLES_FOUND, ARTICLES_OF_MERCHANT_FOUND

MOST_COUNTED = 1000
_ORDER_ID = re.compile(r"ord_[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """What a list of orders is limited to. `columns` are filters by name, None or empty where they are not used.

    `keys` are the values of those of `order_keys`; `search` is what a person looks for: a number of an order or a waybill, a
    buyer, or a part of the number or title of an article.
    """

    columns: Mapping[str, object] = field(default_factory=dict)
    keys: Mapping[KeyKind, Sequence[str] | None] = field(default_factory=dict)
    search: str | None = None


async def orders(
    reader: Reader,
    wanted: OrderFilter,
    *,
    limit: int,
    cursor: str | None = None,
    sort: OrderSort = OrderSort.NEWEST,
) -> Page[OrderView]:
    """A page of orders with their lines.

    Raises:
        SortUnsuitable, CurrencyMissing: see `check_sort`.
        CursorInvalid: the cursor belongs to another list, other filters or another reader.
    """
    return await with_parts(reader, await plain_orders(reader, wanted, limit=limit, cursor=cursor, sort=sort))


async def plain_orders(
    reader: Reader, wanted: OrderFilter, *, limit: int, cursor: str | None, sort: OrderSort
) -> Page[Order]:
    """A page of orders without what belongs to them. Raises: as `orders`."""
    used = {name: value for name, value in wanted.columns.items() if value is not None}
    by_kind = {
        kind: [key(kind, each) for each in wanted.keys[kind] or ()] for kind in FILTERED if wanted.keys.get(kind)
    }
    search = wanted.search
    if search is not None and _ORDER_ID.fullmatch(search):
        used, search = {**used, "id": search}, None
    by_key = search is not None or (bool(by_kind) and "id" not in used)
    currency = used.get("currency") or []
    check_sort(
        sort,
        by_key=by_key or bool(by_kind),
        by_amount="amount_from" in used or "amount_to" in used,
        currencies=[currency] if isinstance(currency, str) else [str(each) for each in _list(currency)],
    )
    if by_key:
        used["key"] = await _searched(reader, search) if search is not None else by_kind.pop(next(iter(by_kind)))
    used |= {kind.value: sorted(values) for kind, values in by_kind.items()}
    return await reader.page(_listing(sort, used, by_key=by_key), limit=limit, cursor=cursor, **used)


async def _searched(reader: Reader, text: str) -> list[str]:
    """The keys of the orders that a search finds: the values themselves, and the articles that have all of its words."""
    found, wanted = search_keys(text), article_search.words(text)
    if reader.actor.role == "buyer" or not wanted:
        return found
    pairs = sorted({pair for word in wanted for pair in article_search.pairs(word)})
    limits = {
        "most": article_search.MOST_FOUND,
        "sampled": article_search.SAMPLED,
        "candidates": article_search.CANDIDATES,
    }
    merchant_id = reader.actor.tenant
    if merchant_id is None:
        rows = await reader.all(ARTICLES_FOUND, words=wanted, pairs=pairs, **limits)
    else:
        pairs.append(article_search.tag(merchant_id))
        rows = await reader.all(
            ARTICLES_OF_MERCHANT_FOUND, words=wanted, pairs=pairs, merchant_id=merchant_id, **limits
        )
    return list(dict.fromkeys([*found, *(key(KeyKind.SKU, row["sku"]) for row in rows)]))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _listing(sort: OrderSort, used: Mapping[str, object], *, by_key: bool) -> Listing[Order]:
    if by_key:
        return ORDERS_BY_KEY[sort]
    if sort in BY_TIME:
        for name, lists in BETWEEN.items():
            if not used.keys().isdisjoint({f"{name}_from", f"{name}_to"}):
                return lists[sort]
    return ORDER_LISTS[sort]


async def counts(reader: Reader) -> dict[tuple[str, str], int]:
    """How many orders the reader sees by field (`state`, `after_sale_state`) and value, at most MOST_COUNTED + 1 of each."""
    rows = await reader.all(ORDER_COUNTS, most=MOST_COUNTED + 1)
    return {(row["field"], row["value"]): row["count"] for row in rows}
