"""SELECTs: orders with their lines, payments with their refunds, parcels with their history, couriers' pushes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import TypeVar

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.refusals import NotFound

from order_svc.domain import waybills
from order_svc.domain.anomalies.model import Anomaly, AnomalyCount
from order_svc.domain.courier_ratings import CourierRating
from order_svc.domain.intercepts.model import Intercept, InterceptAddress
from order_svc.domain.model import Address, Order, OrderLine, OrderState
from order_svc.domain.order_guards import OrderFacts
from order_svc.domain.partners.endpoints import CourierEndpoint, UnknownCode
from order_svc.domain.partners.pushes import PartnerPush, PushSource
from order_svc.domain.payments.ledger import OrderLedger, ledger_of
from order_svc.domain.payments.model import Payment, Refund
from order_svc.domain.payments.owed import owed_of_order
from order_svc.domain.payments.plans import kept_minor
from order_svc.domain.payments.statements import Difference, Reconciliation
from order_svc.domain.sales.restrictions import Restriction
from order_svc.domain.shipping.labels import ShippingLabel
from order_svc.domain.tracking import Parcel, ParcelLine, ParcelScan
from order_svc.domain.waybills import IgnoredReason, StatusChange, Waybill
from order_svc.queries import owed_refunds
from order_svc.settings import Settings
from order_svc.tables.anomalies import ANOMALIES, ANOMALY_COUNTS, ANOMALY_LIST
from order_svc.tables.charge_backs import CHARGE_BACKS_OF_ORDER
from order_svc.tables.charges import CHARGES_OF
from order_svc.tables.claw_backs import CLAW_BACKS_OF
from order_svc.tables.compensations import COMPENSATIONS_OF
from order_svc.tables.courier_ratings import COURIER_RATINGS
from order_svc.tables.couriers import CODE_LIST, ENDPOINT_LIST, ENDPOINTS
from order_svc.tables.intercepts import DESTINATION, INTERCEPTS_OF_ORDERS
from order_svc.tables.ledger import POSTINGS_OF_ORDER
from order_svc.tables.orders import ADDRESSES, LINES_OF_ORDER, LINES_OF_ORDERS, ORDERS, ORDERS_BY_ID
from order_svc.tables.parcels import (
    LINES_OF_PARCEL,
    PARCEL_LIST,
    PARCELS,
    PARCELS_OF_ORDER,
    PARCELS_OF_ORDERS,
    PARCELS_OF_WAYBILL,
    SCANS_OF_WAYBILL,
)
from order_svc.tables.partner_inbox import PUSH_LIST, PUSHES
from order_svc.tables.payments import PAYMENT_LIST, PAYMENTS, PAYMENTS_OF_ORDER, REFUNDS_OF
from order_svc.tables.restrictions import RESTRICTION_LIST
from order_svc.tables.shipping import LABEL_OF_PARCEL
from order_svc.tables.statements import (
    DIFFERENCE_LIST,
    DIFFERENCES,
    DIFFERENCES_OF_DAY,
    RECONCILIATION_LIST,
    RECONCILIATIONS,
)

R = TypeVar("R")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order with what belongs to it, and its parcels with their intercepts while it is shipped; lists leave the address out, and what
    the buyer is still owed by refunds that have failed, in minor units."""

    order: Order
    lines: list[OrderLine]
    parcels: list[Parcel]
    intercepts: list[Intercept]
    address: Address | None = None
    owed_minor: int = 0

    @property
    def facts(self) -> OrderFacts:
        """What the table of orders judges it by."""
        return OrderFacts(self.lines, self.parcels, self.intercepts)


@dataclass(frozen=True, slots=True)
class PaymentView:
    """A payment with its refunds, oldest first, and the order that it is for; `at` is when it was read."""

    payment: Payment
    refunds: list[Refund]
    order: Order
    at: datetime


@dataclass(frozen=True, slots=True)
class ParcelView:
    """A parcel with its content and its scans in the order in which they happened.

    `ignored` names, by their keys, the scans that do not belong to the parcel. `changes` are those of its status, oldest first.
    `courier_rating` is the buyer's; None where there is none.
    `destination` is where its courier takes it by an intercept, in place of the address of the order. `label` was ordered for it; None where
    the reader sees no labels.
    """

    parcel: Parcel
    lines: list[ParcelLine]
    scans: list[ParcelScan]
    ignored: Mapping[str, IgnoredReason]
    changes: list[StatusChange]
    courier_rating: CourierRating | None
    destination: InterceptAddress | None
    label: ShippingLabel | None


