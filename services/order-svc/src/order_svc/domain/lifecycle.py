"""State machines as tables: who may take an action, where it leads, and how long a state may last.

The commands, the timers, the allowed actions in the API and docs/lifecycles.md read these tables.
"""

from collections.abc import Callable
from enum import StrEnum

from aftercare_chassis.lifecycle import Guard, Lifecycle, Timeout, Transition
from aftercare_chassis.refusals import Refusal

from order_svc.domain import errors
from order_svc.domain.fulfilment import fully_shipped
from order_svc.domain.model import Order, OrderState
from order_svc.domain.order_guards import (
    ALREADY_RECEIVED,
    AUTHORISED,
    CHANGES_LEFT,
    CONSENT,
    EXTENSIONS_USED,
    IN_REVIEW,
    NO_PARTY,
    NOT_IN_REVIEW,
    NOT_PACKED,
    NOT_PARTLY_PAID,
    ONLY_VIRTUAL,
    PLANNED,
    SOMETHING_TO_TAKE_BACK,
    TO_SHIP,
    UNITS_TO_CANCEL,
    UNITS_TO_SHIP,
    UNLESS_PACKED,
    UNPAID_TO_CANCEL,
    VIRTUAL_DELIVERED,
    VIRTUAL_TO_DELIVER,
    OrderFacts,
    all_shipped,
    already_shipped,
    can_be_recorded,
    packed,
    turn_while_shipped,
)
from order_svc.domain.permissions import (
    BUYER,
    BUYER_OR_SYSTEM,
    MERCHANT,
    MERCHANT_OR_AGENT,
    OPERATOR,
    PARTIES,
    SYSTEM_ONLY,
)
from order_svc.domain.tracking import ParcelStatus


class OrderAction(StrEnum):
    """What can be done to an order; the last eleven are taken by timers, providers and couriers."""

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
    RECORD_DELIVERY = "record_delivery"
    RECORD_LOSS = "record_loss"
    MARK_AUTHORISED = "mark_authorised"
    AWAIT_PAYMENT = "await_payment"
    TAKE_PAYMENT = "take_payment"
    MARK_PAID = "mark_paid"
    EXPIRE = "expire"
    DELIVER = "deliver"
    UNSHIP = "unship"
    REFUND_WHOLLY = "refund_wholly"
    MARK_OVERDUE = "mark_overdue"
    MARK_UNDELIVERED = "mark_undelivered"
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
    OrderAction.RECORD_DELIVERY,
    OrderAction.RECORD_LOSS,
    OrderAction.APPROVE,
    OrderAction.REJECT,
)


def _unless_after_sale_open(action: OrderAction) -> Guard:
    """A case or dispute about the order bars the action."""

    def refuses(order: Order, _: object) -> Refusal | None:
        return errors.AfterSaleOpen(action=action) if order.in_after_sale else None

    return Guard(errors.AfterSaleOpen.code, refuses)


def _not_fully_shipped(_: Order, facts: OrderFacts) -> Refusal | None:
    return None if fully_shipped(facts.lines) else errors.NotFullyShipped(action=OrderAction.CONFIRM_RECEIPT)


FULLY_SHIPPED = Guard(errors.NotFullyShipped.code, _not_fully_shipped)


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


def _to_ship(
    turn: str,
    turn_by: Callable[[Order, OrderFacts], str] | None = None,
    instead: tuple[Guard, Timeout[OrderAction]] | None = None,
) -> Timeout[OrderAction]:
    """The merchant's time to ship what is left. Its end is published, and the order goes on."""
    unless = _unless_after_sale_open(_A.MARK_OVERDUE)
    then, effect = _A.MARK_OVERDUE, "shipment_overdue"
    return Timeout(turn, None, then, effect, since="ship_by_at", unless=unless, turn_by=turn_by, instead=instead)


# Once no time to ship runs, the couriers' time does. Its end is published, and an agent looks at the parcels.
_TO_DELIVER = Timeout(
    "courier",
    None,
    _A.MARK_UNDELIVERED,
    "delivery_overdue",
    since="deliver_by_at",
    unless=_unless_after_sale_open(_A.MARK_UNDELIVERED),
    turn_by=turn_while_shipped,
)


def _to_confirm(hours: str, instead: tuple[Guard, Timeout[OrderAction]] | None = None) -> Timeout[OrderAction]:
    """The buyer's time to confirm the receipt."""
    unless = _unless_after_sale_open(_A.CONFIRM_RECEIPT)
    then, effect = _A.CONFIRM_RECEIPT, "received_by_timeout"
    return Timeout("buyer", hours, then, effect, since="receipt_since", unless=unless, instead=instead)


