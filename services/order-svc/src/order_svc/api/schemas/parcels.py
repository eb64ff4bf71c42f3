"""Parcels as requests and responses."""

from typing import Annotated, Self

from aftercare_chassis.http.schemas import CreatedAt, Id, In, Out, Time, Version, example
from aftercare_events.waybills import CarrierInput, WaybillInput
from pydantic import Field, StringConstraints

from order_svc.api.schemas.addresses import AddressOut
from order_svc.api.schemas.order_imports import FileHash
from order_svc.api.schemas.order_lines import Units
from order_svc.domain.anomalies.codes import AnomalyKind
from order_svc.domain.fulfilment import Pick
from order_svc.domain.shipping.labels import LabelState
from order_svc.domain.tracking import Parcel, ParcelLeg, ParcelScan, ParcelStatus
from order_svc.domain.waybills import IgnoredReason
from order_svc.queries.parcels import ParcelView

ReferenceInput = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[!-~]+$")]


class ParcelLineIn(In):
    """Units of one order line in the parcel."""

    line_id: Id
    """A line of the order."""
    quantity: Units
    """How many of its units are in the parcel."""


class ParcelIn(In):
    """A parcel that was handed to a courier."""

    model_config = example(
        carrier="zto",
        waybill_no="73000000000001",
        lines=[{"line_id": "line_0196a3c85d1e7b2f9a4c6e8d0b1f2a37", "quantity": 3}],
    )

    carrier: CarrierInput
    waybill_no: WaybillInput
    reference: ReferenceInput | None = None
    """The number under which the parcel was registered with the courier, where the courier reports by it, as 圆通 does by
    `txLogisticID`."""
    lines: Annotated[list[ParcelLineIn], Field(min_length=1, max_length=100)]
    """The content; each line of the order at most once."""

    def picks(self) -> list[Pick]:
        """The units as the command takes them."""
        return [Pick(line.line_id, line.quantity) for line in self.lines]


class VoidIn(In):
    """How the shipment of a parcel is given up."""

    model_config = example(cancelled_with_courier=True)

    cancelled_with_courier: bool = False
    """Whether the merchant has cancelled it with the courier in another way, so that the courier is not asked: where it does not answer, or
    refuses. A parcel that was handed over without a label is voided at once in any case."""


class RecordDeliveryIn(In):
    """The delivery of a parcel whose courier does not report it."""

    model_config = example(evidence="sha256:" + 64 * "0", delivered_at="2026-03-02T10:00:00+08:00")

    evidence: FileHash
    """What proves it, such as a receipt with the buyer's signature or the courier's statement, by the hash of its file."""
    delivered_at: Time | None = None
    """When it arrived, from the hand-over on; now where it is left out."""


class RecordLossIn(In):
    """The loss of a parcel whose courier does not report it."""

    model_config = example(evidence="sha256:" + 64 * "0")

    evidence: FileHash | None = None
    """What proves it, such as the courier's statement, by the hash of its file; may be left out."""


class ParcelLineOut(Out):
    """Units of one order line in the parcel."""

    line_id: str
    """A line of the order."""
    quantity: int
    """How many of its units are in the parcel."""


class ParcelEventOut(Out):
    """One scan as the courier reported it."""

    status: ParcelStatus
    """What the scan reports, normalised; `unknown` where the courier's code is not known here."""
    reason: str | None
    """Why, as a code such as `consignee_refused`; null where the courier gives none."""
    terminal: bool
    """Whether the courier has nothing more to do after it."""
    delivered_to: str | None
    """Who took the parcel: `person`, `proxy`, `locker` or `station`; null where the scan does not say."""
    raw_code: str | None
    """The courier's own code; null where there is none."""
    text: str | None
    """The courier's sentence for people, without names and numbers; null where there is none."""
    partner: str | None
    """Who reported the scan, such as `zto` or `kuaidi100`; `seller` or `agent` where a person has recorded it; null where it was reported before this was recorded."""
    piece_no: str | None
    """The courier's number of what was scanned, where that is another than the parcel's: a piece of it, or the bill that its
    receiver signs; null where it is the parcel's own."""
    evidence: str | None = None
    """The hash of a file that proves what a person has recorded; null where there is none."""
    occurred_at: Time
    """By the courier's clock."""
    received_at: Time
    """When the report arrived here."""
    ignored: IgnoredReason | None = None
    """Why the scan does not belong to this parcel: it happened before the hand-over, or it is of another shipment
    with the same waybill number. Null where it belongs to it."""

    @classmethod
    def of(cls, scan: ParcelScan, ignored: IgnoredReason | None) -> Self:
        """The scan, with the reason why it is ignored, if it is."""
        return cls.of_row(scan, ignored=ignored)


