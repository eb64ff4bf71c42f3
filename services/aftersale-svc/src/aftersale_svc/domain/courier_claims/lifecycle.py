"""The states of a claim on a courier as a table. What the courier says is recorded by the merchant or an agent."""

from aftercare_chassis.lifecycle import Guard, Lifecycle, Timeout, Transition
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.claims.parties import PARTY
from aftersale_svc.domain.claims.types import ClaimType
from aftersale_svc.domain.courier_claims.codes import CourierClaimAction, CourierClaimEnd, CourierClaimState
from aftersale_svc.domain.courier_claims.errors import FiledTooOften
from aftersale_svc.domain.courier_claims.model import CourierClaim
from aftersale_svc.domain.deadlines.binding import BINDING
from aftersale_svc.domain.deadlines.ledger import DocumentKind
from aftersale_svc.domain.permissions import MERCHANT_OR_AGENT, SYSTEM_ONLY

MOST_FILINGS = 3
_COURIER, _MERCHANT = "courier", "merchant"


def _too_often(claim: CourierClaim, _: object) -> Refusal | None:
    return FiledTooOften(most=MOST_FILINGS) if claim.filings >= MOST_FILINGS else None


_S, _A, _E = CourierClaimState, CourierClaimAction, CourierClaimEnd
_Rows = dict[tuple[CourierClaimState, CourierClaimAction], Transition[CourierClaimState]]
_FILE = (PARTY, Guard(FiledTooOften.code, _too_often))
_WITH_COURIER = (_S.FILED, _S.ACKNOWLEDGED)
_LIVE = (_S.DRAFTED, *_WITH_COURIER, _S.ACCEPTED, _S.DECLINED)


def _always(state: CourierClaimState) -> _Rows:
    return {
        (state, _A.ADD_EVIDENCE): Transition(state, MERCHANT_OR_AGENT, (PARTY,)),
        (state, _A.ABANDON): Transition(_S.ABANDONED, MERCHANT_OR_AGENT, (PARTY,), cause=_E.GIVEN_UP),
    }


def _decided(state: CourierClaimState) -> _Rows:
    return {
        (state, _A.ACCEPT): Transition(_S.ACCEPTED, MERCHANT_OR_AGENT, (PARTY,)),
        (state, _A.DECLINE): Transition(_S.DECLINED, MERCHANT_OR_AGENT, (PARTY,)),
    }


COURIER_CLAIM: Lifecycle[CourierClaimState, CourierClaimAction] = Lifecycle(
    "courier claim",
    initial=_S.DRAFTED,
    transitions={
        # What the courier has is claimed as it is.
        **{(state, _A.RAISE): Transition(state, SYSTEM_ONLY) for state in (_S.DRAFTED, _S.DECLINED)},
        (_S.DRAFTED, _A.FILE): Transition(_S.FILED, MERCHANT_OR_AGENT, _FILE),
        (_S.DRAFTED, _A.LAPSE): Transition(_S.ABANDONED, SYSTEM_ONLY, cause=_E.NOT_FILED),
        (_S.FILED, _A.ACKNOWLEDGE): Transition(_S.ACKNOWLEDGED, MERCHANT_OR_AGENT, (PARTY,)),
        # Couriers decide without an acknowledgement, too.
        **{key: row for state in _WITH_COURIER for key, row in _decided(state).items()},
        (_S.ACCEPTED, _A.PAY): Transition(_S.PAID, MERCHANT_OR_AGENT, (PARTY,), cause=_E.PAID),
        (_S.DECLINED, _A.FILE): Transition(_S.FILED, MERCHANT_OR_AGENT, _FILE),
        (_S.DECLINED, _A.LAPSE): Transition(_S.ABANDONED, SYSTEM_ONLY, cause=_E.NOT_FILED_AGAIN),
        **{(state, _A.ESCALATE): Transition(state, SYSTEM_ONLY) for state in (*_WITH_COURIER, _S.ACCEPTED)},
        **{key: row for state in _LIVE for key, row in _always(state).items()},
    },
    timeouts={
        _S.DRAFTED: Timeout(_MERCHANT, "courier_claim_filing_hours", _A.LAPSE, "claim_lapses"),
        _S.FILED: Timeout(_COURIER, "courier_claim_acknowledgement_hours", _A.ESCALATE, "claim_late"),
        _S.ACKNOWLEDGED: Timeout(_COURIER, "courier_claim_decision_hours", _A.ESCALATE, "claim_late"),
        _S.ACCEPTED: Timeout(_COURIER, "courier_claim_payment_hours", _A.ESCALATE, "claim_late"),
        _S.DECLINED: Timeout(_MERCHANT, "courier_claim_refiling_hours", _A.LAPSE, "claim_lapses"),
    },
    ends={_S.PAID, _S.ABANDONED},
    binding=BINDING,
)
"""A claim on a courier."""
COURIER: ClaimType[CourierClaim] = ClaimType(DocumentKind.COURIER_CLAIM, COURIER_CLAIM)
