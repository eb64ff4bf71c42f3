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

PaidAt = Annotated[Time, Field(description="when the payment of the buyer was recorded")]


class OwedBackCause(Vocabulary):
    """Why a payment is owed back later than what it was paid for was given up."""

    CASE_ENDED_BEFORE = "case_ended_before", "the case had ended before such payments were owed back"


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


class ChargePaid(CaseEvent):
    """The merchant recorded that the buyer has paid."""

    matter: Code = "charge"
    owed_minor: Minor
    currency: Currency
    reference_hash: Hash
    deadline_at: DeadlineAt = None


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
