"""What is sent to the routes of claims on couriers, and claims as they are shown."""

from collections.abc import Sequence
from typing import Annotated

from aftercare_chassis.http.schemas import (
    AllowedActions,
    AllowedOut,
    CreatedAt,
    DeadlineAt,
    Id,
    In,
    Money,
    Name,
    Out,
    Text,
    Time,
    UpdatedAt,
    Version,
    example,
)
from aftercare_chassis.http.turns import TurnOf, effects_of
from aftercare_chassis.lifecycle import NOBODY, Context
from pydantic import Field

from aftersale_svc.api.schemas.case_requests import Evidence
from aftersale_svc.api.schemas.claims import ClaimExplanationOut, ClaimStepOut
from aftersale_svc.domain.claims import ClaimStep
from aftersale_svc.domain.courier_claims.codes import (
    CourierClaimCause,
    CourierClaimEnd,
    CourierClaimOrigin,
    CourierClaimState,
    CourierDeclineReason,
    ParcelLeg,
)
from aftersale_svc.domain.courier_claims.lifecycle import COURIER_CLAIM
from aftersale_svc.domain.courier_claims.model import ClaimRequest, CourierClaim, ParcelReport
from aftersale_svc.domain.wording.claims import explain_courier_claim

CourierClaimTurn = Annotated[str, TurnOf("CourierClaimTurn", COURIER_CLAIM, others=[NOBODY])]


class CourierClaimIn(In):
    """A claim that is opened by hand."""

    model_config = example(cause="damaged", note="外箱被压坏，见签收照片")

    cause: CourierClaimCause
    """Why the courier is liable: what happened to the parcel."""
    leg: ParcelLeg = ParcelLeg.OUTBOUND
    """Which parcel: one of the order to the buyer, the one that brings the case's goods back, or the one with its replacement."""
    parcel_id: Id | None = None
    """Which parcel to the buyer; may be left out where one alone carries lines of the case."""
    amount: Money | None = None
    """How much is claimed: at most what was paid for the units in the parcel. If left out, the share of the case's units."""
    evidence: Evidence
    note: Text | None = None
    """For the history of the claim; buyers do not read it."""

    def request(self) -> ClaimRequest:
        """What is said, as commands take it."""
        amount = self.amount
        return ClaimRequest(
            cause=self.cause,
            leg=self.leg,
            parcel_id=self.parcel_id,
            amount_minor=amount.amount if amount else None,
            currency=amount.currency if amount else None,
            evidence=self.evidence,
            note=self.note,
        )


class FilingIn(In):
    """The claim was filed with the courier."""

    model_config = example(reference="LP-2026-0001")

    reference: Name
    """The courier's reference for the claim."""
    amount: Money | None = None
    """How much is claimed; if left out, the amount that the claim has."""
    note: Text | None = None
    """For the history of the claim."""


class ClaimEvidenceIn(In):
    """Evidence for a claim, by its hash."""

    model_config = example(evidence=["sha256:" + "9f" * 32], note="快递签收底单")

    evidence: Annotated[list[Id], Field(min_length=1, max_length=20, description="Content hashes, `sha256:…`.")]
    note: Text | None = None
    """For the history of the claim."""


class AcceptanceIn(In):
    """What the courier accepts."""

    model_config = example(amount={"amount": 9900, "currency": "CNY"})

    amount: Money
    """At most what was claimed."""
    note: Text | None = None
    """For the history of the claim."""


class DeclineIn(In):
    """Why the courier declines."""

    model_config = example(reason="packaging_insufficient", note="认为未加缓冲材料")

    reason: CourierDeclineReason
    """The courier's reason."""
    note: Text | None = None
    """For the history of the claim."""


class PaymentIn(In):
    """What was accepted has been paid."""

    model_config = example(reference="BANK-2026-0001")

    reference: Name
    """The reference of the payment."""
    note: Text | None = None
    """For the history of the claim."""


