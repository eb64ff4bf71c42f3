"""What refuses an action on an order whatever the action is, and whose turn it is while an order is shipped."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aftercare_chassis.lifecycle import Actor, Guard
from aftercare_chassis.refusals import Refusal

from order_svc.domain import deliveries, errors, line_cancellations, recalls, recorded_ends
from order_svc.domain.cancellation_errors import NothingToCallBack, PartlyPaid, PriceAdjusted
from order_svc.domain.cases import Case
from order_svc.domain.fulfilment import fully_shipped, shippable
from order_svc.domain.intercepts.errors import InterceptOpen
from order_svc.domain.intercepts.model import Intercept
from order_svc.domain.model import Order, OrderLine, ReviewState
from order_svc.domain.order_ways import WAYS, ways_after_shipment
from order_svc.domain.payments.errors import NotAuthorised, PartyCannotDecide, PaymentPlanned
from order_svc.domain.permissions import BUYER, MERCHANT, is_party_as_staff
from order_svc.domain.sales import goods
from order_svc.domain.sales.errors import (
    AddressChangesUsed,
    GoodsDelivered,
    NoVirtualGoods,
    OnlyVirtualGoods,
    OrderInReview,
    OrderNotInReview,
    ReceiptExtensionsUsed,
)
from order_svc.domain.tracking import Parcel, ParcelLine, ParcelStatus


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What the guards judge beside the order, and what decides whose turn it is while it is shipped. `parcels` None: they were not read,
    nor were their `intercepts`. `contents` are those of the parcels where a case has sent goods, and `cases` the cases of the order then.

    `actor` is who acts, or reads; None where nobody is judged. `pending_payment` is one that may pay the order yet, and `adjusted_by` are the cases that have given money back for no known units.
    """

    lines: Sequence[OrderLine]
    parcels: Sequence[Parcel] | None = None
    intercepts: Sequence[Intercept] = ()
    pending_payment: str | None = None
    adjusted_by: Sequence[str] = ()
    contents: Sequence[ParcelLine] = ()
    cases: Sequence[Case] = ()
    actor: Actor | None = None


def _party(order: Order, facts: OrderFacts | None) -> Refusal | None:
    """The buyer and the merchant's people decide nothing for the platform about their own order."""
    if facts is None or facts.actor is None:
        return None
    return PartyCannotDecide() if is_party_as_staff(facts.actor, order.buyer_id, order.merchant_id) else None


def _units_left(of: Callable[[Sequence[OrderLine]], Sequence[OrderLine]]) -> tuple[Guard, Guard]:
    """Something of these lines has not left, and no case holds all of it."""

    def nothing_left(_: Order, facts: OrderFacts | None) -> Refusal | None:
        return errors.NothingLeftToShip() if facts is not None and fully_shipped(of(facts.lines)) else None

    def all_held(_: Order, facts: OrderFacts | None) -> Refusal | None:
        nothing_free = facts is not None and not any(shippable(line) for line in of(facts.lines))
        return errors.AllUnitsHeld() if nothing_free else None

    return Guard(errors.NothingLeftToShip.code, nothing_left), Guard(errors.AllUnitsHeld.code, all_held)


def _bars_parts(code: str, refused: Callable[[OrderFacts], Refusal | None]) -> Guard:
    """This bars the cancellation of some units; all of them can be cancelled beside it, where nothing has left, and no case is open."""

    def refuses(order: Order, facts: OrderFacts | None) -> Refusal | None:
        if facts is None or not line_cancellations.is_divisible(facts.lines):
            return None
        whole = line_cancellations.is_whole(facts.lines) and not order.in_after_sale
        return None if whole else refused(facts)

    return Guard(code, refuses)


def _in_progress(facts: OrderFacts) -> Refusal | None:
    return errors.PaymentInProgress(payment_id=facts.pending_payment) if facts.pending_payment else None


def _adjusted(facts: OrderFacts) -> Refusal | None:
    return line_cancellations.adjusted(facts.adjusted_by)


def _last_units(order: Order, facts: OrderFacts | None) -> Refusal | None:
    """What is left can be cancelled as a whole only, which an open case bars."""
    barred = facts is not None and order.in_after_sale and not line_cancellations.is_divisible(facts.lines)
    return errors.AfterSaleOpen(action="cancel") if barred else None


