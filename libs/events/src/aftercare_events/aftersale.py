"""What aftersale-svc says: cases, disputes, sanctions."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event, Part
from aftercare_events.fields import (
    BuyerId,
    Carrier,
    CaseId,
    Code,
    ComplaintId,
    Currency,
    DeadlineAt,
    DisputeId,
    Hash,
    Id,
    LineId,
    MerchantId,
    Minor,
    OrderId,
    ParcelId,
    PaymentId,
    PrincipalId,
    Quantity,
    RefundId,
    Time,
    WaybillNo,
)
from aftercare_events.order import ShippedLine
from aftercare_events.topics import Topic


class CaseLine(Part):
    """Units of one line that the case is about, with the money that belongs to them."""

    line_id: LineId
    sku: Id
    quantity: Quantity
    amount_minor: Minor


class InspectedLine(Part):
    """How many returned units of one line were accepted."""

    line_id: LineId
    accepted: Quantity
    grade: Code | None = None


class CaseEvent(Event):
    TOPIC: ClassVar[Topic] = topics.CASES
    KEY: ClassVar[str] = "case_id"

    case_id: CaseId
    order_id: OrderId
    buyer_id: BuyerId
    merchant_id: MerchantId
    case_type: Code
    state: Annotated[Code, Field(description="the case's state after this event")]


class AfterSaleRequested(CaseEvent):
    """A buyer asked for after-sale service. Carries what a consumer needs to work without asking back."""

    matter: Code = "after_sale_request"
    reason: Code
    stage: Annotated[Code, Field(description="pre_ship | in_transit | post_receipt")]
    lines: tuple[CaseLine, ...]
    requested_minor: Minor
    currency: Currency
    deadline_at: DeadlineAt = None
    description_hash: Hash | None = None


class AfterSaleApproved(CaseEvent):
    """The request was accepted, by a decision or because the merchant's time ran out."""

    matter: Code = "after_sale_review"
    cause: Annotated[Code, Field(description="decision | timeout")]
    deadline_at: DeadlineAt = None


class AfterSaleRejected(CaseEvent):
    """The request was refused with a reason; the buyer may dispute it."""

    matter: Code = "after_sale_review"
    reason: Code
    deadline_at: DeadlineAt = None


class ReturnShipped(CaseEvent):
    """The buyer handed the goods to a courier; order-svc follows the parcel from here."""

    matter: Code = "return_shipment"
    carrier: Carrier
    waybill_no: WaybillNo
    lines: tuple[ShippedLine, ...]
    deadline_at: DeadlineAt = None


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
    """A courier has scanned the returned goods for the first time; from here on their waybill stands."""

    matter: Code = "return_tracking"
    parcel_id: ParcelId
    waybill_no: WaybillNo
    scanned_at: Annotated[Time, Field(description="when it happened, as the courier says")]
    deadline_at: DeadlineAt = None


class ReturnDelivered(CaseEvent):
    """The returned goods reached the merchant and wait for inspection."""

    matter: Code = "return_delivery"
    parcel_id: ParcelId | None = None
    waybill_no: WaybillNo
    deadline_at: DeadlineAt = None


class ReturnInspected(CaseEvent):
    """The returned goods were inspected; accepting fewer than sent makes the refund smaller."""

    matter: Code = "return_inspection"
    lines: tuple[InspectedLine, ...]
    accepted_minor: Minor
    currency: Currency
    cause: Annotated[Code, Field(description="decision | timeout")]


class RefundRequested(CaseEvent):
    """Money is to go back; order-svc executes it with the refund id as the provider's idempotency key."""

    matter: Code = "refund_request"
    refund_id: RefundId
    payment_id: PaymentId
    amount_minor: Minor
    currency: Currency
    cause: Annotated[Code, Field(description="approval | inspection | verdict | timeout")]
    stage: Annotated[Code | None, Field(description="pre_ship | in_transit | post_receipt, as the case knows it")] = (
        None
    )


