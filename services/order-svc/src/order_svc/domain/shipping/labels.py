"""A label: a shipment that is ordered of a courier, with its waybill, its pickup and the file that is printed."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from aftercare_chassis.lifecycle import Actor, Allowed, Guard, Lifecycle, Permission, Timeout, Transition
from aftercare_chassis.refusals import Refusal

from order_svc.domain.permissions import MERCHANT, SYSTEM_ONLY
from order_svc.domain.shipping.errors import LabelShipped
from order_svc.domain.shipping.model import Contact, CourierName, PickupWindow, Shipment
from order_svc.domain.tracking import ParcelLeg


class LabelState(StrEnum):
    """How far the order of a shipment is."""

    REQUESTED = "requested"
    SUBMITTED = "submitted"
    UNKNOWN = "unknown"
    CREATED = "created"
    CANCELLING = "cancelling"
    FAILED = "failed"
    CANCELLED = "cancelled"


class LabelAction(StrEnum):
    """What can be done to a label; the first six are taken by the worker that calls the courier."""

    SUBMIT = "submit"
    MARK_UNKNOWN = "mark_unknown"
    CREATE = "create"
    FAIL = "fail"
    CONFIRM_CANCEL = "confirm_cancel"
    REFUSE_CANCEL = "refuse_cancel"
    CANCEL = "cancel"
    VOID = "void"
    CHANGE_PICKUP = "change_pickup"
    GIVE_UP = "give_up"


_SHOWN = (LabelAction.CANCEL, LabelAction.CHANGE_PICKUP, LabelAction.GIVE_UP)
SHIPPERS = Permission("shippers_only", frozenset({"seller", "agent"}))
"""Who has parcels collected: the merchant, and the agents of the platform."""
SHIPPERS_OR_SYSTEM = Permission("shippers_only", frozenset({"seller", "agent", "system"}))
"""Nobody else may give a shipment up or move its pickup, but for the worker and the buyer's booking in the after-sale centre."""


def _shipped(label: "ShippingLabel", _: object) -> Refusal | None:
    return LabelShipped() if label.leg is ParcelLeg.OUTBOUND and label.parcel_id is not None else None


NOT_SHIPPED = Guard(LabelShipped.code, _shipped, always=True)
_S, _A = LabelState, LabelAction

LABEL: Lifecycle[LabelState, LabelAction] = Lifecycle(
    "label",
    initial=_S.REQUESTED,
    transitions={
        (_S.REQUESTED, _A.SUBMIT): Transition(_S.SUBMITTED, SYSTEM_ONLY),
        (_S.REQUESTED, _A.CANCEL): Transition(_S.CANCELLED, SHIPPERS_OR_SYSTEM),
        (_S.SUBMITTED, _A.CREATE): Transition(_S.CREATED, SYSTEM_ONLY),
        (_S.SUBMITTED, _A.FAIL): Transition(_S.FAILED, SYSTEM_ONLY),
        (_S.SUBMITTED, _A.MARK_UNKNOWN): Transition(_S.UNKNOWN, SYSTEM_ONLY),
        (_S.UNKNOWN, _A.CREATE): Transition(_S.CREATED, SYSTEM_ONLY),
        (_S.UNKNOWN, _A.FAIL): Transition(_S.FAILED, SYSTEM_ONLY),
        # The merchant has asked the courier: there is no such shipment, or it was given up there.
        (_S.UNKNOWN, _A.GIVE_UP): Transition(_S.FAILED, SHIPPERS),
        (_S.CREATED, _A.CHANGE_PICKUP): Transition(_S.CREATED, SHIPPERS_OR_SYSTEM),
        (_S.CREATED, _A.CANCEL): Transition(_S.CANCELLING, SHIPPERS_OR_SYSTEM, (NOT_SHIPPED,)),
        # The parcel of the label is given up before the courier has it.
        (_S.CREATED, _A.VOID): Transition(_S.CANCELLING, MERCHANT),
        (_S.CANCELLING, _A.CONFIRM_CANCEL): Transition(_S.CANCELLED, SYSTEM_ONLY),
        (_S.CANCELLING, _A.REFUSE_CANCEL): Transition(_S.CREATED, SYSTEM_ONLY),
    },
    timeouts={
        _S.REQUESTED: Timeout("system"),
        _S.SUBMITTED: Timeout("courier"),
        _S.UNKNOWN: Timeout("courier"),
        _S.CREATED: Timeout("merchant"),
        _S.CANCELLING: Timeout("courier"),
    },
    ends={_S.FAILED, _S.CANCELLED},
)


