"""What had been refunded of an order before it was imported: units that never left, units that came back, and money alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from order_svc.domain.errors import CurrencyMismatch
from order_svc.domain.imports import errors
from order_svc.domain.model import Amount, OrderState

ON_ITS_WAY = (OrderState.PAID, OrderState.SHIPPED)


@dataclass(frozen=True, slots=True)
class PastLineRefund:
    """What was refunded of a line: so many units, 0 where it was money alone, and their money."""

    units: int
    amount: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRefund:
    """What was refunded of an order: of each of its lines in their order, and of the shipping fee."""

    refunded_at: datetime
    lines: Sequence[PastLineRefund | None]
    shipping: Amount | None = None
    reference: str | None = None

    @property
    def total_minor(self) -> int:
        """All of it, in minor units."""
        shipping = self.shipping.minor if self.shipping else 0
        return shipping + sum(each.amount.minor for each in self.lines if each is not None)

    def units_of(self, place: int) -> int:
        """The units of the line at this place, from 0."""
        found = self.lines[place]
        return 0 if found is None else found.units


@dataclass(frozen=True, slots=True)
class LineParts:
    """The refund of a line in its two parts, in minor units: units that were cancelled before they left, and all else."""

    cancelled: int
    cancelled_minor: int
    returned: int
    returned_minor: int


NOTHING = LineParts(0, 0, 0, 0)


def past_refund(
    state: OrderState,
    refunded_at: datetime | None,
    lines: Sequence[PastLineRefund | None],
    shipping: Amount | None,
    reference: str | None,
) -> PastRefund | None:
    """What was refunded of an order in this state, if anything was.

    Raises:
        FieldMissing: money was refunded, and not when; or something of a line, and no money of anything.
        FieldUnsuitable: there is more about a refund, and no money that was refunded.
    """
    stated = {"refunded_at": refunded_at, "refund_reference": reference}
    money = [each.amount.minor for each in lines if each is not None] + [shipping.minor if shipping else 0]
    if not any(money):
        for place, each in enumerate(lines):
            if each is not None:
                pointer, field = f"/lines/{place}/refunded/amount", "refunded.amount"
                raise errors.FieldMissing(pointer=pointer, state=state, field=field)
        for field, value in stated.items():
            if value is not None:
                raise errors.FieldUnsuitable(pointer=f"/{field}", state=state, field=field)
        return None
    if refunded_at is None:
        raise errors.FieldMissing(pointer="/refunded_at", state=state, field="refunded_at")
    return PastRefund(refunded_at=refunded_at, lines=lines, shipping=shipping, reference=reference)


def check_units(state: OrderState, refund: PastRefund | None, unsent: Sequence[int]) -> None:
    """Check the refunded units of an order of which so many units of each line are in no parcel.

    Raises:
        RefundedUnderWay: units of an order that has not arrived were refunded, which are in a parcel.
        NothingLeftToImport: everything of an order was refunded that waits for its shipment.
    """
    if refund is None or state not in ON_ITS_WAY:
        return
    for place, most in enumerate(unsent):
        if refund.units_of(place) > most:
            raise errors.RefundedUnderWay(pointer=f"/lines/{place}/refunded/quantity", line=place + 1, unsent=most)
    if state is OrderState.PAID and all(refund.units_of(place) == most for place, most in enumerate(unsent)):
        raise errors.NothingLeftToImport(pointer="/lines", state=state)


def check_amounts(refund: PastRefund, currency: str, paid: Sequence[int], fee_minor: int) -> None:
    """Check that no more was refunded of a line, or of the shipping fee, than was paid for it; in minor units.

    Raises:
        CurrencyMismatch: an amount is in another currency than the order.
        RefundExceedsPaid: see above.
    """
    stated = [(f"/lines/{place}/refunded/amount", each.amount) for place, each in enumerate(refund.lines) if each]
    most = [minor for each, minor in zip(refund.lines, paid, strict=True) if each]
    if refund.shipping is not None:
        stated, most = [*stated, ("/shipping_refunded", refund.shipping)], [*most, fee_minor]
    for (pointer, amount), paid_minor in zip(stated, most, strict=True):
        if amount.currency != currency:
            raise CurrencyMismatch(pointer=f"{pointer}/currency", currency=currency)
        if amount.minor > paid_minor:
            raise errors.RefundExceedsPaid(pointer=f"{pointer}/amount", paid_minor=paid_minor, currency=currency)


def parts(refund: PastLineRefund | None, unsent: int) -> LineParts:
    """The parts of a line's refund, of which so many units are in no parcel: those were cancelled, as far as they were refunded."""
    if refund is None:
        return NOTHING
    cancelled = min(refund.units, unsent)
    cancelled_minor = refund.amount.minor * cancelled // refund.units if cancelled else 0
    return LineParts(cancelled, cancelled_minor, refund.units - cancelled, refund.amount.minor - cancelled_minor)