class AfterSaleRefundFailed(CaseEvent):
    """The provider refused the refund; somebody has to settle it another way."""

    matter: Code = "refund_failure"
    refund_id: RefundId
    failure_code: Code


class AfterSaleRestaged(CaseEvent):
    """Units of a case that was opened before shipment have left after all."""

    matter: Code = "after_sale_stage"
    previous_stage: Annotated[Code, Field(description="pre_ship")]
    stage: Annotated[Code, Field(description="in_transit")]


class AfterSaleFrozen(CaseEvent):
    """A dispute holds the case; only its end moves it."""

    matter: Code = "after_sale_freeze"
    dispute_id: DisputeId


class AfterSaleResumed(CaseEvent):
    """The dispute let go of the case."""

    matter: Code = "after_sale_freeze"
    dispute_id: DisputeId
    deadline_at: DeadlineAt = None


class AfterSaleEscalated(CaseEvent):
    """The case went to an agent's desk."""

    matter: Code = "after_sale_escalation"
    cause: Code
    deadline_at: DeadlineAt = None


class AfterSaleCompleted(CaseEvent):
    """The case ended with what it was for; `lines` are the units that came back or were refunded."""

    matter: Code = "after_sale_completion"
    refunded_minor: Minor
    currency: Currency
    lines: tuple[CaseLine, ...]


class AfterSaleClosed(CaseEvent):
    """The case ended without its purpose."""

    matter: Code = "after_sale_closure"
    cause: Annotated[
        Code,
        Field(
            description="buyer_late | rejected | rejection_accepted | verdict | closed_by_agent | "
            "order_cancelled (the money of the whole order goes back with it)"
        ),
    ]


class AfterSaleCancelled(CaseEvent):
    """The buyer took the request back."""

    matter: Code = "after_sale_cancellation"


class DisputeEvent(Event):
    TOPIC: ClassVar[Topic] = topics.DISPUTES
    KEY: ClassVar[str] = "dispute_id"

    dispute_id: DisputeId
    case_id: CaseId
    order_id: OrderId
    complaint_id: ComplaintId
    buyer_id: BuyerId
    merchant_id: MerchantId
    state: Annotated[Code, Field(description="the dispute's state after this event")]


class DisputeOpened(DisputeEvent):
    """A complaint became a dispute; the merchant has to answer in time."""

    matter: Code = "dispute_opening"
    category: Code
    deadline_at: DeadlineAt = None


class DisputeAnswered(DisputeEvent):
    """The merchant answered; the platform reviews."""

    matter: Code = "dispute_answer"
    text_hash: Hash


class DisputeEscalated(DisputeEvent):
    """The dispute went to the platform without an answer; silence counts against the merchant."""

    matter: Code = "dispute_escalation"
    cause: Annotated[Code, Field(description="merchant_silent")]


class EvidenceAdded(DisputeEvent):
    """One side added evidence, by its hash."""

    matter: Code = "dispute_evidence"
    by: Annotated[Code, Field(description="the role of the side that added it")]


class VerdictGiven(DisputeEvent):
    """An arbitrator decided who is liable and what is owed."""

    matter: Code = "dispute_verdict"
    liable: Code
    remedy: Code
    amount_minor: Minor
    currency: Currency
    grounds_hash: Hash


class DisputeExecuted(DisputeEvent):
    """What the verdict said has been done."""

    matter: Code = "dispute_execution"
    refunded_minor: Minor
    currency: Currency


class DisputeWithdrawn(DisputeEvent):
    """The complaint was taken back before a verdict."""

    matter: Code = "dispute_withdrawal"


class SanctionEvent(Event):
    TOPIC: ClassVar[Topic] = topics.SANCTIONS
    KEY: ClassVar[str] = "subject_id"

    subject_id: Annotated[PrincipalId, Field(description="the buyer or merchant concerned")]
    kind: Code
    reason: Code
    expires_at: Time | None = None


class SanctionImposed(SanctionEvent):
    """A buyer or merchant was restricted."""

    matter: Code = "sanction"


class SanctionLifted(SanctionEvent):
    """The restriction ended."""

    matter: Code = "sanction"
