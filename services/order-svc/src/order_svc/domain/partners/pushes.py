"""What partners push to us: one row each, and the states that it goes through."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypedDict

from aftercare_chassis.lifecycle import Lifecycle, Timeout, Transition

from order_svc.domain.permissions import ADMIN, SYSTEM_ONLY

_FIRST_PAUSE = timedelta(seconds=0.5)
_LONGEST_PAUSE = timedelta(minutes=5)
ANSWER = "polled:"
"""How the `push_id` begins of an answer that is stored as a push. Those of partners that sign nothing begin with the kind of hash."""


class PushSource(StrEnum):
    """What kind of partner a push comes from."""

    COURIER = "courier"
    PAYMENT = "payment"


class PushState(StrEnum):
    """How far the processing of a push is."""

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

# A refused push is not verified: it is never processed.
PUSH: Lifecycle[PushState, PushAction] = Lifecycle(
    "partner push",
    initial=_S.RECEIVED,
    transitions={
        (_S.RECEIVED, _A.APPLY): Transition(_S.APPLIED, SYSTEM_ONLY),
        (_S.RECEIVED, _A.IGNORE): Transition(_S.IGNORED, SYSTEM_ONLY),
        (_S.RECEIVED, _A.WAIT): Transition(_S.WAITING, SYSTEM_ONLY),
        (_S.RECEIVED, _A.GIVE_UP): Transition(_S.UNMATCHED, SYSTEM_ONLY),
        (_S.RECEIVED, _A.FAIL): Transition(_S.FAILED, SYSTEM_ONLY),
        (_S.WAITING, _A.APPLY): Transition(_S.APPLIED, SYSTEM_ONLY),
        (_S.WAITING, _A.IGNORE): Transition(_S.IGNORED, SYSTEM_ONLY),
        (_S.WAITING, _A.WAIT): Transition(_S.WAITING, SYSTEM_ONLY),
        (_S.WAITING, _A.GIVE_UP): Transition(_S.UNMATCHED, SYSTEM_ONLY),
        (_S.WAITING, _A.FAIL): Transition(_S.FAILED, SYSTEM_ONLY),
        (_S.WAITING, _A.REDRIVE): Transition(_S.RECEIVED, ADMIN),
        (_S.UNMATCHED, _A.REPEAT): Transition(_S.RECEIVED, SYSTEM_ONLY),
        (_S.UNREADABLE, _A.REPEAT): Transition(_S.RECEIVED, SYSTEM_ONLY),
        (_S.FAILED, _A.REPEAT): Transition(_S.RECEIVED, SYSTEM_ONLY),
        (_S.UNMATCHED, _A.REDRIVE): Transition(_S.RECEIVED, ADMIN),
        (_S.UNREADABLE, _A.REDRIVE): Transition(_S.RECEIVED, ADMIN),
        (_S.FAILED, _A.REDRIVE): Transition(_S.RECEIVED, ADMIN),
    },
    timeouts={
        _S.RECEIVED: Timeout("system"),
        _S.WAITING: Timeout("system", "partner_unmatched_hours", _A.GIVE_UP, since="tries_since"),
    },
    ends={_S.APPLIED, _S.IGNORED, _S.UNMATCHED, _S.UNREADABLE, _S.FAILED, _S.REFUSED},
    starts={_S.UNREADABLE, _S.REFUSED},
)

WITHOUT_EFFECT = tuple(state for state, action in PUSH.transitions if action is PushAction.REPEAT)
"""The states of a push that changed nothing: when the partner repeats it, it is processed again."""


class ReportFields(TypedDict):
    """One scan of a push as operators see it. `occurred_at` is RFC 3339."""

    carrier: str | None
    waybill_no: str
    reference: str | None
    status: str
    reason: str | None
    raw_code: str | None
    occurred_at: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerPush:
    """One push as stored, without its raw body and headers.

    `endpoint_id` is None for payment providers, which post to the address of their name. `why` is the reason of its state.
    `due_at` is when it is processed next. It may wait for its parcel from `tries_since` to `deadline_at`.
    `sent_from` is the address that it came from, where it was refused for that. `traceparent` is of the request that brought it.
    """

    id: str
    source: PushSource
    endpoint_id: str | None
    partner: str
    push_id: str
    state: PushState
    why: str | None
    reports: list[ReportFields] | None
    attempts: int
    due_at: datetime | None
    received_at: datetime
    tries_since: datetime
    deadline_at: datetime | None
    finished_at: datetime | None
    sent_from: str | None = None
    traceparent: str | None = None

    @property
    def is_answer(self) -> bool:
        """Whether it is what the partner answered to a query, and nobody posted it."""
        return self.push_id.startswith(ANSWER)


def pause(attempts: int) -> timedelta:
    """How long a push waits after so many attempts before it: each pause is twice the last, up to five minutes."""
    factor: int = 2 ** min(attempts, 20)
    return min(_FIRST_PAUSE * factor, _LONGEST_PAUSE)
