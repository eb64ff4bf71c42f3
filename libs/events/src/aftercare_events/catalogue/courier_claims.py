"""What merchants claim from couriers for goods that were damaged or lost, published by aftersale-svc."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.claims import ClaimEvent
from aftercare_events.catalogue.decisions import DecisionId, PolicyArticleId, PolicyVersion
from aftercare_events.catalogue.parcels import ParcelLeg
from aftercare_events.fields import Carrier, Code, Currency, DeadlineAt, Hash, Minor, ParcelId, Quantity, WaybillNo
from aftercare_events.vocabulary import Vocabulary, one_of


class CourierClaimState(Vocabulary):
    """The states of a claim on a courier."""

    DRAFTED = "drafted", "the merchant has to file it with the courier"
    FILED = "filed", "the courier has to acknowledge it"
    ACKNOWLEDGED = "acknowledged", "the courier has to decide"
    ACCEPTED = "accepted", "the courier has to pay what it accepted"
    DECLINED = "declined", "the courier has declined; the merchant may file it again"
    PAID = "paid", "ended: the courier has paid"
    ABANDONED = "abandoned", "ended without a payment"


class CourierClaimCause(Vocabulary):
    """What happened to the parcel."""

    DAMAGED = "damaged", "its goods were damaged on the way"
    LOST = "lost", "it was lost"
    NOT_RECEIVED = "not_received", "it is reported as delivered, and the receiver does not have it"


class CourierClaimOrigin(Vocabulary):
    """What a claim was opened by."""

    CASE = "case", "a case for whose reason the courier is liable"
    REPORT = "report", "the courier's own report"
    MERCHANT = "merchant", "the merchant"
    AGENT = "agent", "an agent of the platform"


class CourierDeclineReason(Vocabulary):
    """Why a courier declines a claim."""

    FILED_LATE = "filed_late", "it was filed after the courier's limit"
    EVIDENCE_INSUFFICIENT = "evidence_insufficient", "the evidence does not suffice"
    PACKAGING_INSUFFICIENT = "packaging_insufficient", "the packaging was not fit for the goods"
    NOT_LIABLE = "not_liable", "the courier denies that it is liable"
    GOODS_EXCLUDED = "goods_excluded", "the courier's terms exclude the goods"
    OTHER = "other", "something else"


class CourierClaimEnd(Vocabulary):
    """How a claim ended."""

    PAID = "paid", "the courier has paid"
    NOT_FILED = "not_filed", "it was not filed in time"
    NOT_FILED_AGAIN = "not_filed_again", "the courier declined, and it was not filed again in time"
    GIVEN_UP = "given_up", "the merchant or an agent gave it up"


class CourierClaimEvent(ClaimEvent):
    """What every event of a claim on a courier carries."""

    state: Annotated[Code, one_of(CourierClaimState, "the claim's state after this event")]


class CourierClaimOpened(CourierClaimEvent):
    """A claim was drafted, with the evidence of the case; the merchant has to file it in time."""

    matter: Code = "courier_claim_opening"
    cause: Annotated[Code, one_of(CourierClaimCause, "what happened to the parcel")]
    origin: Annotated[Code, one_of(CourierClaimOrigin, "what opened it")]
    parcel_id: ParcelId | None = None
    leg: Annotated[Code, one_of(ParcelLeg, "which way the parcel went")]
    carrier: Carrier
    waybill_no: WaybillNo
    claimed_minor: Minor
    currency: Currency
    deadline_at: DeadlineAt = None


class CourierClaimFiled(CourierClaimEvent):
    """The merchant or an agent filed the claim with the courier, for the first time or again."""

    matter: Code = "courier_claim_filing"
    number: Annotated[Quantity, Field(description="how often it was filed, this time included")]
    reference_hash: Hash
    claimed_minor: Minor
    currency: Currency
    deadline_at: DeadlineAt = None


class CourierClaimEvidenceAdded(CourierClaimEvent):
    """Evidence was added to the claim, by its hash."""

    matter: Code = "courier_claim_evidence"


class CourierClaimRaised(CourierClaimEvent):
    """More is claimed than before, because another case is about units in the same parcel."""

    matter: Code = "courier_claim_amount"
    claimed_minor: Minor
    currency: Currency


class CourierClaimAcknowledged(CourierClaimEvent):
    """The courier has acknowledged the claim; it has to decide."""

    matter: Code = "courier_claim_acknowledgement"
    deadline_at: DeadlineAt = None


class CourierClaimAccepted(CourierClaimEvent):
    """The courier accepted the claim, or a part of it; it has to pay that."""

    matter: Code = "courier_claim_acceptance"
    accepted_minor: Minor
    currency: Currency
    deadline_at: DeadlineAt = None


class CourierClaimDeclined(CourierClaimEvent):
    """The courier declined the claim."""

    matter: Code = "courier_claim_refusal"
    reason: Annotated[Code, one_of(CourierDeclineReason, "why")]
    deadline_at: DeadlineAt = None


class CourierClaimLate(CourierClaimEvent):
    """The courier has not answered or paid in time; the claim goes on."""

    matter: Code = "courier_claim_delay"
    deadline_at: DeadlineAt = None


class CourierClaimClosed(CourierClaimEvent):
    """The claim has ended."""

    matter: Code = "courier_claim_end"
    cause: Annotated[Code, one_of(CourierClaimEnd, "how")]
    paid_minor: Minor
    currency: Currency
    decision_id: DecisionId = None
    policy_article_id: PolicyArticleId = None
    policy_version: PolicyVersion = None
