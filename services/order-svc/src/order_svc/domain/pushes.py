"""Couriers' endpoints and what was pushed to them, with the states a push goes through."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from aftercare_chassis.lifecycle import Lifecycle, Permission, Timeout, Transition

_FIRST_PAUSE = timedelta(seconds=0.5)
_LONGEST_PAUSE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierEndpoint:
    """Where one partner posts. After a rotation the previous secret proves pushes until its grace ends."""

    id: str
    partner: str
    secret: str
    previous_secret: str | None
    previous_until: datetime | None
    created_at: datetime
    rotated_at: datetime | None

    def secrets(self, now: datetime) -> tuple[str, ...]:
        """The secrets that prove a push at this moment."""
        if self.previous_secret is None or self.previous_until is None or now >= self.previous_until:
            return (self.secret,)
        return (self.secret, self.previous_secret)


class PushState(StrEnum):
    """How far the work on a push is."""

    RECEIVED = "received"
    WAITING = "waiting"
    APPLIED = "applied"
    IGNORED = "ignored"
    UNMATCHED = "unmatched"
    UNREADABLE = "unreadable"
    FAILED = "failed"
    REFUSED = "refused"


class PushAction(StrEnum):
    """What happens to a push. REPEAT: the partner sends the same push again."""

    APPLY = "apply"
    IGNORE = "ignore"
    WAIT = "wait"
    GIVE_UP = "give_up"
    FAIL = "fail"
    REPEAT = "repeat"
    REDRIVE = "redrive"


_S, _A = PushState, PushAction
_SYSTEM = Permission("system_only", frozenset({"system"}))
_OPERATOR = Permission("admin_only", frozenset({"admin"}))

# What a stranger sent stays refused: nobody may turn it into news about a parcel.
PUSH: Lifecycle[PushState, PushAction] = Lifecycle(
    "courier push",
    initial=_S.RECEIVED,
    transitions={
        (_S.RECEIVED, _A.APPLY): Transition(_S.APPLIED, _SYSTEM),
        (_S.RECEIVED, _A.IGNORE): Transition(_S.IGNORED, _SYSTEM),
        (_S.RECEIVED, _A.WAIT): Transition(_S.WAITING, _SYSTEM),
        (_S.RECEIVED, _A.GIVE_UP): Transition(_S.UNMATCHED, _SYSTEM),
        (_S.RECEIVED, _A.FAIL): Transition(_S.FAILED, _SYSTEM),
        (_S.WAITING, _A.APPLY): Transition(_S.APPLIED, _SYSTEM),
        (_S.WAITING, _A.WAIT): Transition(_S.WAITING, _SYSTEM),
        (_S.WAITING, _A.GIVE_UP): Transition(_S.UNMATCHED, _SYSTEM),
        (_S.WAITING, _A.FAIL): Transition(_S.FAILED, _SYSTEM),
        (_S.WAITING, _A.REDRIVE): Transition(_S.RECEIVED, _OPERATOR),
        (_S.UNMATCHED, _A.REPEAT): Transition(_S.RECEIVED, _SYSTEM),
        (_S.UNREADABLE, _A.REPEAT): Transition(_S.RECEIVED, _SYSTEM),
        (_S.FAILED, _A.REPEAT): Transition(_S.RECEIVED, _SYSTEM),
        (_S.UNMATCHED, _A.REDRIVE): Transition(_S.RECEIVED, _OPERATOR),
        (_S.UNREADABLE, _A.REDRIVE): Transition(_S.RECEIVED, _OPERATOR),
        (_S.FAILED, _A.REDRIVE): Transition(_S.RECEIVED, _OPERATOR),
    },
    timeouts={_S.RECEIVED: Timeout("system"), _S.WAITING: Timeout("system", "courier_unmatched_hours", _A.GIVE_UP)},
    ends={_S.APPLIED, _S.IGNORED, _S.UNMATCHED, _S.UNREADABLE, _S.FAILED, _S.REFUSED},
    starts={_S.UNREADABLE, _S.REFUSED},
)


WITHOUT_EFFECT = tuple(state for state, action in PUSH.transitions if action is PushAction.REPEAT)


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierPush:
    """One push as kept, without its raw body. `tries_since` starts the time it may wait for its parcel."""

    id: str
    endpoint_id: str
    partner: str
    push_id: str
    state: PushState
    why: str | None
    reports: list[dict[str, str | None]] | None
    attempts: int
    due_at: datetime | None
    received_at: datetime
    tries_since: datetime
    finished_at: datetime | None


def next_try(push: CourierPush, now: datetime, hours: float) -> datetime | None:
    """When to look again for the parcel of a push, each pause twice the last; None when its time is over."""
    if now >= push.tries_since + timedelta(hours=hours):
        return None
    pause: timedelta = min(_FIRST_PAUSE * 2 ** min(push.attempts, 20), _LONGEST_PAUSE)
    return now + pause
