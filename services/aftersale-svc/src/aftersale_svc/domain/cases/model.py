"""Cases and the rows of their legs. Money is in minor units of `currency`; times are aware, UTC."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aftersale_svc.domain.cases.amounts import RefundAmount as RefundAmount
from aftersale_svc.domain.cases.amounts import Unearned
from aftersale_svc.domain.cases.codes import (
    OF_FIXED_AMOUNT,
    CaseType,
    CloseCause,
    EscalationCause,
    Initiator,
    Liable,
    Reason,
    RefundCause,
    RefundState,
    RejectedBy,
    RejectReason,
)
from aftersale_svc.domain.cases.pickups.codes import ReturnMethod
from aftersale_svc.domain.cases.states import CaseAction as CaseAction
from aftersale_svc.domain.cases.states import CaseState as CaseState
from aftersale_svc.domain.orders.model import Stage


@dataclass(frozen=True, kw_only=True)
class Case:
    """One request for after-sales service (售后单): the aggregate, and the lock of everything that belongs to it.

    `requested_minor` is the share of what was paid for its units. `shipping_refund_minor` is the freight besides: an
    estimate until a refund is decided, then the freight in the refund decided last, which `refund_id` names. That refund
    is in flight while the case is `refunding`; in any other state but `completed` it has failed. `paid_before_minor`, with its freight, is what was
    refunded before a verdict awarded more. `goods_kept`: the buyer keeps goods that were to
    come back, since they were compensated, or the merchant's deposit has paid. `difference_minor` is new less paid in an
    exchange, or what the buyer has agreed to pay for a repair. `liable` is whom the last verdict found liable. `frozen_state` is where a dispute stopped the case, `frozen_by` what it was
    opened by, `frozen_at` when, `remaining_seconds` what was left of its time. `late_since` is when an agent was first late in the present
    state, `ended_at` when it ended last (None for cases that ended under earlier builds). `initiator` opened it, by `reasons_version`. `offered_in` is the review of the open offer, `agreed_minor` what an accepted one gives.
    `agent_id` is the agent who has it in manual review, until `claim_ends_at`. `proposal_id` is the decision that waits for a second agent,
    `proposed_by` who proposed it, `proposed_action` what. The buyer has changed its type `type_changes` times.
    `rejected_by` is the role that rejected it last, `reviewed_for` why an agent had to decide last; None before, and in cases of earlier builds.
    `after_window`: it was asked for when the after-sale window of its order was over. It takes the place of the rejected case `reapplication_of`. `asked_in` is the review that waits for the buyer to supply more, for the `supplement_rounds`th time.
    Rules of hours may depend on `category` (that of its lines, where they have the same), `buyer_level` and `carrier` (of the parcel sent last).
    `booked_in` is the state whose time stops while a pickup is booked, `pickup_ends_at` when the booked time ends. `party_ids` are the people who have acted in it as the buyer or for the merchant, `for_buyer_ids` the agents who have acted for a buyer who had called. `settings`
    has the version of the permission that its type needs, as `used` has it.
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
    state: CaseState
    whose_turn: str
    deadline_at: datetime | None
    frozen_state: CaseState | None = None
    remaining_seconds: int | None = None
    dispute_id: str | None = None
    frozen_by: str | None = None
    frozen_at: datetime | None = None
    late_since: datetime | None = None
    currency: str
    requested_minor: int
    shipping_refund_minor: int
    refund_id: str | None = None
    difference_minor: int | None = None
    goods_kept: bool = False
    paid_before_minor: int = 0
    paid_before_freight_minor: int = 0
    returned_freight_minor: int = 0
    payment_ids: list[str] | None = None
    reject_reason: RejectReason | None = None
    rejected_by: RejectedBy | None = None
    close_cause: CloseCause | None = None
    reviewed_for: EscalationCause | None = None
    liable: Liable | None = None
    offered_in: CaseState | None = None
    offers_made: int = 0
    agreed_minor: int | None = None
    agent_id: str | None = None
    claim_ends_at: datetime | None = None
    proposal_id: str | None = None
    proposed_by: str | None = None
    proposed_action: str | None = None
    type_changes: int = 0
    after_window: bool = False
    reapplication_of: str | None = None
    asked_in: CaseState | None = None
    supplement_rounds: int = 0
    category: str | None = None
    buyer_level: str | None = None
    carrier: str | None = None
    booked_in: CaseState | None = None
    pickup_ends_at: datetime | None = None
    party_ids: list[str] = field(default_factory=list)
    for_buyer_ids: list[str] = field(default_factory=list)
    settings: list[dict[str, Any]] | None = None  # Any: JSON
    description: str | None
    evidence: list[str]
    initiator: Initiator | None = None
    reasons_version: int | None = None
    ended_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, kw_only=True)
class RequestedLine:
    """Units of one order line in a case, and their share of the line's money.

    `line_units`, `line_paid_minor` and `units_before` are what the share was computed from. `order_…`, `line_tax_minor`
    and `line_discounts` are those of the line as it was bought (`OrderLine`), which shares of tax and discounts count by.
    `returned_minor` is what refunds that have failed in part have given back of it, `returned_units` the units of which that is all,
    `returned_tax_minor` the tax in it.
    """

    case_id: str
    line_id: str
    sku: str
    quantity: int
    amount_minor: int
    line_units: int
    line_paid_minor: int
    units_before: int
    order_units: int = 0
    order_paid_minor: int = 0
    line_tax_minor: int = 0
    line_discounts: list[dict[str, Any]] | None = None  # a JSON document
    returned_units: int = 0
    returned_minor: int = 0
    returned_tax_minor: int = 0


