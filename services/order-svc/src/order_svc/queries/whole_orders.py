"""Orders with all that an import of them states."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TypeVar

from aftercare_chassis.database.transaction import Reader

from order_svc.domain.cases import CaseLine
from order_svc.domain.model import Address, Order, OrderLine
from order_svc.domain.payments.compensations import Compensation
from order_svc.domain.payments.model import Payment, PaymentState, Refund
from order_svc.domain.payments.owed import owed_of_order
from order_svc.domain.payments.plans import kept_minor
from order_svc.domain.tracking import Parcel, ParcelLeg, ParcelLine
from order_svc.queries.order_money import money_of
from order_svc.queries.orders import OrderView
from order_svc.tables.cases import CASE_LINES_OF_ORDERS
from order_svc.tables.orders import ADDRESSES_OF_ORDERS
from order_svc.tables.parcels import LINES_OF_PARCELS, PARCELS_OF_ORDERS

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeOrder:
    """An order with its address, None where it needs none, the parcels to the buyer with their content, the payments that succeeded with their refunds, and the units
    of its cases. `owed_minor` is what the buyer is owed by refunds that have failed, and `compensations` what guarantees have paid instead."""

    order: Order
    lines: Sequence[OrderLine]
    address: Address | None
    parcels: Sequence[tuple[Parcel, Sequence[ParcelLine]]]
    payments: Sequence[Payment]
    refunds: Sequence[Refund]
    case_lines: Sequence[CaseLine]
    compensations: Sequence[Compensation]
    owed_minor: int


async def whole(reader: Reader, views: Sequence[OrderView]) -> list[WholeOrder]:
    """These orders of a page with what belongs to them, in as many reads for all."""
    ids = [view.order.id for view in views]
    addresses = {each.order_id: each for each in await reader.all(ADDRESSES_OF_ORDERS, order_ids=ids)}
    sent = [each for each in await reader.all(PARCELS_OF_ORDERS, order_ids=ids) if _is_to_buyer(each)]
    content = _by(await reader.all(LINES_OF_PARCELS, parcel_ids=[each.id for each in sent]), "parcel_id")
    parcels = _by(sent, "order_id")
    money = await money_of(reader, [view.order for view in views])
    taken = [each for each in money.payments if each.state is _SUCCEEDED and not each.surplus]
    payments, refunds = _by(taken, "order_id"), _by(money.refunds_of(taken), "order_id")
    paid = _by(money.compensations, "order_id")
    case_lines = _by(await reader.all(CASE_LINES_OF_ORDERS, order_ids=ids), "order_id")
    return [
        WholeOrder(
            order=view.order,
            lines=view.lines,
            address=addresses.get(view.order.id),
            parcels=[(each, content[each.id]) for each in parcels[view.order.id]],
            payments=payments[view.order.id],
            refunds=refunds[view.order.id],
            case_lines=case_lines[view.order.id],
            compensations=paid[view.order.id],
            owed_minor=owed_of_order(money.of_order(view.order.id), reader.now, kept_minor(view.order)),
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
