"""Who may do what, where it leads and who has to act next. The API, the commands and the diagram read these tables."""

from enum import StrEnum

from aftercare_chassis.lifecycle import Lifecycle, Permission, Timeout, Transition

from cs_svc.domain.model import ComplaintState, ConversationState, FeedbackState

AGENT = Permission("agent_only", frozenset({"agent"}))
SYSTEM_ONLY = Permission("system_only", frozenset({"system"}))
SPEAKERS = Permission("parties_and_agents_only", frozenset({"buyer", "seller", "agent"}))
BUYER_OR_AGENT = Permission("buyer_or_agent_only", frozenset({"buyer", "agent"}))


class ConversationAction(StrEnum):
    POST = "post"
    ASSIGN = "assign"
    CLOSE = "close"
    NOTIFY = "notify"


class ComplaintAction(StrEnum):
    ANSWER = "answer"
    RESOLVE = "resolve"
    ESCALATE = "escalate"
    CONCLUDE = "conclude"


class FeedbackAction(StrEnum):
    ANSWER = "answer"
    IMPROVE = "improve"


_TALK = ConversationState
_SAY = ConversationAction
CONVERSATION: Lifecycle[ConversationState, ConversationAction] = Lifecycle(
    "conversation",
    initial=_TALK.OPEN,
    transitions={
        (_TALK.OPEN, _SAY.POST): Transition(_TALK.OPEN, SPEAKERS),
        (_TALK.OPEN, _SAY.ASSIGN): Transition(_TALK.OPEN, AGENT),
        (_TALK.OPEN, _SAY.CLOSE): Transition(_TALK.CLOSED, BUYER_OR_AGENT),
        (_TALK.OPEN, _SAY.NOTIFY): Transition(_TALK.OPEN, SYSTEM_ONLY),
        # Who may close it may write again, and so reopen it (ADR 26).
        (_TALK.CLOSED, _SAY.POST): Transition(_TALK.OPEN, BUYER_OR_AGENT),
        # A closed conversation stays the place where the buyer looks for what became of the case.
        (_TALK.CLOSED, _SAY.NOTIFY): Transition(_TALK.CLOSED, SYSTEM_ONLY),
    },
    timeouts={_TALK.OPEN: Timeout(turn="service", hours="reply_hours")},
    ends={_TALK.CLOSED},
)

_OF = ComplaintState
_DO = ComplaintAction
COMPLAINT: Lifecycle[ComplaintState, ComplaintAction] = Lifecycle(
    "complaint",
    initial=_OF.OPEN,
    transitions={
        (_OF.OPEN, _DO.ANSWER): Transition(_OF.ANSWERED, AGENT),
        (_OF.OPEN, _DO.RESOLVE): Transition(_OF.RESOLVED, AGENT),
        (_OF.OPEN, _DO.ESCALATE): Transition(_OF.ESCALATED, SYSTEM_ONLY),
        (_OF.ANSWERED, _DO.ANSWER): Transition(_OF.ANSWERED, AGENT),
        (_OF.ANSWERED, _DO.RESOLVE): Transition(_OF.RESOLVED, AGENT),
        (_OF.ANSWERED, _DO.ESCALATE): Transition(_OF.ESCALATED, SYSTEM_ONLY),
        (_OF.ESCALATED, _DO.ANSWER): Transition(_OF.ESCALATED, AGENT),
        (_OF.ESCALATED, _DO.CONCLUDE): Transition(_OF.RESOLVED, SYSTEM_ONLY),
        # An agent was faster than the dispute that the complaint opened: the complaint stays settled and learns of it.
        (_OF.RESOLVED, _DO.ESCALATE): Transition(_OF.RESOLVED, SYSTEM_ONLY),
    },
    timeouts={
        _OF.OPEN: Timeout(turn="agent", hours="complaint_answer_hours"),
        _OF.ANSWERED: Timeout(turn="agent"),
        _OF.ESCALATED: Timeout(turn="dispute"),
    },
    ends={_OF.RESOLVED},
)

_IS = FeedbackState
_ON = FeedbackAction
FEEDBACK: Lifecycle[FeedbackState, FeedbackAction] = Lifecycle(
    "feedback",
    initial=_IS.OPEN,
    transitions={
        (_IS.OPEN, _ON.ANSWER): Transition(_IS.ANSWERED, AGENT),
        (_IS.ANSWERED, _ON.IMPROVE): Transition(_IS.IMPROVED, AGENT),
    },
    timeouts={_IS.OPEN: Timeout(turn="agent"), _IS.ANSWERED: Timeout(turn="agent")},
    ends={_IS.IMPROVED},
)
