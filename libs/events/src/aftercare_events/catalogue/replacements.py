"""Goods that a merchant sends to the buyer for an after-sale case, published by aftersale-svc: owed, sent, delivered."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.cases import CaseEvent
from aftercare_events.catalogue.parcels import ShippedLine
from aftercare_events.event import EventPart
from aftercare_events.fields import Carrier, Code, DeadlineAt, Id, LineId, ParcelId, Quantity, Time, WaybillNo
from aftercare_events.vocabulary import Vocabulary, one_of


class ReplacementAnomaly(Vocabulary):
    """What is wrong with a replacement that was sent."""

    NOT_RECEIVED = "not_received", "the buyer does not have it"
    WRONG_ITEM = "wrong_item", "other goods came"
    DAMAGED = "damaged", "it arrived damaged"
    DEFECTIVE = "defective", "it does not work"
    PARTS_MISSING = "parts_missing", "parts of it are missing"


class OwedLine(EventPart):
    """Units of one order line for which a replacement is owed; `sku` is what is to be sent."""

    line_id: LineId
    sku: Id
    quantity: Quantity


class ReplacementOrdered(CaseEvent):
    """The merchant has to send a replacement to the buyer."""

    matter: Code = "replacement_order"
    lines: tuple[OwedLine, ...]
    deadline_at: DeadlineAt = None


class ReplacementShipped(CaseEvent):
    """The merchant handed the replacement to a courier; order-svc follows the parcel from here."""

    matter: Code = "replacement_shipment"
    carrier: Carrier
    waybill_no: WaybillNo
    lines: tuple[ShippedLine, ...]
    deadline_at: DeadlineAt = None


class ReplacementWaybillCorrected(CaseEvent):
    """The merchant named another waybill for a replacement that no courier has scanned yet; order-svc follows that one instead."""

    matter: Code = "replacement_waybill_correction"
    previous_carrier: Carrier
    previous_waybill_no: WaybillNo
    carrier: Carrier
    waybill_no: WaybillNo
    lines: tuple[ShippedLine, ...]
    deadline_at: DeadlineAt = None


class ReplacementScanned(CaseEvent):
    """A courier has scanned the replacement for the first time; from here on its waybill cannot be corrected."""

    matter: Code = "replacement_tracking"
    parcel_id: ParcelId
    waybill_no: WaybillNo
    scanned_at: Annotated[Time, Field(description="when it happened, according to the courier")]
    deadline_at: DeadlineAt = None


class ReplacementDelivered(CaseEvent):
    """The courier has delivered the replacement; the buyer confirms it, or reports what is wrong with it."""

    matter: Code = "replacement_delivery"
    parcel_id: ParcelId
    waybill_no: WaybillNo
    deadline_at: DeadlineAt = None


class ReplacementLate(CaseEvent):
    """The merchant has not sent the replacement in time: until it is sent, the buyer may take the money instead."""

    matter: Code = "replacement_delay"
    deadline_at: DeadlineAt = None


class ReplacementAnomalyReported(CaseEvent):
    """The buyer reported that something is wrong with the replacement; an agent has to decide."""

    matter: Code = "replacement_anomaly"
    anomaly: Annotated[Code, one_of(ReplacementAnomaly, "what is wrong")]
    deadline_at: DeadlineAt = None
