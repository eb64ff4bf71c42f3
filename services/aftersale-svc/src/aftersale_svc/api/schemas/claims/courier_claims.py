"""What is sent to the routes of claims on couriers, and claims as they are shown."""

from collections.abc import Sequence
from typing import Annotated

from aftercare_chassis.http.schemas import (
    Id,
    In,
    Money,
    Name,
    Out,
    Text,
    Time,
    example,
)
from aftercare_chassis.http.turns import TurnOf, effects_of
from aftercare_chassis.lifecycle import NOBODY, Context
from pydantic import Field

from aftersale_svc.api.schemas.cases.case_requests import Evidence
from aftersale_svc.api.schemas.claims.claims import ClaimOut, ClaimPartsOut
from aftersale_svc.domain.claims.model import ClaimStep
from aftersale_svc.domain.courier_claims.codes import (
    CourierClaimCause,
    CourierClaimEnd,
    CourierClaimOrigin,
    CourierClaimState,
    CourierDeclineReason,
    ParcelLeg,
)
from aftersale_svc.domain.courier_claims.lifecycle import COURIER, COURIER_CLAIM
from aftersale_svc.domain.courier_claims.model import ClaimRequest, CourierClaim, ParcelReport
from aftersale_svc.domain.wording.courier_claims import COURIER_WORDS

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


class CourierClaimOut(ClaimOut):
    """A claim on a courier (快递索赔): what is claimed, how far it is, and what the caller may do."""

    id: str
    """Identifies the claim: `clm_…`."""
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
    deadline_effect: Annotated[str | None, effects_of(COURIER_CLAIM)] = None
    evidence: list[str]
    """Hashes of the files: those of the case when the claim was opened, and what was added."""
    value: Money
    """What was paid for the units in the parcel: the most that can be claimed."""
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

    @classmethod
    def of(cls, claim: CourierClaim, reader: Context) -> "CourierClaimOut":
        """The claim as this reader sees it."""
        accepted = claim.accepted_minor
        own = cls.fields_of(
            COURIER,
            claim,
            reader,
            parcel_id=claim.parcel_id,
            leg=claim.leg,
            carrier=claim.carrier,
            waybill_no=claim.waybill_no,
            cause=claim.cause,
            origin=claim.origin,
            value=Money.of(claim.value_minor, claim.currency),
            accepted=None if accepted is None else Money.of(accepted, claim.currency),
            filings=claim.filings,
            reference=claim.reference,
            decline_reason=claim.decline_reason,
            payment_reference=claim.payment_reference,
            ended_as=claim.ended_as,
        )
        return cls(**own)


class ParcelReportOut(Out):
    """What the courier reported of the parcel."""

    status: str
    """The status, as order-svc shows it."""
    reason: str | None = None
    """The courier's reason, as a code; null where it gave none."""
    occurred_at: Time
    """When it happened, according to the courier."""


class CourierClaimDetailOut(CourierClaimOut, ClaimPartsOut):
    """A claim with its history, what the courier reported of the parcel, and all of it in sentences."""

    reports: Annotated[
        list[ParcelReportOut], Field(description="What the courier reported of the parcel, oldest first.")
    ]

    @classmethod
    def with_parts(
        cls, claim: CourierClaim, reports: Sequence[ParcelReport], steps: Sequence[ClaimStep], reader: Context
    ) -> "CourierClaimDetailOut":
        """The claim as this reader sees it, with what belongs to it."""
        # The fields of the parent are values already: they are not validated a second time.
        return cls.model_construct(
            **dict(CourierClaimOut.of(claim, reader)),
            **cls.parts_of(COURIER_WORDS, claim, steps, reader),
            reports=[ParcelReportOut.model_validate(each) for each in reports],
        )