def _in_parcels(lines: Sequence[OrderLine]) -> list[OrderLine]:
    return [line for line in lines if not goods.is_virtual(line)]


def _no_virtual(_: Order, facts: OrderFacts | None) -> Refusal | None:
    nothing_free = facts is not None and not any(shippable(each) for each in facts.lines if goods.is_virtual(each))
    return NoVirtualGoods() if nothing_free else None


# A command that ships passes none: `fulfilment.ship` checks its units one by
# one and names the line that it refuses.
UNITS_TO_SHIP = _units_left(_in_parcels)
LAST_UNITS = Guard(errors.AfterSaleOpen.code, _last_units)
UNITS_TO_CANCEL = (*_units_left(list), LAST_UNITS, _bars_parts(PriceAdjusted.code, _adjusted))
UNPAID_TO_CANCEL = (LAST_UNITS, _bars_parts(errors.PaymentInProgress.code, _in_progress))
VIRTUAL_TO_DELIVER = (Guard(NoVirtualGoods.code, _no_virtual),)
VIRTUAL_DELIVERED = Guard(
    GoodsDelivered.code, lambda order, _: GoodsDelivered() if order.virtual_delivered_at else None
)
PLANNED = Guard(PaymentPlanned.code, lambda order, _: None if order.payment_plan is None else PaymentPlanned())
AUTHORISED = Guard(NotAuthorised.code, lambda order, _: None if order.authorised_until else NotAuthorised())
IN_REVIEW = Guard(OrderInReview.code, lambda order, _: OrderInReview() if order.review is ReviewState.PENDING else None)
NO_PARTY = Guard(PartyCannotDecide.code, _party)
NOT_IN_REVIEW = Guard(
    OrderNotInReview.code, lambda order, _: None if order.review is ReviewState.PENDING else OrderNotInReview()
)
EXTENSIONS_USED = Guard(
    ReceiptExtensionsUsed.code, lambda order, _: None if order.receipt_extensions_left else ReceiptExtensionsUsed()
)
ONLY_VIRTUAL = Guard(OnlyVirtualGoods.code, lambda order, _: OnlyVirtualGoods() if order.virtual_only else None)
ALREADY_RECEIVED = Guard(errors.AlreadyReceived.code, lambda _, __: errors.AlreadyReceived(), always=True)


def _partly_paid(order: Order, _: object) -> Refusal | None:
    return PartlyPaid() if order.payment_plan is not None or order.paid_minor else None


NOT_PARTLY_PAID = Guard(PartlyPaid.code, _partly_paid)
NOT_PACKED = Guard(errors.NotPacked.code, lambda order, _: None if order.is_packed else errors.NotPacked())
UNLESS_PACKED = Guard(errors.AlreadyPacked.code, lambda order, _: errors.AlreadyPacked() if order.is_packed else None)


def packed(action: str) -> Guard:
    """Goods are packed for the present address."""

    def refuses(order: Order, _: object) -> Refusal | None:
        return errors.OrderPacked(action=action, ways=WAYS[errors.OrderPacked.code]) if order.is_packed else None

    return Guard(errors.OrderPacked.code, refuses)


def _consent(order: Order, facts: OrderFacts | None) -> Refusal | None:
    """Orders that earlier builds shipped have packages that have left: where nothing can be cancelled, nothing is stopped."""
    nothing_waits = facts is not None and not any(map(shippable, facts.lines))
    ways = WAYS[errors.PackedNeedsMerchant.code]
    return errors.PackedNeedsMerchant(ways=ways) if order.is_packed and not nothing_waits else None


# A buyer's cancellation of what is packed needs the merchant, who may have to stop a parcel that waits for its courier.
CONSENT = Guard(errors.PackedNeedsMerchant.code, _consent, roles=BUYER.roles)


def _changes_used(order: Order, _: object) -> Refusal | None:
    ways = WAYS[AddressChangesUsed.code]
    return AddressChangesUsed(ways=ways) if order.address_changes_left == 0 else None


# The merchant and agents may still correct an address.
CHANGES_LEFT = Guard(AddressChangesUsed.code, _changes_used, roles=BUYER.roles)


