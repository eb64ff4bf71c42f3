"""What an order in a file has to state, by its state."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from order_svc.domain.imports import errors
from order_svc.domain.imports.model import PastOrder
from order_svc.domain.model import OrderState

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
        StateNotImported, FieldMissing, FieldUnsuitable: see NEEDED; orders that were sent have parcels, others none.
        TimesDisordered: the times do not rise, the first is before 1970, or the last is in the future.
        UnitsExceedOrder, ParcelsIncomplete, WaybillRepeated: the parcels do not fit the lines.
    """
    if order.state not in NEEDED:
        raise errors.StateNotImported(pointer="/state", state=order.state, allowed=list(NEEDED))
    needed = NEEDED[order.state]
    for field in _TIMES:
        _check_present(order, field, present=getattr(order, field) is not None, needed=field in needed)
    _check_present(order, "parcels", present=bool(order.parcels), needed=order.state in _SENT)
    if order.cancel_cause is not None and order.state is not OrderState.CANCELLED:
        raise errors.FieldUnsuitable(pointer="/cancel_cause", state=order.state, field="cancel_cause")
    _check_times(order, now)
    _check_units(order)


def _check_present(order: PastOrder, field: str, *, present: bool, needed: bool) -> None:
    if needed and not present:
        raise errors.FieldMissing(pointer=f"/{field}", state=order.state, field=field)
    if present and not needed:
        raise errors.FieldUnsuitable(pointer=f"/{field}", state=order.state, field=field)


def _check_times(order: PastOrder, now: datetime) -> None:
    before, last = _EARLIEST.date().isoformat(), _EARLIEST
    for field, at in _times(order):
        if not last <= at <= now:
            raise errors.TimesDisordered(pointer=f"/{field}", field=field, before=before)
        before, last = (before, last) if field.startswith("parcels") else (field, at)


def _times(order: PastOrder) -> Iterator[tuple[str, datetime]]:
    """The times of the order, as they follow each other; parcels are sent in any order."""
    yield "created_at", order.created_at
    for field in _TIMES:
        if (at := getattr(order, field)) is not None:
            yield field, at
        if field == "paid_at":
            for number, parcel in enumerate(order.parcels):
                yield f"parcels/{number}/shipped_at", parcel.shipped_at


def contents(order: PastOrder) -> list[list[tuple[int, int]]]:
    """The content of each parcel: the places of its lines, and their units."""
    everything = [(place, draft.quantity) for place, draft in enumerate(order.drafts)]
    return [everything if each.content is None else list(each.content) for each in order.parcels]


def _check_units(order: PastOrder) -> None:
    sent: Counter[int] = Counter()
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
        if len({place for place, _ in content}) < len(content):
            raise errors.UnitsExceedOrder(pointer=f"{at}/lines", line=content[0][0] + 1)
    if order.state in _ARRIVED and any(sent[place] < draft.quantity for place, draft in enumerate(order.drafts)):
        raise errors.ParcelsIncomplete(pointer="/parcels", state=order.state)
