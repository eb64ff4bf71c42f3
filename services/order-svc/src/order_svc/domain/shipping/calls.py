"""Calls to couriers that a worker has yet to make."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ShippingSubject(StrEnum):
    """What a call is about."""

    LABEL = "label"
    QUOTE = "quote"
    PARCEL = "parcel"
    INTERCEPT = "intercept"


class ShippingVerb(StrEnum):
    """What is asked of the courier. CONFIRM is a TRACK whatever scans there are: something was reported that is no proof."""

    CREATE = "create"
    FIND = "find"
    CANCEL = "cancel"
    MOVE_PICKUP = "move_pickup"
    PRICE = "price"
    SUBSCRIBE = "subscribe"
    TRACK = "track"
    CONFIRM = "confirm"
    INTERCEPT = "intercept"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingCall:
    """The next call about a label, a question for prices, a parcel or an intercept, whose id it has. `traceparent` is of the work that
    wanted it."""

    id: str
    subject: ShippingSubject
    verb: ShippingVerb
    attempts: int
    due_at: datetime
    traceparent: str | None = None


class QuoteState(StrEnum):
    """How far a question for prices is."""

    ASKED = "asked"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingQuote:
    """A question for prices of one order's way, put to every courier of its merchant; deleted after a day.

    `carriers` are those that are asked for; empty: all. `offers` are the answers: courier, carrier, service, price_minor, deliver_by. `failures` names,
    by courier, why one gave none.
    """

    id: str
    order_id: str
    merchant_id: str
    state: QuoteState
    weight_grams: int
    carriers: list[str]
    created_at: datetime
    answered_at: datetime | None = None
    offers: list[dict[str, object]] | None = None
    failures: dict[str, str] | None = None
