"""Calls, and what is known of who calls."""

from dataclasses import dataclass

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from cs_svc.domain.calls import Call
from cs_svc.domain.identities import Identity
from cs_svc.domain.orders import KnownCase, KnownOrder
from cs_svc.queries import OF_CUSTOMER, Filter
from cs_svc.tables.calls import CALL_LIST, CALLS
from cs_svc.tables.identities import IDENTITIES
from cs_svc.tables.orders import CASES_OF_BUYER, ORDERS_OF_BUYER


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWithCustomer:
    """A call, its number, and the latest orders and open cases of the customer, newest first."""

    call: Call
    identity: Identity
    orders: list[KnownOrder]
    cases: list[KnownCase]


async def call(reader: Reader, call_id: str) -> CallWithCustomer:
    """One call. Raises: NotFound."""
    found = await reader.get(CALLS, call_id)
    identity: Identity = await reader.get(IDENTITIES, found.identity_id)
    orders = await reader.all(ORDERS_OF_BUYER, buyer_id=identity.buyer_id, rows=OF_CUSTOMER)
    cases = await reader.all(CASES_OF_BUYER, buyer_id=identity.buyer_id, rows=OF_CUSTOMER)
    return CallWithCustomer(
        call=found, identity=identity, orders=orders, cases=[case for case in cases if not case.ended]
    )


async def calls(reader: Reader, limit: int, cursor: str | None, **filters: Filter) -> Page[Call]:
    """A page of calls, newest first."""
    return await reader.page(CALL_LIST, limit=limit, cursor=cursor, **filters)
