"""Orders with all that an import of them states."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TypeVar

from aftercare_chassis.database.transaction import Reader

from order_svc.domain.cases import CaseLine
from order_svc.domain.model import Address, Order, OrderLine
from order_svc.domain.payments.model import Payment, PaymentState, Refund
from order_svc.domain.tracking import Parcel, ParcelLeg, ParcelLine
from order_svc.queries.orders import OrderView
from order_svc.tables.cases import CASE_LINES_OF_ORDERS
from order_svc.tables.orders import ADDRESSES_OF_ORDERS
from order_svc.tables.parcels import LINES_OF_PARCELS, PARCELS_OF_ORDERS
from order_svc.tables.payments import PAYMENTS_OF_ORDERS, REFUNDS_OF

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeOrder:
    """An order with its address, the parcels to the buyer with their content, the payments that succeeded with their refunds, and the units
    of its cases."""

    order: Order
    lines: Sequence[OrderLine]
    address: Address
    parcels: Sequence[tuple[Parcel, Sequence[ParcelLine]]]
    payments: Sequence[Payment]
    refunds: Sequence[Refund]
    case_lines: Sequence[CaseLine]


async def whole(reader: Reader, views: Sequence[OrderView]) -> list[WholeOrder]:
    """These orders of a page with what belongs to them, in five reads."""
    ids = [view.order.id for view in views]
    addresses = {each.order_id: each for each in await reader.all(ADDRESSES_OF_ORDERS, order_ids=ids)}
    sent = [each for each in await reader.all(PARCELS_OF_ORDERS, order_ids=ids) if _is_to_buyer(each)]
    content = _by(await reader.all(LINES_OF_PARCELS, parcel_ids=[each.id for each in sent]), "parcel_id")
    parcels = _by(sent, "order_id")
    made = [each for each in await reader.all(PAYMENTS_OF_ORDERS, order_ids=ids) if each.state is _SUCCEEDED]
    payments = _by(made, "order_id")
    refunds = _by(await reader.all(REFUNDS_OF, payment_ids=[each.id for each in made]), "order_id")
    case_lines = _by(await reader.all(CASE_LINES_OF_ORDERS, order_ids=ids), "order_id")
    return [
        WholeOrder(
            order=view.order,
            lines=view.lines,
            address=addresses[view.order.id],
            parcels=[(each, content[each.id]) for each in parcels[view.order.id]],
            payments=payments[view.order.id],
            refunds=refunds[view.order.id],
            case_lines=case_lines[view.order.id],
        )
        for view in views
    ]


_SUCCEEDED = PaymentState.SUCCEEDED


def _is_to_buyer(parcel: Parcel) -> bool:
    return parcel.leg is ParcelLeg.OUTBOUND and parcel.withdrawn_at is None


def _by(rows: Iterable[T], name: str) -> defaultdict[str, list[T]]:
    found, key = defaultdict[str, list[T]](list), attrgetter(name)
    for row in rows:
        found[key(row)].append(row)
    return found
