"""The price of an exchange, what the buyer pays for it, and refused goods that go back, published by aftersale-svc."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.cases import CaseEvent
from aftercare_events.catalogue.parcels import ShippedLine
from aftercare_events.fields import (
    Carrier,
    Code,
    Currency,
    DeadlineAt,
    Hash,
    Minor,
    PreviousCarrier,
    PreviousWaybillNo,
    Time,
    WaybillNo,
)
from aftercare_events.vocabulary import Vocabulary, one_of

StatedAt = Annotated[Time, Field(description="when the buyer stated the payment")]
PaidAt = Annotated[Time, Field(description="when the payment of the buyer was recorded")]


class OwedBackCause(Vocabulary):
    """Why a payment is owed back later than what it was paid for was given up."""

    CASE_ENDED_BEFORE = "case_ended_before", "the case had ended before such payments were owed back"
    GOODS_RETURNED = (
        "goods_returned",
        "the replacement has gone back as well, and its money was refunded in another case",
    )


class ReplacementPriced(CaseEvent):
    """The merchant named what the replacement costs: the buyer owes the difference, or gets it back."""

    matter: Code = "replacement_price"
    owed_minor: Minor
    credit_minor: Minor
    currency: Currency
    deadline_at: DeadlineAt = None


class ChargeAgreed(CaseEvent):
    """The buyer agreed to pay this amount; it is paid outside the suite."""

    matter: Code = "charge"
    owed_minor: Minor
    currency: Currency
    deadline_at: DeadlineAt = None


class ChargePaymentStated(CaseEvent):
    """The buyer stated that the charge was paid outside the suite; the merchant confirms or denies that the money has arrived."""

    matter: Code = "charge"
    owed_minor: Minor
    currency: Currency
    reference_hash: Hash
    evidence: tuple[Hash, ...]
    deadline_at: DeadlineAt = None


class ChargePaymentDenied(CaseEvent):
    """Merchant or agent denied that the payment which the buyer has stated has arrived; the buyer acts next."""

    matter: Code = "charge"
    owed_minor: Minor
    currency: Currency
    stated_at: StatedAt
    statements_left: Annotated[
        int, Field(strict=True, ge=0, description="how often the buyer may still state a payment")
    ]
    deadline_at: DeadlineAt = None


class ChargePaid(CaseEvent):
    """The buyer has paid: the merchant recorded it, or what the buyer stated was confirmed, or not denied in time."""

    matter: Code = "charge"
    owed_minor: Minor
    currency: Currency
    reference_hash: Hash
    deadline_at: DeadlineAt = None
    stated_at: Annotated[
        StatedAt | None, Field(description="when the buyer stated the payment; absent where the merchant recorded it")
    ] = None
    by_timeout: Annotated[
        bool | None,
        Field(description="whether the merchant's time has passed without an answer; absent without a statement"),
    ] = None


class ChargeOwedBack(CaseEvent):
    """What the buyer has paid for does not come, so that the merchant owes the payment back; it is given back outside the suite."""

    matter: Code = "charge_return"
    amount_minor: Minor
    currency: Currency
    paid_at: PaidAt
    cause: Annotated[
        Code | None,
        one_of(OwedBackCause, "why only now; absent where what it was paid for was given up with this event"),
    ] = None


class ChargeReturned(CaseEvent):
    """Merchant or agent recorded that the buyer has back what was owed, with a reference of which this is the digest."""

    matter: Code = "charge_return"
    amount_minor: Minor
    currency: Currency
    paid_at: PaidAt
    owed_back_at: Annotated[Time, Field(description="since when it was owed back")]
    reference_hash: Hash
    evidence: tuple[Hash, ...]


class RefusedGoodsReturned(CaseEvent):
    """The goods that the inspection refused were sent back to the buyer, or the waybill of their parcel was corrected."""

    matter: Code = "refused_goods"
    carrier: Carrier
    waybill_no: WaybillNo
    lines: tuple[ShippedLine, ...]
    previous_carrier: PreviousCarrier = None
    previous_waybill_no: PreviousWaybillNo = None
