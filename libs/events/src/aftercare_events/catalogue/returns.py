"""The way of returned goods in an after-sale case, published by aftersale-svc: shipped, scanned, delivered, inspected."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.cases import CaseEvent
from aftercare_events.catalogue.decisions import PolicyArticleId, PolicyVersion
from aftercare_events.catalogue.parcels import ShippedLine
from aftercare_events.catalogue.reviews import DecisionCause, RejectReason
from aftercare_events.event import EventPart
from aftercare_events.fields import (
    Carrier,
    Code,
    Currency,
    DeadlineAt,
    Hash,
    Id,
    LineId,
    Minor,
    ParcelId,
    Quantity,
    Time,
    WaybillNo,
)
from aftercare_events.vocabulary import Vocabulary, one_of


class ReturnMethod(Vocabulary):
    """How the buyer hands goods over that are sent back."""

    OWN_COURIER = "own_courier", "to a courier of the buyer's choice"
    PICKUP = "pickup", "to the courier who came for a booked pickup"
    DROP_OFF = "drop_off", "at a drop-off point of a courier"


class AcceptedLine(EventPart):
    """How many returned units of one line are accepted."""

    line_id: LineId
    accepted: Quantity


class InspectedLine(AcceptedLine):
    """What an inspection has found of the returned units of one line."""

    received: Annotated[
        Quantity | None, Field(description="how many were in the parcel; all of them where left out")
    ] = None
    grade: Annotated[
        Code | None,
        Field(
            description="their condition, from `a` (new, in a closed package) to `e` (cannot be sold); before version 12 of the table of reasons a code of the merchant's own"
        ),
    ] = None
    refused: Annotated[Quantity | None, Field(description="how many were received and not accepted")] = None
    refuse_reason: Annotated[Code | None, one_of(RejectReason, "why they were not")] = None
    photos: Annotated[tuple[Hash, ...], Field(description="hashes of photos of the line")] = ()


class ReturnAddressGiven(CaseEvent):
    """The merchant, or an agent, named the address to send the goods back to. The address itself is only in the case."""

    matter: Code = "return_address"
    corrected: Annotated[bool, Field(description="whether it takes the place of another one")]
    deadline_at: DeadlineAt = None


class ReturnShipped(CaseEvent):
    """The buyer handed the goods to a courier; order-svc follows the parcel from here."""

    matter: Code = "return_shipment"
    carrier: Carrier
    waybill_no: WaybillNo
    lines: tuple[ShippedLine, ...]
    deadline_at: DeadlineAt = None
    method: Annotated[Code | None, one_of(ReturnMethod, "how the goods were handed over")] = None
    drop_off_point: Annotated[
        Id | None, Field(description="the courier's code of the point where they were dropped off")
    ] = None
    freight_minor: Annotated[
        Minor | None, Field(description="what the buyer states to have paid, where the merchant bears the freight")
    ] = None
    currency: Annotated[Currency | None, Field(description="of `freight_minor`")] = None


class ReturnWaybillCorrected(CaseEvent):
    """The buyer named another waybill for goods that no courier has scanned yet; order-svc follows that one instead."""

    matter: Code = "return_waybill_correction"
    previous_carrier: Carrier
    previous_waybill_no: WaybillNo
    carrier: Carrier
    waybill_no: WaybillNo
    lines: tuple[ShippedLine, ...]
    deadline_at: DeadlineAt = None


class ReturnScanned(CaseEvent):
    """A courier has scanned the returned goods for the first time; from here on the waybill cannot be corrected."""

    matter: Code = "return_tracking"
    parcel_id: ParcelId
    waybill_no: WaybillNo
    scanned_at: Annotated[Time, Field(description="when it happened, according to the courier")]
    deadline_at: DeadlineAt = None


class ReturnDelivered(CaseEvent):
    """The returned goods reached the merchant and wait for inspection."""

    matter: Code = "return_delivery"
    parcel_id: ParcelId | None = None
    waybill_no: WaybillNo
    deadline_at: DeadlineAt = None


class ReturnHandedOver(CaseEvent):
    """The merchant has goods that came back under no known waybill, and they wait for inspection."""

    matter: Code = "return_delivery"
    deadline_at: DeadlineAt = None


class ReturnInspected(CaseEvent):
    """The returned goods were inspected; accepting fewer than sent makes the refund smaller."""

    matter: Code = "return_inspection"
    lines: tuple[InspectedLine, ...]
    accepted_minor: Minor
    currency: Currency
    cause: Annotated[Code, one_of(DecisionCause, "how they were judged")]
    policy_article_id: PolicyArticleId = None
    policy_version: PolicyVersion = None


class ReturnFreightOwed(CaseEvent):
    """The merchant owes the buyer this freight of an accepted return, which no insurance pays; again with the rest where the insurance pays less."""

    matter: Code = "return_freight"
    stated_minor: Annotated[Minor, Field(description="what the buyer has stated")]
    accepted_minor: Annotated[Minor, Field(description="what the merchant accepts of it")]
    insured_minor: Annotated[Minor, Field(description="what the insurance pays first")]
    owed_minor: Annotated[Minor, Field(description="what the merchant still has to pay, outside the suite")]
    currency: Currency


class ReturnFreightCoverReduced(CaseEvent):
    """The insurance pays less of the freight of a return than it was to; the merchant owes the rest once the goods are accepted."""

    matter: Code = "return_freight"
    stated_minor: Annotated[Minor, Field(description="what the buyer has stated")]
    insured_minor: Annotated[Minor, Field(description="what the insurance pays")]
    currency: Currency


class ReturnFreightReimbursed(CaseEvent):
    """Merchant or agent recorded that the buyer has the freight of the return, with a reference of which this is the digest."""

    matter: Code = "return_freight"
    amount_minor: Minor
    currency: Currency
    reference_hash: Hash
    evidence: tuple[Hash, ...]