class StatusChangeOut(Out):
    """One change of the status of a parcel."""

    status: ParcelStatus
    """The status from then on."""
    previous_status: ParcelStatus
    """The status until then."""
    raw_code: str | None
    """The courier's own code that changed it; null where there is none."""
    delivered_to: str | None
    """Who took the parcel: `person`, `proxy`, `locker` or `station`; null where it is not a delivery, or the scan does not say."""
    occurred_at: Time
    """By the courier's clock."""
    recorded_at: Time
    """When it changed here: a scan may arrive late."""


class ParcelOut(Out):
    """A parcel, without its content and scans."""

    id: str
    """Identifies the parcel: `parcel_…`."""
    version: Version
    order_id: str
    """The order whose goods are in the parcel."""
    case_id: str | None
    """The case for which the goods are sent; null where the parcel is the order's own shipment."""
    leg: ParcelLeg
    """Which way it goes: to the buyer, back to the merchant, or to the buyer in exchange."""
    carrier: str
    """The code of the courier, such as `sf`."""
    waybill_no: str
    """The courier's number of the parcel. Parcels that share a box, or follow one another, may have the same."""
    reference: str | None
    """The number under which it was registered with the courier; null where there is none beside the waybill."""
    status: ParcelStatus
    """Computed from all scans that belong to the parcel; may change if one arrives late."""
    reason: str | None
    """Why it has this status, as a code such as `consignee_refused`; null where the courier gives none."""
    terminal: bool
    """Whether nothing more is expected of the courier."""
    delivered_to: str | None
    """Who took it: `person`, `proxy`, `locker` or `station`; null where no scan says so."""
    collected_at: Time | None = None
    """When its receiver had it in person, by the courier's clock: at the delivery, or when it was collected from the proxy, locker or
    station; null where no scan says so. The receipt of the order counts from it."""
    receiver_contested_at: Time | None = None
    """When the buyer stated that who took it was not one of them; null where they did not."""
    anomalies: list[AnomalyKind] = Field(default_factory=list)
    """What is wrong with it now, and not resolved: see `GET /v1/parcel-anomalies`."""
    status_at: Time
    """When the status was reached, by the courier's clock; before the first scan, when the parcel was registered."""
    handed_over_at: Time
    """When the seller registered the parcel, or the buyer reported the return."""
    created_at: CreatedAt
    deliver_by_at: Time | None = None
    """Until when a parcel to the buyer is expected to arrive; null for others. Once that had passed, when the agents are reminded of it again."""
    delivery_overdue_at: Time | None = None
    """When nobody had reported its end in time; null where that was not so."""

    @classmethod
    def of(cls, parcel: Parcel) -> Self:
        """The parcel as a response."""
        return cls.model_validate(parcel)


class CourierRatingOut(Out):
    """How the buyer rated the courier of a parcel; the comment is in cs-svc."""

    rating_id: str
    """Identifies the rating in cs-svc: `crat_…`."""
    score: int
    """From 1 to 5; 5 is best, 1 and 2 are bad ratings."""
    faults: list[str]
    """Codes of what was wrong, such as `late`; empty with a score of 3 or more. Their names are in cs-svc."""
    rated_at: Time
    """When it was given."""


class ParcelLabelOut(Out):
    """The label whose waybill the parcel has."""

    id: str
    """Identifies the label: `label_…`."""
    state: LabelState
    """`cancelling` while the courier is asked to cancel the shipment, `cancelled` once it is given up."""
    refusal: str | None
    """Why the courier did not do what it was asked for last, such as cancelling it, as a code; null where it did."""


class ParcelDetailOut(ParcelOut):
    """A parcel with its content and every scan, in the order in which the scans happened."""

    lines: list[ParcelLineOut]
    """The content."""
    events: list[ParcelEventOut]
    """Every scan, in the order in which the scans happened, without those of a parcel of another merchant or buyer under the number."""
    number_of_another: bool = False
    """Whether a parcel of another merchant or buyer has had this carrier's waybill number before: what is scanned is that one's until it has arrived.
    Check the number."""
    changes: list[StatusChangeOut]
    """How the status has changed, oldest first; empty before the first scan."""
    courier_rating: CourierRatingOut | None = None
    """The buyer's; null where there is none."""
    destination: AddressOut | None
    """Where the courier takes it, since it has granted a change of address or that of the order was changed later; null: to the address of the
    order."""
    label: ParcelLabelOut | None = None
    """The label that was ordered for it, for its merchant and agents; null where its waybill was named, and for others."""

    @classmethod
    def showing(cls, view: ParcelView) -> Self:
        """The parcel with its content and scans as a response."""
        return cls(
            **dict(ParcelOut.of(view.parcel)),
            lines=[ParcelLineOut.model_validate(line) for line in view.lines],
            events=[ParcelEventOut.of(scan, view.ignored.get(scan.key)) for scan in view.scans],
            number_of_another=view.number_of_another,
            changes=[StatusChangeOut.model_validate(change) for change in view.changes],
            courier_rating=view.courier_rating and CourierRatingOut.model_validate(view.courier_rating),
            destination=None if view.destination is None else AddressOut.model_validate(view.destination),
            label=view.label and ParcelLabelOut.model_validate(view.label),
        )
