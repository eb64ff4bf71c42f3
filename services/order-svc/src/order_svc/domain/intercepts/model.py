"""A request to a courier about a parcel that is on its way."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class InterceptPurpose(StrEnum):
    """What the courier is to do with the parcel."""

    RETURN_TO_SENDER = "return_to_sender"
    CHANGE_ADDRESS = "change_address"


class InterceptState(StrEnum):
    """How far an intercept is 快递拦截."""

    REQUESTED = "requested"
    SUBMITTED = "submitted"
    GRANTED = "granted"
    REFUSED = "refused"
    FAILED = "failed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class FeePayer(StrEnum):
    """Who pays what the courier charges for an intercept."""

    BUYER = "buyer"
    MERCHANT = "merchant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intercept:
    """One request about one parcel. `requested_by` is a role, `reference` and `refusal` are the courier's, in codes or numbers.

    `sent_at` is when the courier was asked through its interface, where it may have got that; it is None where it has certainly not.
    `reason` is why it was asked for, in a code of who did. `fee_minor` is what the courier charges for it, in minor units of `currency`. `deadline_at` is when it counts as unanswered.
    """

    id: str
    version: int
    order_id: str
    parcel_id: str
    buyer_id: str
    merchant_id: str
    carrier: str
    waybill_no: str
    purpose: InterceptPurpose
    state: InterceptState
    requested_by: str
    created_at: datetime
    updated_at: datetime
    deadline_at: datetime | None = None
    sent_at: datetime | None = None
    reference: str | None = None
    refusal: str | None = None
    fee_minor: int | None = None
    currency: str | None = None
    fee_payer: FeePayer | None = None
    ended_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InterceptAddress:
    """Where the parcel is to go instead. It is never published; `salt` keeps its published hash from being guessed."""

    intercept_id: str
    salt: str = field(repr=False)
    name: str = field(repr=False)
    phone: str = field(repr=False)
    country: str = field(repr=False)
    province: str = field(repr=False)
    city: str = field(repr=False)
    district: str = field(repr=False)
    street: str = field(repr=False)
    postal_code: str = field(repr=False)