TO_SHIP = Guard(
    errors.NothingLeftToShip.code, lambda order, _: None if order.ship_by_at else errors.NothingLeftToShip()
)


def can_be_recorded(end: ParcelStatus) -> tuple[Guard, Guard]:
    """This end may be recorded of a parcel of the order; a command judges the parcel that it names.

    An agent may know sooner what has become of a parcel; the merchant, who gains by a delivery, waits for its courier.
    """

    def none_is_awaited(_: Order, facts: OrderFacts | None) -> Refusal | None:
        parcels = () if facts is None or facts.parcels is None else facts.parcels
        refused = [recorded_ends.refusal(each, end) for each in parcels]
        return None if None in refused else next(iter(refused), None)

    def none_is_overdue(order: Order, facts: OrderFacts | None) -> Refusal | None:
        parcels = () if facts is None or facts.parcels is None else facts.parcels
        fit = [each for each in parcels if recorded_ends.refusal(each, end) is None]
        if any(each.delivery_overdue_at for each in fit):
            return None
        times = [each.deliver_by_at for each in fit if each.deliver_by_at is not None]
        return recorded_ends.DeliveryNotOverdue(deliver_by_at=min(times, default=order.deliver_by_at))

    return (
        Guard(recorded_ends.ParcelNotAwaited.code, none_is_awaited),
        Guard(recorded_ends.DeliveryNotOverdue.code, none_is_overdue, roles=MERCHANT.roles),
    )


def already_shipped(action: str) -> Guard:
    """Something has left; the reason names what can be done instead."""

    def refuses(order: Order, facts: OrderFacts | None) -> Refusal:
        parcels = None if facts is None else facts.parcels
        return errors.AlreadyShipped(action=action, ways=ways_after_shipment(order.state, parcels))

    return Guard(errors.AlreadyShipped.code, refuses, always=True)


def all_shipped(action: str) -> Guard:
    """Nothing is left that goes into a parcel; the reason names what can be done instead."""

    def refuses(order: Order, facts: OrderFacts | None) -> Refusal | None:
        if facts is not None and not fully_shipped(_in_parcels(facts.lines)):
            return None
        parcels = None if facts is None else facts.parcels
        return errors.AlreadyShipped(action=action, ways=ways_after_shipment(order.state, parcels))

    return Guard(errors.AlreadyShipped.code, refuses)


def _all_called_back(_: Order, facts: OrderFacts | None) -> Refusal | None:
    if facts is None or not _nothing_to_take_back(facts):
        return None
    found = recalls.being_called_back(facts.parcels or (), facts.intercepts)
    return None if found is None else InterceptOpen(intercept_id=found.id)


def _none_called_back(order: Order, facts: OrderFacts | None) -> Refusal | None:
    if facts is None or not _nothing_to_take_back(facts):
        return None
    return NothingToCallBack(ways=ways_after_shipment(order.state, facts.parcels))


def _nothing_to_take_back(facts: OrderFacts) -> bool:
    """No unit is left to ship, and no parcel on its way can be called back."""
    if facts.parcels is None:
        return False
    return not any(map(shippable, facts.lines)) and not recalls.to_call_back(
        facts.parcels, facts.intercepts, facts.contents, facts.cases
    )


def _rest_adjusted(_: Order, facts: OrderFacts | None) -> Refusal | None:
    """Units are left to cancel, and what they are worth is not known."""
    return _adjusted(facts) if facts is not None and any(map(shippable, facts.lines)) else None


SOMETHING_TO_TAKE_BACK = (
    Guard(InterceptOpen.code, _all_called_back),
    Guard(NothingToCallBack.code, _none_called_back),
    Guard(PriceAdjusted.code, _rest_adjusted),
)


def turn_while_shipped(order: Order, facts: OrderFacts) -> str:
    """Whose turn it is in a shipped order.

    While a parcel is on its way it is the courier's, and an agent's once one of those is overdue. An order with no parcel on its way waits for the merchant while anything is left to ship (held units too: the
    merchant answers the case), and for the buyer after that: to confirm receipt, or to open a case about what did not
    arrive."""
    if deliveries.on_their_way(facts.parcels or ()):
        return "courier" if order.delivery_overdue_at is None else "agent"
    return "buyer" if fully_shipped(facts.lines) else "merchant"
