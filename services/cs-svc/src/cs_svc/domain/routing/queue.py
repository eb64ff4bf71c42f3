"""Conversations in a queue 排队: each stay of a conversation in the queue of a team, until an agent takes it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from aftercare_chassis.lifecycle import Context, Lifecycle, Permission, SystemContext, Timeout, Transition

from cs_svc.domain.permissions import AGENT, SYSTEM_ONLY
from cs_svc.domain.routing.agents import Team


class QueueState(StrEnum):
    """The states of a stay in a queue."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    LEFT = "left"


class QueueAction(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    OFFER = "offer"
    LAPSE = "lapse"
    WITHDRAW = "withdraw"
    OVERFLOW = "overflow"
    TAKE = "take"
    LEAVE = "leave"


class OfferEnd(StrEnum):
    """Why an agent who was offered a conversation does not take it."""

    DECLINED = "declined"
    LAPSED = "lapsed"
    WENT_OFFLINE = "went_offline"


class LeaveCause(StrEnum):
    """Why a conversation left its queue without an agent."""

    CLOSED = "closed"
    ANSWERED = "answered"
    BOT = "bot"
    TRANSFERRED = "transferred"
    MERGED = "merged"
    REFERRED = "referred"


class Priority(StrEnum):
    """How urgent a conversation is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


RANKS = {Priority.LOW: 0, Priority.NORMAL: 1, Priority.HIGH: 2, Priority.URGENT: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEntry:
    """One stay of a conversation in the queue of `team_id`.

    `skills` are wanted: `kind:code`. `reason` is that of the case. A hard one is offered to who has solved most of the kind. `last_agent_id` is who had the conversation
    before. `refused_by` are those who did not take it. `priority` is a rank from 0 to 3. `overflow_at` is when it goes to the next team, `offer_ends_at` when the offer
    lapses; `deadline_at` is the one of these that holds now. `ahead` is how many waited before it, `estimate`, `predicted_low` and `predicted_high` the forecast of the wait, in seconds,
    that was made at the beginning.
    """

    id: str
    version: int
    state: QueueState
    conversation_id: str
    order_id: str | None
    case_id: str | None
    buyer_id: str
    merchant_id: str | None
    team_id: str
    first_team_id: str
    priority: int
    weight: int
    skills: list[str]
    reason: str | None = None
    is_hard: bool = False
    last_agent_id: str | None = None
    agent_id: str | None = None
    refused_by: list[str]
    offers: int = 0
    waiting_since: datetime
    overflow_at: datetime | None = None
    offer_ends_at: datetime | None = None
    deadline_at: datetime | None = None
    ahead: int | None = None
    estimate: float | None = None
    predicted_low: int | None = None
    predicted_high: int | None = None
    left_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


CONTACTS_OF_HARD = 3
"""From the third conversation about an order on, they are hard: nobody has solved it."""

_OFFERED_TO = Permission("offered_agent_only", frozenset({"agent"}))
_STATE, _ACTION = QueueState, QueueAction
_CLOSING = "close"
QUEUE_ENTRY: Lifecycle[QueueState, QueueAction] = Lifecycle(
    "queue entry",
    initial=_STATE.WAITING,
    transitions={
        (_STATE.OFFERED, _ACTION.ACCEPT): Transition(_STATE.TAKEN, _OFFERED_TO),
        (_STATE.OFFERED, _ACTION.DECLINE): Transition(_STATE.WAITING, _OFFERED_TO),
        (_STATE.WAITING, _ACTION.OFFER): Transition(_STATE.OFFERED, SYSTEM_ONLY),
        (_STATE.OFFERED, _ACTION.LAPSE): Transition(_STATE.WAITING, SYSTEM_ONLY),
        (_STATE.OFFERED, _ACTION.WITHDRAW): Transition(_STATE.WAITING, SYSTEM_ONLY),
        (_STATE.WAITING, _ACTION.OVERFLOW): Transition(_STATE.WAITING, SYSTEM_ONLY, restarts=True),
        # An agent who is assigned the conversation, or writes in it, has it, also past the queue.
        (_STATE.WAITING, _ACTION.TAKE): Transition(_STATE.TAKEN, AGENT, outcome_of="assign"),
        (_STATE.OFFERED, _ACTION.TAKE): Transition(_STATE.TAKEN, AGENT, outcome_of="assign"),
        (_STATE.WAITING, _ACTION.LEAVE): Transition(_STATE.LEFT, SYSTEM_ONLY),
        (_STATE.OFFERED, _ACTION.LEAVE): Transition(_STATE.LEFT, SYSTEM_ONLY),
    },
    timeouts={
        _STATE.WAITING: Timeout(
            turn="service", since="overflow_at", then=_ACTION.OVERFLOW, effect="goes_to_the_next_team"
        ),
        _STATE.OFFERED: Timeout(
            turn="agent", since="offer_ends_at", then=_ACTION.LAPSE, effect="offered_to_somebody_else"
        ),
    },
    ends={_STATE.TAKEN, _STATE.LEFT},
)


def overflow_time(team: Team, now: datetime) -> datetime | None:
    """When what begins to wait for this team now goes to the next one; None where there is no other."""
    if team.overflow_team_id is None:
        return None
    return now + timedelta(seconds=team.overflow_seconds)


def offer(entry: QueueEntry, agent_id: str, seconds: int, context: Context) -> QueueEntry:
    """The entry offered to the agent for so many seconds."""
    until = context.now + timedelta(seconds=seconds)
    offered = replace(entry, agent_id=agent_id, offer_ends_at=until, offers=entry.offers + 1)
    return QUEUE_ENTRY.apply(offered, QueueAction.OFFER, SystemContext.of(context))


def end_offer(entry: QueueEntry, action: QueueAction, context: Context) -> QueueEntry:
    """The entry that waits again, since the agent does not take it: it keeps its place, and is offered to others first."""
    again = [*entry.refused_by, entry.agent_id] if entry.agent_id is not None else entry.refused_by
    waits = replace(entry, agent_id=None, offer_ends_at=None, refused_by=sorted(set(again)))
    return QUEUE_ENTRY.apply(waits, action, context)


def move(entry: QueueEntry, team: Team, context: Context) -> QueueEntry:
    """The entry in the queue of another team; what it has waited counts on, and those who did not take it may be asked again."""
    moved = replace(entry, team_id=team.id, refused_by=[], overflow_at=overflow_time(team, context.now))
    return QUEUE_ENTRY.apply(moved, QueueAction.OVERFLOW, SystemContext.of(context))


def end(entry: QueueEntry, action: QueueAction, agent_id: str | None, context: Context) -> QueueEntry:
    """The entry whose stay has ended, with the agent who has the conversation; None where nobody took it."""
    ended = replace(entry, agent_id=agent_id, offer_ends_at=None, overflow_at=None, left_at=context.now)
    return QUEUE_ENTRY.apply(ended, action, context)


def raised(entry: QueueEntry, now: datetime) -> QueueEntry:
    """The entry with the next higher priority; the same one where there is none."""
    highest = max(RANKS.values())
    return entry if entry.priority >= highest else replace(entry, priority=entry.priority + 1, updated_at=now)