class CourierClaimOut(Out):
    """A claim on a courier (快递索赔): what is claimed, how far it is, and what the caller may do."""

    id: str
    """Identifies the claim: `clm_…`."""
    version: Version
    case_id: str
    """The case beside which it was opened; that does not wait for it."""
    order_id: str
    """The order of the case."""
    merchant_id: str
    """The merchant of the order."""
    parcel_id: str | None = None
    """The parcel to the buyer, as order-svc shows it; null for a parcel of the case itself."""
    leg: ParcelLeg
    """Which way the parcel went."""
    carrier: str
    """The code of the courier, such as `zto`."""
    waybill_no: str
    """The courier's number of the parcel."""
    cause: CourierClaimCause
    """Why the courier is liable: what happened to the parcel."""
    origin: CourierClaimOrigin
    """What opened the claim."""
    state: CourierClaimState
    """How far the claim is; `paid` and `abandoned` are its ends."""
    whose_turn: CourierClaimTurn
    """Who has to act next; `nobody` in a final state."""
    deadline_at: DeadlineAt
    deadline_effect: Annotated[str | None, effects_of(COURIER_CLAIM)] = None
    evidence: list[str]
    """Hashes of the files: those of the case when the claim was opened, and what was added."""
    value: Money
    """What was paid for the units in the parcel: the most that can be claimed."""
    claimed: Money
    """What is claimed."""
    accepted: Money | None = None
    """What the courier has accepted; null where it has not."""
    filings: int
    """How often it was filed."""
    reference: str | None = None
    """The courier's reference for it; null before it was filed."""
    decline_reason: CourierDeclineReason | None = None
    """Why the courier declined it last; null where it did not, or where it was filed again."""
    payment_reference: str | None = None
    """The reference of the payment; null before it."""
    ended_as: CourierClaimEnd | None = None
    """How it ended; null while it has not."""
    allowed_actions: AllowedActions
    created_at: CreatedAt
    updated_at: UpdatedAt

    @classmethod
    def of(cls, claim: CourierClaim, reader: Context) -> "CourierClaimOut":
        """The claim as this reader sees it."""
        accepted, currency = claim.accepted_minor, claim.currency
        return cls(
            id=claim.id,
            version=claim.version,
            case_id=claim.case_id,
            order_id=claim.order_id,
            merchant_id=claim.merchant_id,
            parcel_id=claim.parcel_id,
            leg=claim.leg,
            carrier=claim.carrier,
            waybill_no=claim.waybill_no,
            cause=claim.cause,
            origin=claim.origin,
            state=claim.state,
            whose_turn=claim.whose_turn,
            deadline_at=claim.deadline_at,
            deadline_effect=COURIER_CLAIM.deadline_effect(claim),
            evidence=claim.evidence,
            value=Money.of(claim.value_minor, currency),
            claimed=Money.of(claim.claimed_minor, currency),
            accepted=None if accepted is None else Money.of(accepted, currency),
            filings=claim.filings,
            reference=claim.reference,
            decline_reason=claim.decline_reason,
            payment_reference=claim.payment_reference,
            ended_as=claim.ended_as,
            allowed_actions=AllowedOut.of(COURIER_CLAIM.allowed(claim, reader.actor, now=reader.now)),
            created_at=claim.created_at,
            updated_at=claim.updated_at,
        )


class ParcelReportOut(Out):
    """What the courier reported of the parcel."""

    status: str
    """The status, as order-svc shows it."""
    reason: str | None = None
    """The courier's reason, as a code; null where it gave none."""
    occurred_at: Time
    """When it happened, according to the courier."""


class CourierClaimDetailOut(CourierClaimOut):
    """A claim with its history, what the courier reported of the parcel, and all of it in sentences."""

    reports: Annotated[
        list[ParcelReportOut], Field(description="What the courier reported of the parcel, oldest first.")
    ]
    steps: Annotated[list[ClaimStepOut], Field(description="The history of the claim, oldest first.")]
    explanation: ClaimExplanationOut
    """The claim in sentences, for the caller."""

    @classmethod
    def with_parts(
        cls, claim: CourierClaim, reports: Sequence[ParcelReport], steps: Sequence[ClaimStep], reader: Context
    ) -> "CourierClaimDetailOut":
        """The claim as this reader sees it, with what belongs to it."""
        # The fields of the parent are values already: they are not validated a second time.
        known = dict(CourierClaimOut.of(claim, reader))
        allowed = COURIER_CLAIM.allowed(claim, reader.actor, now=reader.now)
        return cls.model_construct(
            **known,
            reports=[ParcelReportOut.model_validate(each) for each in reports],
            steps=ClaimStepOut.all_of(steps),
            explanation=ClaimExplanationOut.of(explain_courier_claim(claim, COURIER_CLAIM, allowed)),
        )
