"""Intercepts of parcels on their way to buyers, published by order-svc."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event
from aftercare_events.fields import (
    BuyerId,
    Carrier,
    Code,
    Currency,
    DeadlineAt,
    Hash,
    Id,
    MerchantId,
    Minor,
    OrderId,
    ParcelId,
    WaybillNo,
)
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, one_of


class InterceptPurpose(Vocabulary):
    """What a courier is to do with a parcel."""

    RETURN_TO_SENDER = "return_to_sender", "it goes back to its sender"
    CHANGE_ADDRESS = "change_address", "it goes to another address"


class FeePayer(Vocabulary):
    """Who pays what the courier charges for an intercept."""

    BUYER = "buyer", "the buyer"
    MERCHANT = "merchant", "the merchant"


class InterceptEndCause(Vocabulary):
    """Why an intercept ended without an answer of the courier."""

    WITHDRAWN = "withdrawn", "it was taken back"
    NO_ANSWER = "no_answer", "the courier did not answer in time"
    PARCEL_ENDED = "parcel_ended", "the parcel arrived, came back or was lost first"


class InterceptEvent(Event):
    """What every event of an intercept carries."""

    TOPIC: ClassVar[Topic] = topics.PARCELS
    KEY: ClassVar[str] = "intercept_id"

    intercept_id: Annotated[Id, Field(description="the intercept")]
    parcel_id: ParcelId
    order_id: OrderId
    buyer_id: BuyerId
    merchant_id: MerchantId
    carrier: Carrier
    waybill_no: WaybillNo
    purpose: Annotated[Code, one_of(InterceptPurpose, "what the courier is to do")]
    requested_by: Annotated[Code | None, Field(description="the role of who asked for it, such as `buyer`")] = None


class InterceptRequested(InterceptEvent):
    """A party asked for a parcel to go back, or to another address. The address itself is not published."""

    matter: Code = "intercept_request"
    reason: Annotated[Code | None, Field(description="why, in a code of who asked")] = None
    deadline_at: DeadlineAt = None
    address_hash: Annotated[Hash | None, Field(description="of the new address and a salt; absent for a return")] = None


class InterceptSubmitted(InterceptEvent):
    """The request is with the courier."""

    matter: Code = "intercept_submission"
    reference: Annotated[Id | None, Field(description="the courier's own number of it")] = None
    deadline_at: DeadlineAt = None


class InterceptGranted(InterceptEvent):
    """The courier will do it. A parcel that goes back is `returning` from then on."""

    matter: Code = "intercept_grant"
    reference: Annotated[Id | None, Field(description="the courier's own number of it")] = None
    fee_minor: Annotated[Minor | None, Field(description="what the courier charges for it")] = None
    currency: Annotated[Currency | None, Field(description="of `fee_minor`")] = None
    fee_payer: Annotated[Code | None, one_of(FeePayer, "who pays `fee_minor`")] = None


class InterceptRefused(InterceptEvent):
    """The courier will not do it; the parcel goes on."""

    matter: Code = "intercept_refusal"
    refusal: Annotated[Code, Field(description="why, as a code")]


class InterceptEnded(InterceptEvent):
    """The intercept ended without an answer of the courier."""

    matter: Code = "intercept_end"
    cause: Annotated[Code, one_of(InterceptEndCause, "why")]
