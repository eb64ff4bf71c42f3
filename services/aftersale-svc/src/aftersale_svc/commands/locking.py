"""Locks on a case and its order, in the order that this package's docstring states; for timers, on what nobody else has locked.

A locked case is read with the rows of its legs: they change under its lock only.
"""

from collections.abc import Mapping, Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.refusals import NotFound

from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.disputes.model import Dispute
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.domain.rules.model import OrderToOpen
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.case_rules import ORDER_TO_REVIEW
from aftersale_svc.tables.cases.cases import CASES
from aftersale_svc.tables.cases.legs import DETAILS_TO_LOCK, full_cases
from aftersale_svc.tables.disputes.disputes import DISPUTES
from aftersale_svc.tables.locks import (
    CASE_OF_DISPUTE,
    FREE_CASES,
    FREE_ORDERS,
    ORDER_OF_CASE,
    ORDER_OF_DISPUTE,
    ORDERS_OF_CASES,
)


async def case(tx: Transaction[Settings], case_id: str) -> FullCase:
    """Lock a case.

    Raises:
        NotFound: there is no such case, or this actor may not see it.
        Stale: the request's If-Match names another version of the case.
    """
    return await _full(tx, await tx.lock(CASES, case_id))


async def case_and_order(tx: Transaction[Settings], case_id: str) -> tuple[FullCase, Order]:
    """Lock a case and its order. Raises: NotFound and Stale as `case` does."""
    order = await tx.one(ORDER_OF_CASE, case_id=case_id)
    if order is None:
        raise NotFound(what=CASES.name)
    return await case(tx, case_id), order


async def orders_of(tx: Transaction[Settings], case_ids: Sequence[str]) -> None:
    """Lock the orders of cases of which several are locked next, which the caller has found: whoever has an order locks its other cases."""
    await tx.lock_all(ORDERS_OF_CASES, case_ids=case_ids)


async def case_to_review(tx: Transaction[Settings], case_id: str) -> tuple[FullCase, OrderToOpen]:
    """As `case_and_order`, with what the rules of the merchant judge. Raises: NotFound and Stale as `case` does."""
    order = await tx.one(ORDER_TO_REVIEW, case_id=case_id)
    if order is None:
        raise NotFound(what=CASES.name)
    return await case(tx, case_id), order


async def disputed_case_and_order(tx: Transaction[Settings], dispute_id: str) -> tuple[FullCase, Order]:
    """Lock the case of a dispute and its order, so that the dispute can be locked next. Raises: NotFound."""
    order = await tx.one(ORDER_OF_DISPUTE, dispute_id=dispute_id)
    disputed = await tx.one(CASE_OF_DISPUTE, dispute_id=dispute_id)
    if order is None or disputed is None:
        raise NotFound(what=DISPUTES.name)
    return await _full(tx, disputed), order


async def free_cases(tx: Transaction[Settings], locked: Sequence[Case]) -> Mapping[str, tuple[FullCase]]:
    """Cases that are locked, by their ids, with the rows of their legs."""
    return {full.case.id: (full,) for full in await full_cases(tx, locked, DETAILS_TO_LOCK)}


async def free_cases_and_orders(
    tx: Transaction[Settings], locked: Sequence[Case]
) -> Mapping[str, tuple[FullCase, Order]]:
    """Those of locked cases whose orders nobody else has locked, by their ids, with their orders, which are locked then."""
    orders = {each.id: each for each in await tx.lock_all(FREE_ORDERS, ids=[each.order_id for each in locked])}
    full = await free_cases(tx, [each for each in locked if each.order_id in orders])
    return {case_id: (each, orders[each.case.order_id]) for case_id, (each,) in full.items()}


async def free_disputed(tx: Transaction[Settings], disputes: Sequence[Dispute]) -> Mapping[str, tuple[FullCase, Order]]:
    """The cases and the orders of locked disputes, by the ids of the disputes, where nobody else has locked them."""
    cases = await tx.lock_all(FREE_CASES, ids=[each.case_id for each in disputes])
    both = await free_cases_and_orders(tx, cases)
    return {each.id: both[each.case_id] for each in disputes if each.case_id in both}


async def _full(tx: Transaction[Settings], locked: Case) -> FullCase:
    [(full,)] = (await free_cases(tx, [locked])).values()
    return full
