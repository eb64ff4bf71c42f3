"""Complaints 投诉: a buyer's complaint about an order or one case of it, and the replies to it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aftercare_chassis.lifecycle import Guard, Lifecycle, Timeout, Transition

from cs_svc.domain.errors import NoAnswerAwaited
from cs_svc.domain.permissions import AGENT, SYSTEM_ONLY


class ComplaintState(StrEnum):
    """The states of a complaint; `escalated` while a dispute decides it."""

    OPEN = "open"
    ANSWERED = "answered"
    ESCALATED = "escalated"
    RESOLVED = "resolved"


class ComplaintAction(StrEnum):
    ANSWER = "answer"
    RESOLVE = "resolve"
    ESCALATE = "escalate"
    CONCLUDE = "conclude"
    MARK_OVERDUE = "mark_overdue"


class ComplaintChannel(StrEnum):
    """投诉渠道: the channel over which a complaint was received; `case` where a dispute was opened in the case itself."""

    WEB = "web"
    API = "api"
    PHONE = "phone"
    MESSAGE = "message"
    CASE = "case"


class ComplaintCategory(StrEnum):
    """What a complaint is about."""

    UNFAIR_REJECTION = "unfair_rejection"
    REFUND_DELAYED = "refund_delayed"
    REFUND_TOO_LOW = "refund_too_low"
    NO_ANSWER = "no_answer"
    SERVICE_ATTITUDE = "service_attitude"
    QUALITY = "quality"
    COUNTERFEIT = "counterfeit"
    NOT_AS_DESCRIBED = "not_as_described"
    DELIVERY = "delivery"
    OTHER = "other"


class ComplaintOutcome(StrEnum):
    """How a complaint ended: the first three by a dispute, the others by an agent."""

    VERDICT_EXECUTED = "verdict_executed"
    DISPUTE_WITHDRAWN = "dispute_withdrawn"
    DISPUTE_SETTLED = "dispute_settled"
    UPHELD = "upheld"
    EXPLAINED = "explained"
    UNFOUNDED = "unfounded"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """A complaint. `subject_id` is the case where one is named, else the order.

    `answer_due_at` is when the first reply is due, None once it is not awaited any more. `deadline_at` is when the timer
    marks it as overdue, None once it has. `overdue_at` is when the timer did, also after the reply was given.
    """

    id: str
    version: int
    state: ComplaintState
    channel: ComplaintChannel
    category: ComplaintCategory
    subject_id: str
    order_id: str
    case_id: str | None
    buyer_id: str
    merchant_id: str
    opened_by: str
    text: str
    dispute_id: str | None = None
    outcome: ComplaintOutcome | None = None
    answer_due_at: datetime | None = None
    deadline_at: datetime | None = None
    overdue_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintReply:
    """An agent's reply to a complaint."""

    id: str
    complaint_id: str
    author_id: str
    text: str
    answered_at: datetime


ALREADY_OVERDUE = Guard(
    NoAnswerAwaited.code, lambda complaint, _: NoAnswerAwaited() if complaint.overdue_at is not None else None
)
_STATE, _ACTION = ComplaintState, ComplaintAction
COMPLAINT: Lifecycle[ComplaintState, ComplaintAction] = Lifecycle(
    "complaint",
    initial=_STATE.OPEN,
    transitions={
        (_STATE.OPEN, _ACTION.ANSWER): Transition(_STATE.ANSWERED, AGENT),
        (_STATE.OPEN, _ACTION.RESOLVE): Transition(_STATE.RESOLVED, AGENT),
        (_STATE.OPEN, _ACTION.ESCALATE): Transition(_STATE.ESCALATED, SYSTEM_ONLY),
        (_STATE.OPEN, _ACTION.MARK_OVERDUE): Transition(_STATE.OPEN, SYSTEM_ONLY),
        (_STATE.ANSWERED, _ACTION.ANSWER): Transition(_STATE.ANSWERED, AGENT),
        (_STATE.ANSWERED, _ACTION.RESOLVE): Transition(_STATE.RESOLVED, AGENT),
        (_STATE.ANSWERED, _ACTION.ESCALATE): Transition(_STATE.ESCALATED, SYSTEM_ONLY),
        (_STATE.ESCALATED, _ACTION.ANSWER): Transition(_STATE.ESCALATED, AGENT),
        (_STATE.ESCALATED, _ACTION.CONCLUDE): Transition(_STATE.RESOLVED, SYSTEM_ONLY),
        # An agent resolved the complaint before its dispute was opened: it stays resolved and stores the dispute's id.
        (_STATE.RESOLVED, _ACTION.ESCALATE): Transition(_STATE.RESOLVED, SYSTEM_ONLY),
    },
    timeouts={
        _STATE.OPEN: Timeout(
            turn="agent",
            hours="complaint_answer_hours",
            then=_ACTION.MARK_OVERDUE,
            effect="marked_overdue",
            unless=ALREADY_OVERDUE,
        ),
        _STATE.ANSWERED: Timeout(turn="agent"),
        _STATE.ESCALATED: Timeout(turn="dispute"),
    },
    ends={_STATE.RESOLVED},
)
