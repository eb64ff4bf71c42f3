"""The states of a claim on a guarantee as a table. Its payment is made outside the suite and recorded here."""

from aftercare_chassis.lifecycle import Guard, Lifecycle, Permission, Timeout, Transition
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.claims.parties import PARTY, SECOND_PERSON
from aftersale_svc.domain.claims.types import ClaimType
from aftersale_svc.domain.deadlines.binding import BINDING
from aftersale_svc.domain.deadlines.ledger import DocumentKind
from aftersale_svc.domain.guarantee_claims.codes import GuaranteeAction, GuaranteeState
from aftersale_svc.domain.guarantee_claims.errors import (
    EvidenceAskedTooOften,
)
from aftersale_svc.domain.guarantee_claims.model import GuaranteeClaim
from aftersale_svc.domain.permissions import AGENT, BUYER, MERCHANT, SYSTEM_ONLY

MOST_EVIDENCE_REQUESTS = 3
RECORDERS = Permission("operator_only", frozenset({"agent", "admin"}))
CLAIMANTS = Permission("claimants_only", frozenset({"buyer", "agent", "system"}))


def _too_often(claim: GuaranteeClaim, _: object) -> Refusal | None:
    most = MOST_EVIDENCE_REQUESTS
    return EvidenceAskedTooOften(most=most) if claim.evidence_requests >= most else None


_S, _A = GuaranteeState, GuaranteeAction
_OFTEN = Guard(EvidenceAskedTooOften.code, _too_often)
_REVIEWED = (_S.MERCHANT_REVIEW, _S.PLATFORM_REVIEW, _S.AWAIT_EVIDENCE)

GUARANTEE_CLAIM: Lifecycle[GuaranteeState, GuaranteeAction] = Lifecycle(
    "guarantee claim",
    initial=_S.MERCHANT_REVIEW,
    # The insurance of freight is no matter of the merchant.
    starts={_S.PLATFORM_REVIEW},
    transitions={
        (_S.MERCHANT_REVIEW, _A.AGREE): Transition(_S.PAYING, MERCHANT),
        (_S.MERCHANT_REVIEW, _A.OBJECT): Transition(_S.PLATFORM_REVIEW, MERCHANT),
        (_S.MERCHANT_REVIEW, _A.ESCALATE): Transition(_S.PLATFORM_REVIEW, SYSTEM_ONLY, cause="merchant_silent"),
        (_S.PLATFORM_REVIEW, _A.REQUEST_EVIDENCE): Transition(_S.AWAIT_EVIDENCE, AGENT, (PARTY, _OFTEN)),
        (_S.PLATFORM_REVIEW, _A.APPROVE): Transition(_S.PAYING, AGENT, (PARTY,)),
        (_S.PLATFORM_REVIEW, _A.DECLINE): Transition(_S.NOTHING_OWED, AGENT, (PARTY,)),
        (_S.PLATFORM_REVIEW, _A.ESCALATE): Transition(_S.PLATFORM_REVIEW, SYSTEM_ONLY, cause="platform_late"),
        (_S.AWAIT_EVIDENCE, _A.SUBMIT_EVIDENCE): Transition(_S.PLATFORM_REVIEW, BUYER),
        (_S.AWAIT_EVIDENCE, _A.ESCALATE): Transition(_S.PLATFORM_REVIEW, SYSTEM_ONLY, cause="evidence_late"),
        (_S.PAYING, _A.RECORD_PAYMENT): Transition(_S.PAID, RECORDERS, (PARTY, SECOND_PERSON)),
        (_S.PAYING, _A.RECORD_FAILURE): Transition(_S.FAILED, RECORDERS, (PARTY, SECOND_PERSON)),
        (_S.PAYING, _A.ESCALATE): Transition(_S.PAYING, SYSTEM_ONLY, cause="payment_late"),
        **{(state, _A.CANCEL): Transition(_S.CANCELLED, CLAIMANTS, (PARTY,)) for state in _REVIEWED},
        # Somebody may have paid it: people record the result. It ends with its case alone.
        (_S.PAYING, _A.CANCEL): Transition(_S.CANCELLED, SYSTEM_ONLY),
    },
    timeouts={
        _S.MERCHANT_REVIEW: Timeout("merchant", "guarantee_answer_hours", _A.ESCALATE, "guarantee_merchant_silent"),
        _S.PLATFORM_REVIEW: Timeout("agent", "guarantee_review_hours", _A.ESCALATE, "guarantee_late"),
        _S.AWAIT_EVIDENCE: Timeout("buyer", "guarantee_evidence_hours", _A.ESCALATE, "guarantee_without_evidence"),
        _S.PAYING: Timeout("agent", "guarantee_payment_hours", _A.ESCALATE, "guarantee_late"),
    },
    ends={_S.PAID, _S.NOTHING_OWED, _S.FAILED, _S.CANCELLED},
    binding=BINDING,
)
"""A claim on a guarantee. The facts of its guards are ClaimFacts."""
GUARANTEE: ClaimType[GuaranteeClaim] = ClaimType(DocumentKind.GUARANTEE_CLAIM, GUARANTEE_CLAIM)
UNPAID_ENDS = GUARANTEE_CLAIM.ends - {_S.PAID}
"""The ends after which the money may come otherwise."""
