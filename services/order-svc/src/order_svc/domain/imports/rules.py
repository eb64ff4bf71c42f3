"""What an order in a file has to state, by its state."""

from collections import Counter
from datetime import UTC, datetime

from order_svc.domain.imports import errors, refunds
from order_svc.domain.imports.model import PastOrder
from order_svc.domain.model import CancelCause, LineDraft, LineFulfilment, OrderState

_TIMES = ("paid_at", "delivered_at", "received_at", "completed_at", "cancelled_at")
NEEDED = {
    OrderState.PAID: ("paid_at",),
    OrderState.SHIPPED: ("paid_at",),
    OrderState.DELIVERED: ("paid_at", "delivered_at"),
    OrderState.RECEIVED: ("paid_at", "delivered_at", "received_at"),
    OrderState.COMPLETED: ("paid_at", "delivered_at", "received_at", "completed_at"),
    OrderState.CANCELLED: ("cancelled_at",),
}
"""The times of an order in each state that is imported: these and no others. A cancelled one was never paid."""
_SENT = (OrderState.SHIPPED, OrderState.DELIVERED, OrderState.RECEIVED, OrderState.COMPLETED)
_ARRIVED = _SENT[1:]
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""Ids sort by times from then on."""


def check(order: PastOrder, now: datetime) -> None:
    """Check that the order is complete and without contradiction.

    Raises:
        CauseNotImported: it was cancelled because it was refunded.
        StateNotImported, FieldMissing, FieldUnsuitable: see NEEDED; orders that were sent have parcels, others none.
        NothingToShip, NoVirtualLines, FieldMissing, FieldUnsuitable: see `_check_virtual`.
        FieldUnsuitable, TimesDisordered, UnitsExceedOrder: see `_check_refund`.
        TimesDisordered: the times do not rise, the first is before 1970, or the last is in the future.
        UnitsExceedOrder, ParcelsIncomplete, VirtualInParcel, WaybillRepeated: the parcels do not fit the lines.
        UnitsExceedOrder, RefundedUnderWay, NothingLeftToImport: nor do the refunded units.
    """
    if order.state not in NEEDED:
        raise errors.StateNotImported(pointer="/state", state=order.state, allowed=list(NEEDED))
    needed = NEEDED[order.state]
    for field in _TIMES:
        _check_present(order, field, present=getattr(order, field) is not None, needed=field in needed)
    _check_virtual(order)
    if order.parcels or not only_virtual(order):
        _check_present(order, "parcels", present=bool(order.parcels), needed=order.state in _SENT)
    if order.cancel_cause is not None and order.state is not OrderState.CANCELLED:
        raise errors.FieldUnsuitable(pointer="/cancel_cause", state=order.state, field="cancel_cause")
    if order.cancel_cause is CancelCause.REFUNDED:
        causes = [cause for cause in CancelCause if cause is not CancelCause.REFUNDED]
        raise errors.CauseNotImported(pointer="/cancel_cause", cause=order.cancel_cause, allowed=causes)
    if order.payment_reference is not None and order.paid_at is None:
        raise errors.FieldUnsuitable(pointer="/payment_reference", state=order.state, field="payment_reference")
    _check_times(order, now)
    _check_refund(order, now)
    _check_units(order)


def _check_refund(order: PastOrder, now: datetime) -> None:
    """A refund follows the payment. Raises: FieldUnsuitable, TimesDisordered, UnitsExceedOrder."""
    if order.refund is None:
        return
    if order.paid_at is None:
        raise errors.FieldUnsuitable(pointer="/refunded_at", state=order.state, field="refunded_at")
    if not order.paid_at <= order.refund.refunded_at <= now:
        raise errors.TimesDisordered(pointer="/refunded_at", field="refunded_at", before="paid_at")
    for place, draft in enumerate(order.drafts):
        if order.refund.units_of(place) > draft.quantity:
            raise errors.UnitsExceedOrder(pointer=f"/lines/{place}/refunded/quantity", line=place + 1)


def _check_present(order: PastOrder, field: str, *, present: bool, needed: bool) -> None:
    if needed and not present:
        raise errors.FieldMissing(pointer=f"/{field}", state=order.state, field=field)
    if present and not needed:
        raise errors.FieldUnsuitable(pointer=f"/{field}", state=order.state, field=field)


def is_virtual(draft: LineDraft) -> bool:
    """True where the units of the line are delivered without a parcel."""
    return draft.fulfilment is LineFulfilment.VIRTUAL


def only_virtual(order: PastOrder) -> bool:
    """True where nothing of the order has a parcel."""
    return all(is_virtual(draft) for draft in order.drafts)


def _check_virtual(order: PastOrder) -> None:
    """Virtual goods are delivered in an order that has arrived, and may be in one that was paid and waits for its parcels.

    Raises:
        NothingToShip: nothing of a shipped order has a parcel.
        NoVirtualLines: the time of their delivery is stated, and there are none.
        FieldMissing, FieldUnsuitable: see above.
    """
    field, given = "virtual_delivered_at", order.virtual_delivered_at is not None
    alone = only_virtual(order)
    if alone and order.state is OrderState.SHIPPED:
        others = [state for state in NEEDED if state is not OrderState.SHIPPED]
        raise errors.NothingToShip(pointer="/state", state=order.state, allowed=others)
    if given and not any(is_virtual(draft) for draft in order.drafts):
        raise errors.NoVirtualLines(pointer=f"/{field}", field=field)
    arrived = order.state in _ARRIVED and any(is_virtual(draft) for draft in order.drafts)
    under_way = order.state in (OrderState.PAID, OrderState.SHIPPED) and not alone
    if arrived or not under_way:
        _check_present(order, field, present=given, needed=arrived)


def _check_times(order: PastOrder, now: datetime) -> None:
    before, last = _EARLIEST.date().isoformat(), _EARLIEST
    for step in _times(order):
        for field, at in step:
            if not last <= at <= now:
                raise errors.TimesDisordered(pointer=f"/{field}", field=field, before=before)
        if step:
            before, last = max(step, key=lambda each: each[1])


def _times(order: PastOrder) -> list[list[tuple[str, datetime]]]:
    """The times of the order in steps that follow each other; goods leave in any order."""
    stated = [(field, getattr(order, field)) for field in _TIMES]
    steps = [[(field, at)] if at is not None else [] for field, at in stated]
    left = [(f"parcels/{number}/shipped_at", parcel.shipped_at) for number, parcel in enumerate(order.parcels)]
    if order.virtual_delivered_at is not None:
        left.append(("virtual_delivered_at", order.virtual_delivered_at))
    paid = 1 + _TIMES.index("paid_at")
    return [[("created_at", order.created_at)], *steps[:paid], left, *steps[paid:]]


def contents(order: PastOrder) -> list[list[tuple[int, int]]]:
    """The content of each parcel: the places of its lines, and their units."""
    everything = [(place, draft.quantity) for place, draft in enumerate(order.drafts) if not is_virtual(draft)]
    return [everything if each.content is None else list(each.content) for each in order.parcels]


def virtual_content(order: PastOrder) -> list[tuple[int, int]]:
    """The virtual units that were delivered: the places of their lines, and all units of each; none where none were."""
    places = enumerate(order.drafts) if order.virtual_delivered_at is not None else ()
    return [(place, draft.quantity) for place, draft in places if is_virtual(draft)]


def _check_units(order: PastOrder) -> None:
    sent: Counter[int] = Counter()
    virtual = [place for place, draft in enumerate(order.drafts) if is_virtual(draft)]
    waybills = set()
    for number, (parcel, content) in enumerate(zip(order.parcels, contents(order), strict=True)):
        at = f"/parcels/{number}"
        if (parcel.carrier, parcel.waybill_no) in waybills:
            raise errors.WaybillRepeated(pointer=f"{at}/waybill_no", waybill_no=parcel.waybill_no)
        waybills.add((parcel.carrier, parcel.waybill_no))
        for place, units in content:
            sent[place] += units
            if not 0 <= place < len(order.drafts) or sent[place] > order.drafts[place].quantity:
                raise errors.UnitsExceedOrder(pointer=f"{at}/lines", line=place + 1)
        named = {place for place, _ in content} if content else set(virtual)
        if found := sorted(named.intersection(virtual)):
            raise errors.VirtualInParcel(pointer=f"{at}/lines", line=found[0] + 1)
        if len({place for place, _ in content}) < len(content):
            raise errors.UnitsExceedOrder(pointer=f"{at}/lines", line=content[0][0] + 1)
    rest = unsent(order)
    left = [max(0, units - order.refunded_units(place)) for place, units in enumerate(rest)]
    if order.state in _ARRIVED and any(left):
        raise errors.ParcelsIncomplete(pointer="/parcels", state=order.state)
    refunds.check_units(order.state, order.refund, rest)


def unsent(order: PastOrder) -> list[int]:
    """How many units of each line are in no parcel, and were not delivered without one."""
    units = [draft.quantity for draft in order.drafts]
    for content in [*contents(order), virtual_content(order)]:
        for place, quantity in content:
            units[place] -= quantity
    return units
