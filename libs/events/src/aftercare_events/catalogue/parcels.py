"""Parcels, published by order-svc: to the buyer, back to the merchant, or in exchange."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event, EventPart
from aftercare_events.fields import (
    BuyerId,
    Carrier,
    CaseId,
    Code,
    Id,
    LineId,
    MerchantId,
    OrderId,
    ParcelId,
    Quantity,
    Time,
    WaybillNo,
)
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, one_of


class ParcelLeg(Vocabulary):
    """Which way a parcel goes."""

    OUTBOUND = "outbound", "to the buyer, with what was ordered"
    RETURN = "return", "back to the merchant, for a case"
    EXCHANGE = "exchange", "to the buyer, with a replacement"
    REFUSED_GOODS = "refused_goods", "back to the buyer, with goods that the merchant has refused"


class ParcelStatus(Vocabulary):
    """What the codes of all couriers are normalised to."""

    PENDING = "pending", "registered; no courier has scanned it"
    PICKED_UP = "picked_up", "the courier has it"
    IN_TRANSIT = "in_transit", "on its way"
    CUSTOMS = "customs", "in customs clearance"
    OUT_FOR_DELIVERY = "out_for_delivery", "on its last way to the receiver"
    READY_FOR_PICKUP = "ready_for_pickup", "waits in a locker or at a station"
    ATTEMPT_FAILED = "attempt_failed", "a delivery failed; another one follows"
    DELIVERED = "delivered", "the receiver of its leg has it"
    EXCEPTION = "exception", "the courier reports a problem"
    RETURNING = "returning", "on its way back to its sender"
    RETURNED = "returned", "its sender has it again"
    LOST = "lost", "lost"
    CANCELLED = "cancelled", "the shipment was cancelled or voided, or its waybill was wrong"
    UNKNOWN = "unknown", "the courier's code is not known"


class ReceiverKind(Vocabulary):
    """What kind of receiver took a parcel."""

    PERSON = "person", "the receiver in person"
    PROXY = "proxy", "somebody for the receiver"
    LOCKER = "locker", "a locker"
    STATION = "station", "a pickup station"


_NOT_SCANNED = frozenset({ParcelStatus.PENDING, ParcelStatus.UNKNOWN, ParcelStatus.CANCELLED})


class ShippedLine(EventPart):
    """Units of one line inside one parcel."""

    line_id: LineId
    quantity: Quantity
    sku: Annotated[
        Id | None,
        Field(description="the article that is sent in place of that of the line; absent where it is the same"),
    ] = None


class ParcelEvent(Event):
    """What every event of a parcel carries."""

    TOPIC: ClassVar[Topic] = topics.PARCELS
    KEY: ClassVar[str] = "parcel_id"

    parcel_id: ParcelId
    order_id: OrderId
    case_id: CaseId | None = None
    buyer_id: BuyerId
    merchant_id: MerchantId
    leg: Annotated[Code, one_of(ParcelLeg, "which way it goes")]
    carrier: Carrier
    waybill_no: WaybillNo


class ParcelRegistered(ParcelEvent):
    """A parcel is known by its waybill and will be followed."""

    matter: Code = "parcel_registration"
    lines: tuple[ShippedLine, ...]
    handed_over_at: Annotated[Time | None, Field(description="scans from before that are not this parcel's")] = None


class ParcelCollected(ParcelEvent):
    """The receiver has collected a parcel that a station or locker had taken for them."""

    matter: Code = "parcel_collection"
    collected_at: Annotated[Time, Field(description="when it happened, according to the courier")]


class ParcelStatusChanged(ParcelEvent):
    """The courier reported progress that changed the parcel's status."""

    matter: Code = "parcel_tracking"
    status: Annotated[Code, one_of(ParcelStatus, "from now on")]
    previous_status: Annotated[Code, one_of(ParcelStatus, "before")]
    reason: Annotated[
        Code | None,
        Field(description="the courier's reason; `waybill_corrected`, `pickup_given_up` and `voided` are order-svc's"),
    ] = None
    terminal: Annotated[bool, Field(description="whether the courier has nothing more to do")]
    scanned: Annotated[
        bool | None, Field(description="whether the status shows that a courier has had the parcel in hand")
    ] = None
    delivered: Annotated[bool | None, Field(description="whether the receiver of its leg has the parcel")] = None
    returned: Annotated[bool | None, Field(description="whether its sender has it again")] = None
    refused: Annotated[bool | None, Field(description="whether the courier reports that the receiver refused it")] = (
        None
    )
    delivered_to: Annotated[Code | None, one_of(ReceiverKind, "what kind of receiver took it, never who")] = None
    raw_code: Annotated[str | None, Field(description="the courier's own code")] = None
    occurred_at: Annotated[Time, Field(description="when it happened, according to the courier")]

    @property
    def is_scanned(self) -> bool:
        """Return whether a courier has had the parcel in hand; in events without `scanned`, by the status."""
        return self.status not in _NOT_SCANNED if self.scanned is None else self.scanned

    @property
    def is_delivered(self) -> bool:
        """Return whether the receiver of its leg has the parcel; in events without `delivered`, by the status."""
        return self.status == ParcelStatus.DELIVERED if self.delivered is None else self.delivered

    @property
    def is_returned(self) -> bool:
        """Return whether its sender has the parcel again; in events without `returned`, by the status."""
        return self.status == ParcelStatus.RETURNED if self.returned is None else self.returned