class PickupState(StrEnum):
    """How far the courier has agreed to the time of the pickup."""

    NONE = "none"
    ASKED = "asked"
    BOOKED = "booked"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingLabel:
    """One label. Its number at the courier is the random part of its id, which has 32 characters.

    `picks` are the units in the parcel. `refusal` and `reason` are why it failed, or why its pickup was refused: our code, and the
    courier's. `parcel_id` is the parcel that it became. `asked_begins_at` and `asked_ends_at` are the time that the courier was asked for and
    has not answered. `given_up_at` is when nobody wanted any more what the courier had not answered yet: it is given up once it has.
    """

    id: str
    order_id: str
    case_id: str | None
    merchant_id: str
    buyer_id: str
    account_id: str
    leg: ParcelLeg
    courier: CourierName
    carrier: str
    state: LabelState
    picks: list[dict[str, object]]
    goods: str
    weight_grams: int
    requested_by: str
    requested_role: str
    created_at: datetime
    pickup_state: PickupState = PickupState.NONE
    pickup_begins_at: datetime | None = None
    pickup_ends_at: datetime | None = None
    asked_begins_at: datetime | None = None
    asked_ends_at: datetime | None = None
    given_up_at: datetime | None = None
    sent_at: datetime | None = None
    settled_at: datetime | None = None
    courier_ref: str | None = None
    waybill_no: str | None = None
    routing_code: str | None = None
    parcel_id: str | None = None
    refusal: str | None = None
    reason: str | None = None

    @property
    def number(self) -> str:
        """Its number at the courier, for ever."""
        return self.id.rpartition("_")[2]

    @property
    def pickup(self) -> PickupWindow | None:
        """When it is collected, as far as the courier has agreed or is yet to be asked."""
        return window(self.pickup_begins_at, self.pickup_ends_at)

    @property
    def asked(self) -> PickupWindow | None:
        """The time that the courier was asked for."""
        return window(self.asked_begins_at, self.asked_ends_at)

    def shipment(self, sender: Contact, receiver: Contact) -> Shipment:
        """What the courier is asked to carry."""
        return Shipment(
            number=self.number,
            carrier=self.carrier,
            sender=sender,
            receiver=receiver,
            goods=self.goods,
            weight_grams=self.weight_grams,
            pickup=self.pickup,
            courier_ref=self.courier_ref,
        )


def shown_actions(label: ShippingLabel, actor: Actor) -> list[Allowed]:
    """What people can do to the label, with the reason why it is not open to this actor now."""
    return [each for each in LABEL.allowed(label, actor) if each.action in _SHOWN]


def window(begins_at: datetime | None, ends_at: datetime | None) -> PickupWindow | None:
    """The time between these, where both are known."""
    return None if begins_at is None or ends_at is None else PickupWindow(begins_at=begins_at, ends_at=ends_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelContacts:
    """Sender and receiver of a label, as they were when it was ordered; deleted after `expires_at`."""

    label_id: str
    sender: dict[str, str] = field(repr=False)
    receiver: dict[str, str] = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFile:
    """The file of a label; deleted after `expires_at`."""

    label_id: str
    content: bytes = field(repr=False)
    rendered_at: datetime
    expires_at: datetime
