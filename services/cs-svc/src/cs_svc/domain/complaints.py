"""Complaints 投诉: a buyer's complaint about an order or one case of it, and the replies to it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NotRequired, TypedDict

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
    SEPARATE = "separate"
    MERGE = "merge"
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


class ComplaintSeverity(StrEnum):
    """How severe a complaint is, the least first."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"


class ComplaintOutcome(StrEnum):
    """How a complaint ended: the first three by a dispute, the others by an agent; MERGED: it goes on in another one."""

    VERDICT_EXECUTED = "verdict_executed"
    DISPUTE_WITHDRAWN = "dispute_withdrawn"
    DISPUTE_SETTLED = "dispute_settled"
    UPHELD = "upheld"
    EXPLAINED = "explained"
    UNFOUNDED = "unfounded"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


class StoredReason(TypedDict):
    """Why a complaint is as severe as it is: the reason, the severity that it led to, and what it was judged by."""

    reason: str
    severity: str
    amount_minor: NotRequired[int]
    from_minor: NotRequired[int]
    earlier: NotRequired[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """A complaint. `subject_id` is the case where one is named, else the order.

    `answer_due_at` is when the first reply is due, None once it is not awaited any more; `resolve_due_at` is when the complaint is to be
    resolved, None while a dispute decides it and after its end. `due_at` is the earlier of the two. `overdue_at` and `resolve_overdue_at` are
    when the timer found them to have passed, also after what was due was done; `supervised_at` is when it first did: supervisors look after
    the complaint from then on. `deadline_at` is when the timer looks next. `severity` is by the rules of `rules_version`, for
    `severity_reasons`; time is counted in the calendar of that version, always where there is none. `message_id` is the
    message of `conversation_id` that an agent marked as a complaint. `separated`: an agent took it out of another one, so that it may be
    unresolved beside it. `merged_into` is the complaint in which it goes on.
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
    resolve_due_at: datetime | None = None
    due_at: datetime | None = None
    deadline_at: datetime | None = None
    overdue_at: datetime | None = None
    resolve_overdue_at: datetime | None = None
    supervised_at: datetime | None = None
    severity: ComplaintSeverity = ComplaintSeverity.NORMAL
    severity_reasons: list[StoredReason] = field(default_factory=list)
    rules_version: int = 0
    calendar_id: str | None = None
    calendar_version: int = 0
    conversation_id: str | None = None
    message_id: str | None = None
    separated: bool = False
    merged_into: str | None = None
    created_at: datetime
    updated_at: datetime
    resolved_at: datetime | None = None

    @property
    def next_due_at(self) -> datetime | None:
        """The earlier of what is due and has not been found to be overdue."""
        answer = self.answer_due_at if self.overdue_at is None else None
        resolution = self.resolve_due_at if self.resolve_overdue_at is None else None
        return earlier(answer, resolution)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintReply:
    """An agent's reply to a complaint."""

    id: str
    complaint_id: str
    author_id: str
    text: str
    answered_at: datetime


def earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    """The earlier of two times, either of which may be missing."""
    return min((each for each in (one, other) if each is not None), default=None)


def with_due(complaint: Complaint, answer: datetime | None, resolution: datetime | None) -> Complaint:
    """The complaint with these times by which it is answered and resolved."""
    due = earlier(answer, resolution)
    return replace(complaint, answer_due_at=answer, resolve_due_at=resolution, due_at=due)


NOTHING_DUE = Guard(
    NoAnswerAwaited.code, lambda complaint, _: NoAnswerAwaited() if complaint.next_due_at is None else None
)
_STATE, _ACTION = ComplaintState, ComplaintAction
_IN_TIME = Timeout(
    turn="agent", then=_ACTION.MARK_OVERDUE, effect="marked_overdue", since="next_due_at", unless=NOTHING_DUE
)
COMPLAINT: Lifecycle[ComplaintState, ComplaintAction] = Lifecycle(
    "complaint",
    initial=_STATE.OPEN,
    transitions={
        (_STATE.OPEN, _ACTION.ANSWER): Transition(_STATE.ANSWERED, AGENT),
        (_STATE.OPEN, _ACTION.RESOLVE): Transition(_STATE.RESOLVED, AGENT),
        (_STATE.OPEN, _ACTION.SEPARATE): Transition(_STATE.OPEN, AGENT),
        (_STATE.OPEN, _ACTION.MERGE): Transition(_STATE.RESOLVED, AGENT),
        (_STATE.OPEN, _ACTION.ESCALATE): Transition(_STATE.ESCALATED, SYSTEM_ONLY),
        (_STATE.OPEN, _ACTION.MARK_OVERDUE): Transition(_STATE.OPEN, SYSTEM_ONLY),
        (_STATE.ANSWERED, _ACTION.ANSWER): Transition(_STATE.ANSWERED, AGENT),
        (_STATE.ANSWERED, _ACTION.RESOLVE): Transition(_STATE.RESOLVED, AGENT),
        (_STATE.ANSWERED, _ACTION.SEPARATE): Transition(_STATE.ANSWERED, AGENT),
        (_STATE.ANSWERED, _ACTION.MERGE): Transition(_STATE.RESOLVED, AGENT),
        (_STATE.ANSWERED, _ACTION.MARK_OVERDUE): Transition(_STATE.ANSWERED, SYSTEM_ONLY),
        (_STATE.ANSWERED, _ACTION.ESCALATE): Transition(_STATE.ESCALATED, SYSTEM_ONLY),
        (_STATE.ESCALATED, _ACTION.ANSWER): Transition(_STATE.ESCALATED, AGENT),
        (_STATE.ESCALATED, _ACTION.SEPARATE): Transition(_STATE.ESCALATED, AGENT),
        (_STATE.ESCALATED, _ACTION.CONCLUDE): Transition(_STATE.RESOLVED, SYSTEM_ONLY),
        # An agent resolved the complaint before its dispute was opened: it stays resolved and stores the dispute's id.
        (_STATE.RESOLVED, _ACTION.ESCALATE): Transition(_STATE.RESOLVED, SYSTEM_ONLY),
    },
    timeouts={
        _STATE.OPEN: _IN_TIME,
        _STATE.ANSWERED: _IN_TIME,
        _STATE.ESCALATED: Timeout(turn="dispute"),
    },
    ends={_STATE.RESOLVED},
)
