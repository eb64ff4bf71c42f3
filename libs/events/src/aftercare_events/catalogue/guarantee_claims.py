"""What buyers are paid from a freight insurance or a merchant's deposit (保障单), published by aftersale-svc."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.claims import ClaimEvent
from aftercare_events.catalogue.decisions import DecisionId, PolicyArticleId, PolicyVersion
from aftercare_events.catalogue.merchants import SettingsUsed
from aftercare_events.fields import Code, Currency, DeadlineAt, DisputeId, Hash, Minor, RefundId
from aftercare_events.vocabulary import Vocabulary, one_of


class GuaranteeState(Vocabulary):
    """The states of a claim on a guarantee."""

    MERCHANT_REVIEW = "merchant_review", "the merchant has to agree or object"
    PLATFORM_REVIEW = "platform_review", "an agent has to decide"
    AWAIT_EVIDENCE = "await_evidence", "the buyer has to submit evidence"
    PAYING = "paying", "it is owed, and has to be paid"
    PAID = "paid", "ended: it was paid"
    NOTHING_OWED = "nothing_owed", "ended: the guarantee does not cover it"
    FAILED = "failed", "ended: the payment failed"
    CANCELLED = "cancelled", "ended: it was withdrawn, or its case has ended"


class GuaranteeOrigin(Vocabulary):
    """Who opened a claim on a guarantee."""

    BUYER = "buyer", "the buyer"
    AGENT = "agent", "an agent of the platform"


class GuaranteeLateness(Vocabulary):
    """Whose time has passed."""

    MERCHANT_SILENT = "merchant_silent", "the merchant has neither agreed nor objected"
    PLATFORM_LATE = "platform_late", "no agent has decided"
    EVIDENCE_LATE = "evidence_late", "the buyer has submitted nothing"
    PAYMENT_LATE = "payment_late", "nobody has paid"


class GuaranteeRefusal(Vocabulary):
    """Why a guarantee pays nothing."""

    NOT_COVERED = "not_covered", "the terms of the guarantee do not cover it"
    EVIDENCE_INSUFFICIENT = "evidence_insufficient", "the evidence does not suffice"
    PAID_OTHERWISE = "paid_otherwise", "the buyer has the money already"
    UNTRUE = "untrue", "what was said is not true"


class GuaranteeFailure(Vocabulary):
    """Why a payment failed."""

    ACCOUNT_INVALID = "account_invalid", "the account of the buyer cannot be paid to"
    DEPOSIT_EXHAUSTED = "deposit_exhausted", "the payer has not enough left"
    DECLINED = "declined", "the payer declined"
    OTHER = "other", "something else"


class GuaranteeEvent(ClaimEvent):
    """What every event of a claim on a guarantee carries."""

    state: Annotated[Code, one_of(GuaranteeState, "the claim's state after this event")]


class GuaranteeClaimOpened(GuaranteeEvent):
    """Somebody claims the buyer's return freight from its insurance, or a failed refund from the merchant's deposit."""

    matter: Code = "guarantee_claim_opening"
    origin: Annotated[Code, one_of(GuaranteeOrigin, "who opened it")]
    claimed_minor: Minor
    currency: Currency
    refund_id: RefundId | None = None
    dispute_id: DisputeId | None = None
    deadline_at: DeadlineAt = None
    settings: SettingsUsed = None


class GuaranteeClaimAnswered(GuaranteeEvent):
    """The merchant agreed that its deposit pays, or objected."""

    matter: Code = "guarantee_claim_answer"
    agreed: Annotated[bool, Field(description="whether the merchant agreed")]
    deadline_at: DeadlineAt = None
    decision_id: DecisionId = None
    policy_article_id: PolicyArticleId = None
    policy_version: PolicyVersion = None


class GuaranteeClaimLate(GuaranteeEvent):
    """Time has passed, and the claim goes on."""

    matter: Code = "guarantee_claim_delay"
    cause: Annotated[Code, one_of(GuaranteeLateness, "whose time it was")]
    deadline_at: DeadlineAt = None


class GuaranteeEvidenceRequested(GuaranteeEvent):
    """An agent asked the buyer for evidence, in words of which this is the digest."""

    matter: Code = "guarantee_evidence_request"
    missing_hash: Hash
    deadline_at: DeadlineAt = None


class GuaranteeEvidenceSubmitted(GuaranteeEvent):
    """The buyer submitted evidence, by its hash."""

    matter: Code = "guarantee_evidence"
    deadline_at: DeadlineAt = None


class GuaranteeClaimApproved(GuaranteeEvent):
    """The guarantee owes this much; it has to be paid."""

    matter: Code = "guarantee_claim_approval"
    owed_minor: Minor
    currency: Currency
    deadline_at: DeadlineAt = None
    decision_id: DecisionId = None
    policy_article_id: PolicyArticleId = None
    policy_version: PolicyVersion = None


class GuaranteeClaimDeclined(GuaranteeEvent):
    """The guarantee owes nothing; the claim has ended."""

    matter: Code = "guarantee_claim_refusal"
    reason: Annotated[Code, one_of(GuaranteeRefusal, "why")]
    decision_id: DecisionId = None
    policy_article_id: PolicyArticleId = None
    policy_version: PolicyVersion = None


class GuaranteeClaimPaid(GuaranteeEvent):
    """What was owed has been paid outside the suite, with a reference of which this is the digest; the claim has ended."""

    matter: Code = "guarantee_claim_payment"
    paid_minor: Minor
    currency: Currency
    reference_hash: Hash
    refund_id: RefundId | None = None


class GuaranteeClaimFailed(GuaranteeEvent):
    """The payment failed; the claim has ended, and another one may be opened."""

    matter: Code = "guarantee_claim_failure"
    cause: Annotated[Code, one_of(GuaranteeFailure, "why")]


class GuaranteeClaimCancelled(GuaranteeEvent):
    """The claim was withdrawn, or ended with its case."""

    matter: Code = "guarantee_claim_cancellation"
    decision_id: DecisionId = None
    policy_article_id: PolicyArticleId = None
    policy_version: PolicyVersion = None
