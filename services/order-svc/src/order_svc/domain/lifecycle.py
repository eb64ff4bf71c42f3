"""State machines as tables: who may take an action, where it leads, and how long a state may last.

The commands, the timers, the allowed actions in the API and docs/lifecycles.md read these tables.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from aftercare_chassis.lifecycle import Guard, Lifecycle, Timeout, Transition
from aftercare_chassis.refusals import Refusal

from order_svc.domain import errors
from order_svc.domain.cancellation_errors import PartlyPaid
from order_svc.domain.fulfilment import fully_shipped, outbound, shippable
from order_svc.domain.model import Order, OrderLine, OrderState, ReviewState
from order_svc.domain.order_ways import WAYS, ways_after_shipment
from order_svc.domain.payments.errors import NotAuthorised, PaymentPlanned
from order_svc.domain.permissions import BUYER, BUYER_OR_SYSTEM, MERCHANT, OPERATOR, PARTIES, SYSTEM_ONLY
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
from order_svc.domain.tracking import Parcel


class OrderAction(StrEnum):
    """What can be done to an order; the last ten are taken by timers, providers and couriers."""

    PAY = "pay"
    APPROVE = "approve"
    REJECT = "reject"
    CANCEL = "cancel"
    CANCEL_LINES = "cancel_lines"
    CHANGE_ADDRESS = "change_address"
    PACK = "pack"
    UNPACK = "unpack"
    SHIP = "ship"
    DELIVER_VIRTUAL = "deliver_virtual"
    CONFIRM_RECEIPT = "confirm_receipt"
    EXTEND_RECEIPT = "extend_receipt"
    MARK_AUTHORISED = "mark_authorised"
    AWAIT_PAYMENT = "await_payment"
    TAKE_PAYMENT = "take_payment"
    MARK_PAID = "mark_paid"
    EXPIRE = "expire"
    DELIVER = "deliver"
    UNSHIP = "unship"
    REFUND_WHOLLY = "refund_wholly"
    MARK_OVERDUE = "mark_overdue"
    COMPLETE = "complete"


SHOWN_ACTIONS = (
    OrderAction.PAY,
    OrderAction.CANCEL,
    OrderAction.CANCEL_LINES,
    OrderAction.CHANGE_ADDRESS,
    OrderAction.PACK,
    OrderAction.UNPACK,
    OrderAction.SHIP,
    OrderAction.DELIVER_VIRTUAL,
    OrderAction.CONFIRM_RECEIPT,
    OrderAction.EXTEND_RECEIPT,
    OrderAction.APPROVE,
    OrderAction.REJECT,
)


def _unless_after_sale_open(action: OrderAction) -> Guard:
    """A case or dispute about the order bars the action."""

    def refuses(order: Order, _: object) -> Refusal | None:
        return errors.AfterSaleOpen(action=action) if order.in_after_sale else None

    return Guard(errors.AfterSaleOpen.code, refuses)


def _units_left(of: Callable[[Sequence[OrderLine]], Sequence[OrderLine]]) -> tuple[Guard, Guard]:
    """Something of these lines has not left, and no case holds all of it."""

    def nothing_left(_: Order, lines: Sequence[OrderLine] | None) -> Refusal | None:
        return errors.NothingLeftToShip() if lines is not None and fully_shipped(of(lines)) else None

    def all_held(_: Order, lines: Sequence[OrderLine] | None) -> Refusal | None:
        nothing_free = lines is not None and not any(shippable(line) for line in of(lines))
        return errors.AllUnitsHeld() if nothing_free else None

    return Guard(errors.NothingLeftToShip.code, nothing_left), Guard(errors.AllUnitsHeld.code, all_held)


def _in_parcels(lines: Sequence[OrderLine]) -> list[OrderLine]:
    return [line for line in lines if not goods.is_virtual(line)]


def _no_virtual(_: Order, lines: Sequence[OrderLine] | None) -> Refusal | None:
    nothing_free = lines is not None and not any(shippable(line) for line in lines if goods.is_virtual(line))
    return NoVirtualGoods() if nothing_free else None


def _not_fully_shipped(_: Order, lines: Sequence[OrderLine]) -> Refusal | None:
    return None if fully_shipped(lines) else errors.NotFullyShipped(action=OrderAction.CONFIRM_RECEIPT)


# The facts of the guards are the order's lines. A command that ships passes none: `fulfilment.ship` checks its units one by
# one and names the line that it refuses.
UNITS_TO_SHIP = _units_left(_in_parcels)
UNITS_TO_CANCEL = _units_left(list)
VIRTUAL_TO_DELIVER = (Guard(NoVirtualGoods.code, _no_virtual),)
VIRTUAL_DELIVERED = Guard(
    GoodsDelivered.code, lambda order, _: GoodsDelivered() if order.virtual_delivered_at else None
)
FULLY_SHIPPED = Guard(errors.NotFullyShipped.code, _not_fully_shipped)
PLANNED = Guard(PaymentPlanned.code, lambda order, _: None if order.payment_plan is None else PaymentPlanned())
AUTHORISED = Guard(NotAuthorised.code, lambda order, _: None if order.authorised_until else NotAuthorised())
IN_REVIEW = Guard(OrderInReview.code, lambda order, _: OrderInReview() if order.review is ReviewState.PENDING else None)
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
NOT_PACKED = Guard(errors.NotPacked.code, lambda order, _: None if order.packed_at else errors.NotPacked())
UNLESS_PACKED = Guard(errors.AlreadyPacked.code, lambda order, _: errors.AlreadyPacked() if order.packed_at else None)


def _packed(action: OrderAction) -> Guard:
    """The goods are packed for the present address."""

    def refuses(order: Order, _: object) -> Refusal | None:
        return errors.OrderPacked(action=action, ways=WAYS[errors.OrderPacked.code]) if order.packed_at else None

    return Guard(errors.OrderPacked.code, refuses)


def _consent(order: Order, _: object) -> Refusal | None:
    ways = WAYS[errors.PackedNeedsMerchant.code]
    return errors.PackedNeedsMerchant(ways=ways) if order.packed_at else None


# A buyer's cancellation of what is packed needs the merchant, who may have to stop a parcel that waits for its courier.
CONSENT = Guard(errors.PackedNeedsMerchant.code, _consent, roles=BUYER.roles)


def _changes_used(order: Order, _: object) -> Refusal | None:
    ways = WAYS[AddressChangesUsed.code]
    return AddressChangesUsed(ways=ways) if order.address_changes_left == 0 else None


# The merchant and agents may still correct an address.
CHANGES_LEFT = Guard(AddressChangesUsed.code, _changes_used, roles=BUYER.roles)


def _already_shipped(action: OrderAction) -> Guard:
    """Something has left; the reason names what can be done instead."""

    def refuses(order: Order, _: object) -> Refusal | None:
        return errors.AlreadyShipped(action=action, ways=ways_after_shipment(order.state))

    return Guard(errors.AlreadyShipped.code, refuses, always=True)


@dataclass(frozen=True, slots=True)
class ShipmentFacts:
    """What decides whose turn it is while an order is shipped: its lines and its parcels."""

    lines: Sequence[OrderLine]
    parcels: Sequence[Parcel]


def _turn_while_shipped(_: Order, facts: ShipmentFacts) -> str:
    """A shipped order with no parcel on its way waits for the merchant while anything is left to ship (held units too: the
    merchant answers the case), and for the buyer after that: to confirm receipt, or to open a case about what did not
    arrive."""
    if not all(parcel.terminal for parcel in outbound(facts.parcels)):
        return "courier"
    return "buyer" if fully_shipped(facts.lines) else "merchant"


_S, _A = OrderState, OrderAction


_TO_PAY = Timeout(
    "buyer",
    "payment_hours",
    _A.EXPIRE,
    "cancelled_by_timeout",
    instead=(PLANNED, Timeout("buyer", None, _A.EXPIRE, "cancelled_by_timeout", since="pay_by")),
)
# While what the order needs is authorised, it is the merchant's turn to capture it; the time to pay starts again after that.
_TO_CAPTURE = Timeout(
    "merchant",
    None,
    _A.AWAIT_PAYMENT,
    "authorisation_ended",
    since="authorised_until",
    instead=(AUTHORISED, _TO_PAY),
)


def _to_ship(turn: str, turn_by: Callable[[Order, ShipmentFacts], str] | None = None) -> Timeout[OrderAction]:
    """The merchant's time to ship what is left. Its end is published, and the order goes on."""
    unless = _unless_after_sale_open(_A.MARK_OVERDUE)
    then, effect = _A.MARK_OVERDUE, "shipment_overdue"
    return Timeout(turn, None, then, effect, since="ship_by_at", unless=unless, turn_by=turn_by)


