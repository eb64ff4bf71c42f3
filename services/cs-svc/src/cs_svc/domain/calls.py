"""Calls 电话 with customers, as the telephone system reports them, and what came of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aftercare_chassis.lifecycle import Lifecycle, Timeout, Transition

from cs_svc.domain.permissions import AGENT, SYSTEM_ONLY


class CallState(StrEnum):
    """How far a call is. `missed`: it ended before anybody answered; `disposed`: an agent has recorded what came of it."""

    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"
    MISSED = "missed"
    DISPOSED = "disposed"


class CallAction(StrEnum):
    ANSWER = "answer"
    END = "end"
    MISS = "miss"
    DISPOSE = "dispose"


class CallDirection(StrEnum):
    """Who called: the customer (`inbound`), or customer service."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class CallOutcome(StrEnum):
    """What came of a call 通话小结."""

    RESOLVED = "resolved"
    FOLLOW_UP = "follow_up"
    CALLED_BACK = "called_back"
    NOT_REACHED = "not_reached"
    WRONG_NUMBER = "wrong_number"
    SPAM = "spam"


OUTCOME_TEXTS = {
    CallOutcome.RESOLVED: "已解决",
    CallOutcome.FOLLOW_UP: "待跟进",
    CallOutcome.CALLED_BACK: "已回电",
    CallOutcome.NOT_REACHED: "未接通",
    CallOutcome.WRONG_NUMBER: "号码有误",
    CallOutcome.SPAM: "骚扰电话",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call. `external_id` is what the telephone system calls it, `line` the number of ours; `recording` is where the system keeps the recording.

    `conversation_id` is where it is logged, None while it lasts. `duration_seconds` counts from the answer. `deadline_at` is when a timer ends it, of
    which no end was reported; its `ended_at` stays None then.
    """

    id: str
    version: int
    state: CallState
    direction: CallDirection
    external_id: str
    identity_id: str
    buyer_id: str
    agent_id: str | None = None
    line: str | None = None
    conversation_id: str | None = None
    started_at: datetime
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    duration_seconds: int | None = None
    recording: str | None = None
    outcome: CallOutcome | None = None
    note: str | None = None
    deadline_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


_S, _A = CallState, CallAction
CALL: Lifecycle[CallState, CallAction] = Lifecycle(
    "call",
    initial=_S.RINGING,
    transitions={
        (_S.RINGING, _A.ANSWER): Transition(_S.ANSWERED, SYSTEM_ONLY),
        (_S.RINGING, _A.MISS): Transition(_S.MISSED, SYSTEM_ONLY),
        # Reports may come in any order: the end without the answer that was before it.
        (_S.RINGING, _A.END): Transition(_S.ENDED, SYSTEM_ONLY),
        (_S.ANSWERED, _A.END): Transition(_S.ENDED, SYSTEM_ONLY),
        (_S.ENDED, _A.DISPOSE): Transition(_S.DISPOSED, AGENT),
        (_S.MISSED, _A.DISPOSE): Transition(_S.DISPOSED, AGENT),
        (_S.DISPOSED, _A.DISPOSE): Transition(_S.DISPOSED, AGENT),
    },
    timeouts={
        _S.RINGING: Timeout("agent", "call_ringing_hours", _A.MISS, "call_counts_as_missed"),
        _S.ANSWERED: Timeout("agent", "call_hours", _A.END, "call_counts_as_ended"),
        _S.ENDED: Timeout("agent"),
        _S.MISSED: Timeout("agent"),
    },
    ends={_S.DISPOSED},
)


def log_text(call: Call) -> str:
    """What the conversation has of a call that ended: from whom, and for how long, where that is known."""
    inbound = call.direction is CallDirection.INBOUND
    if call.state is CallState.MISSED:
        return "[未接来电]" if inbound else "[去电未接通]"
    heading = f"[{'来电' if inbound else '去电'}]"
    if call.duration_seconds is None:
        return heading
    minutes, seconds = divmod(call.duration_seconds, 60)
    return f"{heading} {minutes}:{seconds:02d}"


def outcome_text(outcome: CallOutcome) -> str:
    """What the conversation has of the outcome."""
    return f"[通话小结] {OUTCOME_TEXTS[outcome]}"
