"""What this service needs of a courier that shipments are ordered of, whichever it is."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from order_svc.domain.shipping.model import Contact, CourierAccount, PickupWindow, Shipment


class CourierOutcome(StrEnum):
    """How a call to a courier ended."""

    DONE = "done"
    REFUSED = "refused"  # the courier has declined, and nothing has changed
    NOT_FOUND = "not_found"  # of a query: the courier has no such shipment
    UNKNOWN = "unknown"  # no usable response: it may or may not have been carried out
    NOT_SENT = "not_sent"  # the request did not reach the courier: it has not been carried out
    UNSUPPORTED = "unsupported"  # the courier offers no such service, or its interface is not established


class CourierRefusal(StrEnum):
    """Why a courier declines, in codes that are the same for all of them; `reason` of a result is the courier's own code."""

    CREDENTIALS_INVALID = "credentials_invalid"
    PERMISSION_MISSING = "permission_missing"
    ADDRESS_NOT_SERVED = "address_not_served"
    CONTENT_INVALID = "content_invalid"
    PICKUP_TIME_NOT_OFFERED = "pickup_time_not_offered"
    TOO_LATE = "too_late"  # the parcel is collected, delivered or cancelled already
    RATE_LIMITED = "rate_limited"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierResult:
    """What has become of a call. `refusal` and `reason` are set where it was refused; `reason` is printable ASCII."""

    outcome: CourierOutcome
    refusal: CourierRefusal | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaybillResult(CourierResult):
    """The result of ordering a shipment, or of a query for it.

    Where it is done, `waybill_no` is canonical, or None while the courier has not assigned it yet. `courier_ref` is the courier's
    own number of the shipment, `routing_code` what its sorters read on the label, and `cancelled` whether it was given up.
    """

    waybill_no: str | None = None
    courier_ref: str | None = None
    routing_code: str | None = None
    cancelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A price, in minor units of CNY, and until when the courier expects to deliver, where it states that."""

    carrier: str
    service: str
    price_minor: int
    deliver_by: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteResult(CourierResult):
    """The result of a question for prices; `quotes` is empty where the courier serves the way and states no price."""

    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingResult(CourierResult):
    """The result of a question for scans: `push` is the answer in the format in which the courier pushes scans.

    It is stored and read as a push is, so that a scan that arrives both ways is the same one.
    """

    push: bytes | None = None


class InterceptAction(StrEnum):
    """What a courier is to do with a parcel that is on its way."""

    RETURN_TO_SENDER = "return_to_sender"
    REDIRECT = "redirect"


@dataclass(frozen=True, slots=True, kw_only=True)
class InterceptRequest:
    """A parcel is to turn round, or to go to `receiver` from where it is; to its sender where it turns round.

    `number` is ours, and the same for each repetition. `phone_end` are the last four digits of the phone of its sender or receiver.
    """

    number: str
    carrier: str
    waybill_no: str
    action: InterceptAction
    receiver: Contact
    phone_end: str = ""


class CourierService(Protocol):
    """One courier. No method raises for what the network or the courier does: that is a CourierOutcome."""

    @property
    def name(self) -> str:
        """The name in paths and rows; that of the adapter of its pushes."""

    @property
    def resources(self) -> Sequence[AbstractAsyncContextManager[object]]:
        """What it holds open, such as its HTTP client."""

    @property
    def query_period(self) -> timedelta | None:
        """For how long after it was first sent an order without an answer can be queried; None: without an end."""

    def carries(self, carrier: str) -> bool:
        """Whether shipments with this carrier can be ordered through it."""

    async def price(self, account: CourierAccount, shipment: Shipment, carriers: Sequence[str]) -> QuoteResult:
        """What the way costs with each of these carriers."""

    async def create(self, account: CourierAccount, shipment: Shipment) -> WaybillResult:
        """Order the shipment, with its pickup if it has one. Repeated under one number it is one shipment."""

    async def find(self, account: CourierAccount, shipment: Shipment) -> WaybillResult:
        """Query the shipment with this number."""

    async def cancel(self, account: CourierAccount, shipment: Shipment) -> CourierResult:
        """Give up a shipment that was not collected, with its pickup."""

    async def move_pickup(self, account: CourierAccount, shipment: Shipment, window: PickupWindow) -> CourierResult:
        """Have it collected at another time, or book a pickup where it had none."""

    async def intercept(self, account: CourierAccount, request: InterceptRequest) -> CourierResult:
        """Turn a parcel round, or redirect it. DONE: the courier has taken the request, whether it succeeds is shown by scans."""

    async def subscribe(
        self, account: CourierAccount, carrier: str, waybill_no: str, phone_end: str = ""
    ) -> CourierResult:
        """Have the scans of a parcel pushed; `phone_end` are the last four digits of a phone, which some carriers ask for."""

    async def track(
        self, account: CourierAccount, carrier: str, waybill_no: str, phone_end: str = ""
    ) -> TrackingResult:
        """The scans of a parcel until now."""