def _to_confirm(hours: str, instead: tuple[Guard, Timeout[OrderAction]] | None = None) -> Timeout[OrderAction]:
    """The buyer's time to confirm the receipt."""
    unless = _unless_after_sale_open(_A.CONFIRM_RECEIPT)
    then, effect = _A.CONFIRM_RECEIPT, "received_by_timeout"
    return Timeout("buyer", hours, then, effect, since="receipt_since", unless=unless, instead=instead)


# From the first parcel on, an order is neither cancelled by a party nor sent to another address: the rows that are never taken
# are there for the reason, which names what can be done instead.
ORDER: Lifecycle[OrderState, OrderAction] = Lifecycle(
    "order",
    initial=_S.CREATED,
    transitions={
        (_S.CREATED, _A.PAY): Transition(_S.CREATED, BUYER, (IN_REVIEW,)),
        (_S.CREATED, _A.APPROVE): Transition(_S.CREATED, OPERATOR, (NOT_IN_REVIEW,)),
        (_S.CREATED, _A.REJECT): Transition(_S.CANCELLED, OPERATOR, (NOT_IN_REVIEW,)),
        (_S.CREATED, _A.CANCEL): Transition(_S.CANCELLED, PARTIES, (_unless_after_sale_open(_A.CANCEL),)),
        (_S.CREATED, _A.CANCEL_LINES): Transition(_S.CREATED, PARTIES, (NOT_PARTLY_PAID,)),
        (_S.CREATED, _A.CHANGE_ADDRESS): Transition(_S.CREATED, PARTIES, (CHANGES_LEFT,)),
        (_S.CREATED, _A.MARK_AUTHORISED): Transition(_S.CREATED, SYSTEM_ONLY),
        (_S.CREATED, _A.AWAIT_PAYMENT): Transition(_S.CREATED, SYSTEM_ONLY),
        (_S.CREATED, _A.TAKE_PAYMENT): Transition(_S.CREATED, SYSTEM_ONLY),
        (_S.CREATED, _A.MARK_PAID): Transition(_S.PAID, SYSTEM_ONLY),
        (_S.CREATED, _A.EXPIRE): Transition(_S.CANCELLED, SYSTEM_ONLY),
        (_S.PAID, _A.CANCEL): Transition(
            _S.CANCELLED, PARTIES, (_unless_after_sale_open(_A.CANCEL), VIRTUAL_DELIVERED, CONSENT)
        ),
        (_S.PAID, _A.CANCEL_LINES): Transition(_S.PAID, PARTIES, (*UNITS_TO_CANCEL, CONSENT)),
        (_S.PAID, _A.CHANGE_ADDRESS): Transition(_S.PAID, PARTIES, (_packed(_A.CHANGE_ADDRESS), CHANGES_LEFT)),
        (_S.PAID, _A.PACK): Transition(_S.PAID, MERCHANT, (UNLESS_PACKED, *UNITS_TO_SHIP)),
        (_S.PAID, _A.UNPACK): Transition(_S.PAID, MERCHANT, (NOT_PACKED,)),
        (_S.PAID, _A.SHIP): Transition(_S.SHIPPED, MERCHANT, UNITS_TO_SHIP),
        (_S.PAID, _A.DELIVER_VIRTUAL): Transition(_S.PAID, MERCHANT, VIRTUAL_TO_DELIVER),
        (_S.PAID, _A.DELIVER): Transition(_S.DELIVERED, SYSTEM_ONLY),
        (_S.PAID, _A.MARK_OVERDUE): Transition(_S.PAID, SYSTEM_ONLY),
        (_S.PAID, _A.REFUND_WHOLLY): Transition(_S.CANCELLED, SYSTEM_ONLY),
        (_S.SHIPPED, _A.CANCEL_LINES): Transition(_S.SHIPPED, PARTIES, UNITS_TO_CANCEL),
        (_S.SHIPPED, _A.SHIP): Transition(_S.SHIPPED, MERCHANT, UNITS_TO_SHIP),
        **{
            (state, action): Transition(state, PARTIES, (_already_shipped(action),))
            for state in (_S.SHIPPED, _S.DELIVERED, _S.RECEIVED)
            for action in (_A.CANCEL, _A.CHANGE_ADDRESS)
        },
        (_S.SHIPPED, _A.DELIVER_VIRTUAL): Transition(_S.SHIPPED, MERCHANT, VIRTUAL_TO_DELIVER),
        (_S.SHIPPED, _A.MARK_OVERDUE): Transition(_S.SHIPPED, SYSTEM_ONLY),
        (_S.SHIPPED, _A.CONFIRM_RECEIPT): Transition(_S.RECEIVED, BUYER, (FULLY_SHIPPED,)),
        (_S.SHIPPED, _A.DELIVER): Transition(_S.DELIVERED, SYSTEM_ONLY),
        # Its only parcel was voided before the courier had it.
        (_S.SHIPPED, _A.UNSHIP): Transition(_S.PAID, SYSTEM_ONLY),
        (_S.SHIPPED, _A.REFUND_WHOLLY): Transition(_S.CANCELLED, SYSTEM_ONLY),
        (_S.DELIVERED, _A.CONFIRM_RECEIPT): Transition(_S.RECEIVED, BUYER_OR_SYSTEM),
        (_S.DELIVERED, _A.EXTEND_RECEIPT): Transition(_S.DELIVERED, PARTIES, (EXTENSIONS_USED,)),
        # Never taken: the row is there for the reason that the API gives, which was published before the state was.
        (_S.RECEIVED, _A.CONFIRM_RECEIPT): Transition(_S.RECEIVED, BUYER, (ALREADY_RECEIVED,)),
        (_S.RECEIVED, _A.COMPLETE): Transition(_S.COMPLETED, SYSTEM_ONLY, (_unless_after_sale_open(_A.COMPLETE),)),
    },
    timeouts={
        _S.CREATED: Timeout(
            "agent", "review_hours", _A.EXPIRE, "cancelled_by_timeout", instead=(NOT_IN_REVIEW, _TO_CAPTURE)
        ),
        _S.PAID: _to_ship("merchant"),
        _S.SHIPPED: _to_ship("courier", _turn_while_shipped),
        _S.DELIVERED: _to_confirm("auto_receipt_hours", (ONLY_VIRTUAL, _to_confirm("virtual_receipt_hours"))),
        _S.RECEIVED: Timeout(
            "system",
            None,
            _A.COMPLETE,
            "completed_by_timeout",
            since="window_ends_at",
            unless=_unless_after_sale_open(_A.COMPLETE),
        ),
    },
    ends={_S.COMPLETED, _S.CANCELLED},
)
