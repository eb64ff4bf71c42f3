"""What the review has of supplements: the buyer supplies what is asked for, and those who asked review on in what was left of their time."""

from aftercare_chassis.lifecycle import Guard, History, Timeout, Transition

from aftersale_svc.domain.cases.legs.leg import LegRows
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.permissions import AGENT, BUYER, BUYER_OR_AGENT, MERCHANT, SYSTEM_ONLY

_S, _A = CaseState, CaseAction
_REVIEW_ON = History("asked_in", _S.PENDING_REVIEW)
SUPPLEMENT_TIMEOUT: Timeout[CaseAction] = Timeout(
    "buyer", "supplement_hours", _A.END_SUPPLEMENT, "reviewed_without_supplement"
)


def supplement_rows(*of_agents: Guard) -> LegRows:
    """The rows; `of_agents` bars agents who would judge what was decided already."""
    return {
        (_S.PENDING_REVIEW, _A.REQUEST_SUPPLEMENT): Transition(_S.AWAIT_SUPPLEMENT, MERCHANT, remember="asked_in"),
        (_S.MANUAL_REVIEW, _A.REQUEST_SUPPLEMENT): Transition(
            _S.AWAIT_SUPPLEMENT, AGENT, of_agents, remember="asked_in"
        ),
        (_S.AWAIT_SUPPLEMENT, _A.SUBMIT_SUPPLEMENT): Transition(_REVIEW_ON, BUYER),
        (_S.AWAIT_SUPPLEMENT, _A.END_SUPPLEMENT): Transition(_REVIEW_ON, SYSTEM_ONLY),
        (_S.AWAIT_SUPPLEMENT, _A.CANCEL): Transition(_S.CANCELLED, BUYER_OR_AGENT),
    }