async def order(reader: Reader, order_id: str) -> OrderView:
    """One order that the reader may see."""
    return await order_view(reader, await reader.get(ORDERS, order_id))


async def order_view(reader: Reader, found: Order) -> OrderView:
    """The order with its lines, parcels and address."""
    lines = await reader.all(LINES_OF_ORDER, order_id=found.id)
    on_its_way = found.state is OrderState.SHIPPED
    parcels = await reader.all(PARCELS_OF_ORDER, order_id=found.id) if on_its_way else []
    intercepts = await reader.all(INTERCEPTS_OF_ORDERS, order_ids=[found.id]) if on_its_way else []
    address = await reader.find(ADDRESSES, found.id)
    return OrderView(found, lines, parcels, intercepts, address, await owed_refunds.owed_minor(reader, found))


async def with_parts(reader: Reader, page: Page[Order]) -> Page[OrderView]:
    """The page of orders with their lines, and their parcels and intercepts while they are shipped."""
    lines = await reader.all(LINES_OF_ORDERS, order_ids=[each.id for each in page.data])
    by_order = _grouped(lines, "order_id")
    shipped = [each.id for each in page.data if each.state is OrderState.SHIPPED]
    parcels = _grouped(await reader.all(PARCELS_OF_ORDERS, order_ids=shipped) if shipped else [], "order_id")
    asked = _grouped(await reader.all(INTERCEPTS_OF_ORDERS, order_ids=shipped) if shipped else [], "order_id")
    return _with(
        page,
        [OrderView(each, by_order[each.id], parcels.get(each.id, []), asked.get(each.id, [])) for each in page.data],
    )


async def payment(reader: Reader, payment_id: str) -> PaymentView:
    """One payment that the reader may see."""
    return await payment_view(reader, await reader.get(PAYMENTS, payment_id))


async def payment_view(reader: Reader, found: Payment) -> PaymentView:
    """The payment with its refunds and its order."""
    refunds = await reader.all(REFUNDS_OF, payment_ids=[found.id])
    return PaymentView(found, refunds, await reader.get(ORDERS, found.order_id), reader.now)


async def payments(reader: Reader, limit: int, cursor: str | None, **filters: object) -> Page[PaymentView]:
    """A page of payments with their refunds and orders."""
    page = await reader.page(PAYMENT_LIST, limit=limit, cursor=cursor, **filters)
    by_payment = _grouped(await reader.all(REFUNDS_OF, payment_ids=[p.id for p in page.data]), "payment_id")
    named = await reader.all(ORDERS_BY_ID, order_ids=[p.order_id for p in page.data])
    by_id = {each.id: each for each in named}
    return _with(page, [PaymentView(p, by_payment.get(p.id, []), by_id[p.order_id], reader.now) for p in page.data])


async def ledger(reader: Reader, order_id: str) -> OrderLedger:
    """The ledger of an order that the reader may see."""
    found = await reader.get(ORDERS, order_id)
    payments_of = await reader.all(PAYMENTS_OF_ORDER, order_id=order_id)
    refunds = await reader.all(REFUNDS_OF, payment_ids=[each.id for each in payments_of])
    paid = await reader.all(COMPENSATIONS_OF, order_id=order_id)
    charges = await reader.all(CHARGES_OF, order_id=order_id)
    claw_backs = await reader.all(CLAW_BACKS_OF, order_id=order_id)
    posted = await reader.all(POSTINGS_OF_ORDER, order_id=order_id)
    taken = await reader.all(CHARGE_BACKS_OF_ORDER, order_id=order_id)
    ledger = ledger_of(order_id, found.currency, payments_of, refunds, paid, charges, claw_backs, posted, taken)
    return replace(ledger, owed_minor=owed_of_order(payments_of, refunds, paid, reader.now, kept_minor(found)))


async def parcel(reader: Reader[Settings], parcel_id: str) -> ParcelView:
    """One parcel that the reader may see."""
    return await parcel_view(reader, await reader.get(PARCELS, parcel_id))


async def parcel_view(reader: Reader[Settings], found: Parcel) -> ParcelView:
    """The parcel with its content and history."""
    lines = await reader.all(LINES_OF_PARCEL, parcel_id=found.id)
    with_number = await reader.all(PARCELS_OF_WAYBILL, waybill_no=found.waybill_no)
    same_number = [each for each in with_number if each.carrier == found.carrier]
    tracked = waybills.with_scans(same_number, await reader.all(SCANS_OF_WAYBILL, waybill_no=found.waybill_no))
    tolerance = timedelta(minutes=reader.settings.hand_over_tolerance_minutes)
    waybill, changes = Waybill(tracked, tolerance), waybills.changes(found, tracked, tolerance)
    rating = await reader.find(COURIER_RATINGS, found.id)
    destination = await reader.one(DESTINATION, parcel_id=found.id)
    label = await reader.one(LABEL_OF_PARCEL, parcel_id=found.id)
    return ParcelView(found, lines, waybill.history(found), waybill.ignored(found), changes, rating, destination, label)


