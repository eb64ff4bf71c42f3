"""Who may do what, where it leads and who has to act next. The API, the commands and the diagram read these tables."""

from enum import StrEnum

from aftercare_chassis.lifecycle import Lifecycle, Move, Side, Wait

from cs_svc.domain.model import ComplaintState, ConversationState, FeedbackState

AGENT = Side("agent_only", frozenset({"agent"}))
SYSTEM_ONLY = Side("system_only", frozenset({"system"}))
SPEAKERS = Side("parties_and_agents_only", frozenset({"buyer", "seller", "agent"}))
BUYER_OR_AGENT = Side("buyer_or_agent_only", frozenset({"buyer", "agent"}))


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
    {
        (_TALK.OPEN, _SAY.POST): Move(_TALK.OPEN, SPEAKERS),
        (_TALK.OPEN, _SAY.ASSIGN): Move(_TALK.OPEN, AGENT),
        (_TALK.OPEN, _SAY.CLOSE): Move(_TALK.CLOSED, BUYER_OR_AGENT),
        (_TALK.OPEN, _SAY.NOTIFY): Move(_TALK.OPEN, SYSTEM_ONLY),
        # Who may close it may write again, and so reopen it (ADR 26).
        (_TALK.CLOSED, _SAY.POST): Move(_TALK.OPEN, BUYER_OR_AGENT),
        # A closed conversation stays the place where the buyer looks for what became of the case.
        (_TALK.CLOSED, _SAY.NOTIFY): Move(_TALK.CLOSED, SYSTEM_ONLY),
    },
    {_TALK.OPEN: Wait(turn="service", hours="reply_hours")},
)

_OF = ComplaintState
_DO = ComplaintAction
COMPLAINT: Lifecycle[ComplaintState, ComplaintAction] = Lifecycle(
    "complaint",
    {
        (_OF.OPEN, _DO.ANSWER): Move(_OF.ANSWERED, AGENT),
        (_OF.OPEN, _DO.RESOLVE): Move(_OF.RESOLVED, AGENT),
        (_OF.OPEN, _DO.ESCALATE): Move(_OF.ESCALATED, SYSTEM_ONLY),
        (_OF.ANSWERED, _DO.ANSWER): Move(_OF.ANSWERED, AGENT),
        (_OF.ANSWERED, _DO.RESOLVE): Move(_OF.RESOLVED, AGENT),
        (_OF.ANSWERED, _DO.ESCALATE): Move(_OF.ESCALATED, SYSTEM_ONLY),
        (_OF.ESCALATED, _DO.ANSWER): Move(_OF.ESCALATED, AGENT),
        (_OF.ESCALATED, _DO.CONCLUDE): Move(_OF.RESOLVED, SYSTEM_ONLY),
        # An agent was faster than the dispute that the complaint opened: the complaint stays settled and learns of it.
        (_OF.RESOLVED, _DO.ESCALATE): Move(_OF.RESOLVED, SYSTEM_ONLY),
    },
    {
        _OF.OPEN: Wait(turn="agent", hours="complaint_answer_hours"),
        _OF.ANSWERED: Wait(turn="agent"),
        _OF.ESCALATED: Wait(turn="dispute"),
    },
)

_IS = FeedbackState
_ON = FeedbackAction
FEEDBACK: Lifecycle[FeedbackState, FeedbackAction] = Lifecycle(
    "feedback",
    {
        (_IS.OPEN, _ON.ANSWER): Move(_IS.ANSWERED, AGENT),
        (_IS.ANSWERED, _ON.IMPROVE): Move(_IS.IMPROVED, AGENT),
    },
    {_IS.OPEN: Wait(turn="agent"), _IS.ANSWERED: Wait(turn="agent")},
)
