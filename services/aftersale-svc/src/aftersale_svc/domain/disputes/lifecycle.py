"""The states of a dispute as a table: who may do what, where it leads, how long it may wait."""

from aftercare_chassis.lifecycle import Lifecycle, Timeout, Transition

from aftersale_svc.domain.disputes.model import DisputeAction, DisputeState
from aftersale_svc.domain.permissions import ARBITRATOR, BUYER, MERCHANT, PARTIES, SYSTEM_ONLY

_S, _A = DisputeState, DisputeAction

DISPUTE: Lifecycle[DisputeState, DisputeAction] = Lifecycle(
    "dispute",
    initial=_S.AWAIT_MERCHANT_ANSWER,
    transitions={
        (_S.AWAIT_MERCHANT_ANSWER, _A.ANSWER): Transition(_S.PLATFORM_REVIEW, MERCHANT),
        (_S.AWAIT_MERCHANT_ANSWER, _A.ADD_EVIDENCE): Transition(_S.AWAIT_MERCHANT_ANSWER, PARTIES),
        (_S.AWAIT_MERCHANT_ANSWER, _A.WITHDRAW): Transition(_S.WITHDRAWN, BUYER),
        (_S.AWAIT_MERCHANT_ANSWER, _A.ESCALATE): Transition(_S.PLATFORM_REVIEW, SYSTEM_ONLY, cause="merchant_silent"),
        (_S.PLATFORM_REVIEW, _A.ADD_EVIDENCE): Transition(_S.PLATFORM_REVIEW, PARTIES),
        (_S.PLATFORM_REVIEW, _A.DECIDE): Transition(_S.EXECUTING, ARBITRATOR),
        (_S.PLATFORM_REVIEW, _A.WITHDRAW): Transition(_S.WITHDRAWN, BUYER),
        (_S.PLATFORM_REVIEW, _A.ESCALATE): Transition(_S.PLATFORM_REVIEW, SYSTEM_ONLY, cause="platform_late"),
        (_S.EXECUTING, _A.EXECUTE): Transition(_S.EXECUTED, SYSTEM_ONLY),
    },
    timeouts={
        _S.AWAIT_MERCHANT_ANSWER: Timeout(
            "merchant", "merchant_answer_hours", _A.ESCALATE, "escalated_merchant_silent"
        ),
        _S.PLATFORM_REVIEW: Timeout("platform", "platform_review_hours", _A.ESCALATE, "escalated_platform_late"),
        _S.EXECUTING: Timeout("system"),
    },
    ends={_S.EXECUTED, _S.WITHDRAWN},
)