async def parcels(reader: Reader, limit: int, cursor: str | None, **filters: object) -> Page[Parcel]:
    """A page of parcels."""
    return await reader.page(PARCEL_LIST, limit=limit, cursor=cursor, **filters)


async def parcel_anomaly(reader: Reader, anomaly_id: str) -> Anomaly:
    """One anomaly of a parcel that the reader may see."""
    return await reader.get(ANOMALIES, anomaly_id)


async def parcel_anomalies(reader: Reader, limit: int, cursor: str | None, **filters: str | None) -> Page[Anomaly]:
    """A page of anomalies of parcels."""
    return await reader.page(ANOMALY_LIST, limit=limit, cursor=cursor, **filters)


async def parcel_anomaly_counts(reader: Reader) -> list[AnomalyCount]:
    """How many anomalies the reader sees that have not been resolved."""
    return await reader.all(ANOMALY_COUNTS)


async def courier_endpoint(reader: Reader, endpoint_id: str) -> CourierEndpoint:
    """One endpoint of a courier."""
    return await reader.get(ENDPOINTS, endpoint_id)


async def courier_endpoints(reader: Reader, limit: int, cursor: str | None, **filters: object) -> Page[CourierEndpoint]:
    """A page of couriers' endpoints."""
    return await reader.page(ENDPOINT_LIST, limit=limit, cursor=cursor, **filters)


async def courier_address(reader: Reader, partner: str, endpoint_id: str) -> CourierEndpoint | None:
    """The endpoint to which this partner posts, or None where this address is none of its own."""
    endpoint = await reader.find(ENDPOINTS, endpoint_id)
    return endpoint if endpoint is not None and endpoint.partner == partner else None


async def courier_codes(reader: Reader, limit: int, cursor: str | None, **filters: object) -> Page[UnknownCode]:
    """A page of codes whose meanings are not known."""
    return await reader.page(CODE_LIST, limit=limit, cursor=cursor, **filters)


async def partner_push(reader: Reader, source: PushSource, push_id: str) -> PartnerPush:
    """One push of a partner. Raises: NotFound."""
    push = await reader.get(PUSHES, push_id)
    if push.source is not source:
        raise NotFound(what=PUSHES.name)
    return push


async def partner_pushes(
    reader: Reader, source: PushSource, limit: int, cursor: str | None, **filters: str | None
) -> Page[PartnerPush]:
    """A page of partners' pushes."""
    return await reader.page(PUSH_LIST, limit=limit, cursor=cursor, source=source, **filters)


async def reconciliations(reader: Reader) -> list[Reconciliation]:
    """The latest compared statements, newest day first."""
    return await reader.all(RECONCILIATION_LIST, most=100)


async def reconciliation(reader: Reader, provider: str, day: date) -> tuple[Reconciliation, list[Difference]]:
    """The compared statement of a day, and the differences that it opened."""
    found = await reader.get(RECONCILIATIONS, provider, day)
    return found, await reader.all(DIFFERENCES_OF_DAY, provider=provider, day=day)


async def payment_difference(reader: Reader, difference_id: str) -> Difference:
    """One difference between a statement and our books."""
    return await reader.get(DIFFERENCES, difference_id)


async def payment_differences(
    reader: Reader, limit: int, cursor: str | None, **filters: str | None
) -> Page[Difference]:
    """A page of differences."""
    return await reader.page(DIFFERENCE_LIST, limit=limit, cursor=cursor, **filters)


async def restrictions(reader: Reader, limit: int, cursor: str | None, **filters: str | None) -> Page[Restriction]:
    """A page of restrictions that concern orders."""
    return await reader.page(RESTRICTION_LIST, limit=limit, cursor=cursor, **filters)


def _grouped(rows: Iterable[T], field: str) -> dict[str, list[T]]:
    return {key: list(group) for key, group in groupby(rows, lambda row: str(getattr(row, field)))}


def _with(page: Page[R], data: list[T]) -> Page[T]:
    """The page with other rows in the place of its own."""
    return Page(data, page.has_more, page.next_cursor)