@dataclass(frozen=True, kw_only=True)
class CaseLine(RequestedLine):
    """A line of a case with what its inspection found, if there was one: units, their share of the money, condition.

    `received` is how many units were in the parcel; None where nobody has said, which counts as all of them.
    """

    received: int | None = None
    accepted: int | None = None
    accepted_minor: int | None = None
    grade: str | None = None
    refuse_reason: RejectReason | None = None
    photos: list[str] | None = None

    @property
    def refused_units(self) -> int:
        """The units that the merchant has received, and an inspection did not accept."""
        return 0 if self.accepted is None else max(0, self.received_units - self.accepted)

    @property
    def received_units(self) -> int:
        """The units that were in the parcel."""
        return self.quantity if self.received is None else self.received

    @property
    def refund_units(self) -> int:
        """The units that a refund is for: those accepted; all where nothing was inspected."""
        return self.quantity if self.accepted is None else self.accepted

    @property
    def refund_minor(self) -> int:
        """The money that belongs to these units."""
        return self.amount_minor if self.accepted_minor is None else self.accepted_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """The leg that brings the goods back. `scanned_at` is the courier's first scan under the present waybill.

    `method` is how they were handed over, `drop_off_point` where; None for returns of earlier builds. `settings` has the version of the
    merchant's default address, where that is its address. `received` has the lines of which not all units were in the parcel,
    each with `line_id` and the `quantity` that was; None where there are none, or nobody has said.
    """

    case_id: str
    address: dict[str, str] | None = None
    carrier: str | None = None
    waybill_no: str | None = None
    scanned_at: datetime | None = None
    delivered_at: datetime | None = None
    method: ReturnMethod | None = None
    drop_off_point: str | None = None
    settings: list[dict[str, Any]] | None = None  # Any: JSON
    received: list[dict[str, Any]] | None = None  # Any: JSON

    @property
    def is_sent_back(self) -> bool:
        """Whether the goods have left the buyer, as far as is known: under a waybill, or handed over to the merchant."""
        return self.waybill_no is not None or self.delivered_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """How many returned units of one line were accepted, their share of the money, their condition, why the others were not.

    `photos` are hashes; None for an inspection of an earlier build.
    """

    case_id: str
    line_id: str
    accepted: int
    accepted_minor: int
    grade: str | None = None
    refuse_reason: RejectReason | None = None
    photos: list[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """One attempt to give the money of a case back. Its id is the provider's idempotency key, so it is used once.

    Of an order that was paid in several payments a refund may fail after a part of it went back: `returned_minor`, by `shares`, each with
    `payment_id`, `provider`, `method` and `amount_minor`. `given_back_minor` is what attempts before have given back of the amount.

    `deposit_minor` is what of that the merchant's deposit has paid.

    `came_back_minor` is what the buyer had by it, or by those before, and what has come back to the merchant; then it counts as failed, and is
    `owed_again`, as are the attempts that follow. `given_back_minor` is below 0 where more came back than attempts had given.

    `settings` is what the merchant has set that it was decided by, as `used` has it. `unearned` has the discounts that it deducts or gives
    back, each with `funder` and `amount_minor`.
    """

    id: str
    case_id: str
    state: RefundState
    cause: RefundCause
    units_minor: int
    freight_minor: int
    restocking_minor: int = 0
    return_freight_minor: int = 0
    unearned: list[dict[str, Any]] | None = None  # Any: JSON
    currency: str
    failure_code: str | None = None
    requested_at: datetime
    ended_at: datetime | None = None
    settings: list[dict[str, Any]] | None = None  # Any: JSON
    given_back_minor: int = 0
    returned_minor: int = 0
    shares: list[dict[str, Any]] | None = None  # Any: JSON
    came_back_minor: int = 0
    owed_again: bool = False
    deposit_minor: int = 0

    @property
    def is_fixed(self) -> bool:
        """Whether it is tried again with the same amount, whatever other cases of the order have got since."""
        return self.owed_again or self.cause in OF_FIXED_AMOUNT

    @property
    def rest_minor(self) -> int:
        """What order-svc is asked to give back by this attempt."""
        return max(0, self.amount.total_minor - self.given_back_minor)

    @property
    def back_minor(self) -> int:
        """What the buyer has by it and the attempts before, once it has succeeded; without what the deposit has paid."""
        return self.given_back_minor - self.deposit_minor + self.rest_minor

    @property
    def given_in_part_minor(self) -> int:
        """What is back of it, by this attempt and those before, while it has not succeeded."""
        given = self.given_back_minor + self.returned_minor - self.came_back_minor
        return 0 if self.state is RefundState.SUCCEEDED else given

    @property
    def missing_minor(self) -> int:
        """What is still to go back after it has failed."""
        return self.rest_minor - self.returned_minor + self.came_back_minor

    @property
    def amount(self) -> RefundAmount:
        """What it gives back, with what earlier attempts have given back of it."""
        return RefundAmount(
            self.units_minor,
            self.freight_minor,
            self.restocking_minor,
            self.return_freight_minor,
            tuple(Unearned(**each) for each in self.unearned or ()),
        )
