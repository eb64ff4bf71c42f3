"""The states of an intercept as a table."""

from enum import StrEnum

from aftercare_chassis.lifecycle import Guard, Lifecycle, Timeout, Transition
from aftercare_chassis.refusals import Refusal

from order_svc.domain.intercepts.errors import InterceptSent
from order_svc.domain.intercepts.model import Intercept, InterceptState
from order_svc.domain.permissions import MERCHANT_AGENT_OR_SYSTEM, PARTIES, SYSTEM_ONLY


class InterceptAction(StrEnum):
    """What can be done to an intercept. FAIL: the parcel ended first; EXPIRE: the courier did not answer."""

    WITHDRAW = "withdraw"
    SUBMIT = "submit"
    GRANT = "grant"
    REFUSE = "refuse"
    FAIL = "fail"
    EXPIRE = "expire"


def _sent(intercept: Intercept, _: object) -> Refusal | None:
    return None if intercept.sent_at is None else InterceptSent()


NOT_SENT = Guard(InterceptSent.code, _sent, always=True)
_S, _A = InterceptState, InterceptAction

# A courier may answer at once, by telephone: then nothing was submitted before. Until it is with the courier it can be withdrawn.
INTERCEPT: Lifecycle[InterceptState, InterceptAction] = Lifecycle(
    "intercept",
    initial=_S.REQUESTED,
    transitions={
        (_S.REQUESTED, _A.WITHDRAW): Transition(_S.WITHDRAWN, PARTIES, (NOT_SENT,)),
        (_S.REQUESTED, _A.SUBMIT): Transition(_S.SUBMITTED, MERCHANT_AGENT_OR_SYSTEM),
        **{
            (state, action): Transition(target, permission)
            for state in (_S.REQUESTED, _S.SUBMITTED)
            for action, target, permission in (
                (_A.GRANT, _S.GRANTED, MERCHANT_AGENT_OR_SYSTEM),
                (_A.REFUSE, _S.REFUSED, MERCHANT_AGENT_OR_SYSTEM),
                (_A.FAIL, _S.FAILED, SYSTEM_ONLY),
                (_A.EXPIRE, _S.EXPIRED, SYSTEM_ONLY),
            )
        },
    },
    timeouts={
        _S.REQUESTED: Timeout("merchant", "intercept_answer_hours", _A.EXPIRE, "expired_by_timeout"),
        _S.SUBMITTED: Timeout("courier", "intercept_answer_hours", _A.EXPIRE, "expired_by_timeout"),
    },
    ends={_S.GRANTED, _S.REFUSED, _S.FAILED, _S.EXPIRED, _S.WITHDRAWN},
)
