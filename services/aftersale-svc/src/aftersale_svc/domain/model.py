"""The rows of this service as frozen dataclasses. Money in minor units of `currency`; times are aware, UTC."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aftersale_svc.domain.codes import (
    CaseType,
    CloseCause,
    Liable,
    OrderState,
    Reason,
    RefundCause,
    RejectReason,
    Remedy,
    Stage,
)


class State(StrEnum):
    """Where a case stands."""

    PENDING_REVIEW = "pending_review"
    MANUAL_REVIEW = "manual_review"
    AWAIT_BUYER_SHIPMENT = "await_buyer_shipment"
    RETURN_IN_TRANSIT = "return_in_transit"
    AWAIT_INSPECTION = "await_inspection"
    REJECTED = "rejected"
    REFUNDING = "refunding"
    DISPUTED = "disputed"
    COMPLETED = "completed"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request for after-sales service (售后单).

    `requested_minor` is the share of what was paid for its units. `shipping_refund_minor` is the freight besides: as long
    as no refund was decided an estimate, afterwards the part of `refund_minor` that is freight. `refund_minor` belongs to
    `refund_id`, the refund decided last; it is in flight while the case is `refunding` and has failed where a case with a
    `refund_id` is in any other state but `completed`. `refunded_minor` has really been paid back. `liable` is whom the
    last verdict about it found liable. `frozen_state` is where a dispute stopped it. `return_scanned_at` is when, by the courier's
    word, the goods were first scanned on their way back.
    """

    id: str
    version: int
    order_id: str
    payment_id: str
    buyer_id: str
    merchant_id: str
    applicant_id: str
    type: CaseType
    reason: Reason
    stage: Stage
    state: State
    whose_turn: str
    deadline_at: datetime | None
    frozen_state: State | None = None
    dispute_id: str | None = None
    currency: str
    requested_minor: int
    shipping_refund_minor: int
    refund_id: str | None = None
    refund_minor: int = 0
    refund_cause: RefundCause | None = None
    refunded_minor: int = 0
    reject_reason: RejectReason | None = None
    close_cause: CloseCause | None = None
    liable: Liable | None = None
    description: str | None
    evidence: list[str]
    return_address: dict[str, str] | None = None
    return_carrier: str | None = None
    return_waybill_no: str | None = None
    return_scanned_at: datetime | None = None
    delivered_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """Units of one order line in a case, and the share of the line's money that they hold.

    `line_units`, `line_paid_minor` and `units_before` say of what and from where that share was cut. `accepted` and its
    share are known once the goods were inspected, or judged.
    """

    case_id: str
    line_id: str
    sku: str
    quantity: int
    amount_minor: int
    line_units: int
    line_paid_minor: int
    units_before: int
    accepted: int | None = None
    accepted_minor: int | None = None
    grade: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a case's timeline: who did what, where it led, and the words that stay in this database."""

    id: str
    case_id: str
    dispute_id: str | None
    at: datetime
    actor_id: str
    actor_role: str
    action: str
    state: str
    note: str | None
    evidence: list[str]


class DisputeState(StrEnum):
    """Where a dispute stands."""

    AWAIT_MERCHANT_ANSWER = "await_merchant_answer"
    PLATFORM_REVIEW = "platform_review"
    EXECUTING = "executing"
    EXECUTED = "executed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A buyer's complaint about a case, judged by the platform (纠纷单)."""

    id: str
    version: int
    case_id: str
    order_id: str
    complaint_id: str
    buyer_id: str
    merchant_id: str
    category: str
    state: DisputeState
    whose_turn: str
    deadline_at: datetime | None
    evidence: list[str]
    answer: str | None = None
    answered_at: datetime | None = None
    liable: Liable | None = None
    remedy: Remedy | None = None
    amount_minor: int | None = None
    currency: str
    grounds: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    refunded_minor: int | None = None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Our copy of what order-svc told about an order. Its row lock lets cases of one order be opened one by one."""

    id: str
    buyer_id: str
    merchant_id: str
    state: OrderState
    currency: str
    shipping_fee_minor: int
    payment_id: str | None = None
    window_ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """Our copy of an order's line: what was really paid for all its units, and how many of them have left."""

    order_id: str
    line_id: str
    position: int
    sku: str
    quantity: int
    paid_minor: int
    shipped_quantity: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An order's line and what of it cases hold: units settled for good, units of live cases, the money of both."""

    line_id: str
    sku: str
    quantity: int
    paid_minor: int
    settled_units: int
    live_units: int
    held_minor: int
    rejected_times: int

    @property
    def free_units(self) -> int:
        """Units that no case holds."""
        return self.quantity - self.settled_units - self.live_units


@dataclass(frozen=True, slots=True)
class Wanted:
    """Units of one line that somebody asks help for."""

    line_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks for when opening a case."""

    order_id: str
    type: CaseType
    reason: Reason
    description: str | None
    lines: list[Wanted]
    evidence: list[str]


@dataclass(frozen=True, slots=True)
class Inspected:
    """How many returned units of one line were accepted, and in what condition."""

    line_id: str
    accepted: int
    grade: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an arbitrator decides. Its grounds stay here; the event carries their hash."""

    liable: Liable
    remedy: Remedy
    amount_minor: int | None
    currency: str | None
    grounds: str