# From its delivery on, an order is neither sent to another address nor cancelled by a party: the rows that are never taken are there for the
# reason, which names what can be done instead.
ORDER: Lifecycle[OrderState, OrderAction] = Lifecycle(
    "order",
    initial=_S.CREATED,
    transitions={
        (_S.CREATED, _A.PAY): Transition(_S.CREATED, BUYER, (IN_REVIEW,)),
        (_S.CREATED, _A.APPROVE): Transition(_S.CREATED, OPERATOR, (NOT_IN_REVIEW, NO_PARTY)),
        (_S.CREATED, _A.REJECT): Transition(_S.CANCELLED, OPERATOR, (NOT_IN_REVIEW, NO_PARTY)),
        (_S.CREATED, _A.CANCEL): Transition(_S.CANCELLED, PARTIES, (_unless_after_sale_open(_A.CANCEL),)),
        (_S.CREATED, _A.CANCEL_LINES): Transition(_S.CREATED, PARTIES, (NOT_PARTLY_PAID, *UNPAID_TO_CANCEL)),
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
        (_S.PAID, _A.CHANGE_ADDRESS): Transition(_S.PAID, PARTIES, (packed(_A.CHANGE_ADDRESS), CHANGES_LEFT)),
        (_S.PAID, _A.PACK): Transition(_S.PAID, MERCHANT, (UNLESS_PACKED, *UNITS_TO_SHIP)),
        (_S.PAID, _A.UNPACK): Transition(_S.PAID, MERCHANT, (NOT_PACKED,)),
        (_S.PAID, _A.SHIP): Transition(_S.SHIPPED, MERCHANT, UNITS_TO_SHIP),
        (_S.PAID, _A.DELIVER_VIRTUAL): Transition(_S.PAID, MERCHANT, VIRTUAL_TO_DELIVER),
        (_S.PAID, _A.DELIVER): Transition(_S.DELIVERED, SYSTEM_ONLY),
        (_S.PAID, _A.MARK_OVERDUE): Transition(_S.PAID, SYSTEM_ONLY),
        (_S.PAID, _A.REFUND_WHOLLY): Transition(_S.CANCELLED, SYSTEM_ONLY),
        (_S.SHIPPED, _A.CANCEL_LINES): Transition(_S.SHIPPED, PARTIES, (*UNITS_TO_CANCEL, CONSENT)),
        # What has not left may go to another address, in packages that are packed for it.
        (_S.SHIPPED, _A.CHANGE_ADDRESS): Transition(
            _S.SHIPPED, PARTIES, (all_shipped(_A.CHANGE_ADDRESS), packed(_A.CHANGE_ADDRESS), CHANGES_LEFT)
        ),
        (_S.SHIPPED, _A.PACK): Transition(_S.SHIPPED, MERCHANT, (*UNITS_TO_SHIP, UNLESS_PACKED)),
        (_S.SHIPPED, _A.UNPACK): Transition(_S.SHIPPED, MERCHANT, (UNITS_TO_SHIP[0], NOT_PACKED)),
        (_S.SHIPPED, _A.SHIP): Transition(_S.SHIPPED, MERCHANT, UNITS_TO_SHIP),
        # Its parcels are called back, and what has not left is cancelled.
        (_S.SHIPPED, _A.CANCEL): Transition(
            _S.SHIPPED, PARTIES, (_unless_after_sale_open(_A.CANCEL), *SOMETHING_TO_TAKE_BACK, CONSENT)
        ),
        **{
            (state, action): Transition(state, PARTIES, (already_shipped(action),))
            for state in (_S.DELIVERED, _S.RECEIVED)
            for action in (_A.CANCEL, _A.CHANGE_ADDRESS)
        },
        (_S.SHIPPED, _A.DELIVER_VIRTUAL): Transition(_S.SHIPPED, MERCHANT, VIRTUAL_TO_DELIVER),
        (_S.SHIPPED, _A.MARK_OVERDUE): Transition(_S.SHIPPED, SYSTEM_ONLY),
        (_S.SHIPPED, _A.MARK_UNDELIVERED): Transition(_S.SHIPPED, SYSTEM_ONLY),
        (_S.SHIPPED, _A.CONFIRM_RECEIPT): Transition(_S.RECEIVED, BUYER, (FULLY_SHIPPED,)),
        (_S.SHIPPED, _A.DELIVER): Transition(_S.DELIVERED, SYSTEM_ONLY),
        # Its only parcel was voided before the courier had it.
        (_S.SHIPPED, _A.UNSHIP): Transition(_S.PAID, SYSTEM_ONLY),
        (_S.SHIPPED, _A.REFUND_WHOLLY): Transition(_S.CANCELLED, SYSTEM_ONLY),
        (_S.DELIVERED, _A.CONFIRM_RECEIPT): Transition(_S.RECEIVED, BUYER_OR_SYSTEM),
        (_S.DELIVERED, _A.EXTEND_RECEIPT): Transition(_S.DELIVERED, PARTIES, (EXTENSIONS_USED,)),
        # Nothing is left to confirm the receipt of. What was delivered is completed, so that a verdict may still give money.
        (_S.DELIVERED, _A.REFUND_WHOLLY): Transition(
            _S.COMPLETED, SYSTEM_ONLY, (_unless_after_sale_open(_A.REFUND_WHOLLY),)
        ),
        (_S.SHIPPED, _A.RECORD_DELIVERY): Transition(
            _S.SHIPPED, MERCHANT_OR_AGENT, can_be_recorded(ParcelStatus.DELIVERED)
        ),
        (_S.SHIPPED, _A.RECORD_LOSS): Transition(_S.SHIPPED, MERCHANT_OR_AGENT, can_be_recorded(ParcelStatus.LOST)),
        # Never taken: the row is there for the reason that the API gives, which was published before the state was.
        (_S.RECEIVED, _A.CONFIRM_RECEIPT): Transition(_S.RECEIVED, BUYER, (ALREADY_RECEIVED,)),
        (_S.RECEIVED, _A.COMPLETE): Transition(_S.COMPLETED, SYSTEM_ONLY, (_unless_after_sale_open(_A.COMPLETE),)),
    },
    timeouts={
        _S.CREATED: Timeout(
            "agent", "review_hours", _A.EXPIRE, "cancelled_by_timeout", instead=(NOT_IN_REVIEW, _TO_CAPTURE)
        ),
        _S.PAID: _to_ship("merchant"),
        _S.SHIPPED: _to_ship("courier", turn_while_shipped, (TO_SHIP, _TO_DELIVER)),
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
