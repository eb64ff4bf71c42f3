"""Policies: within how long a conversation is answered and solved, and what happens before it is too late."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypedDict

from cs_svc.domain.channels import Channel


class ClockKind(StrEnum):
    """What is owed: the first answer, each further one, or the end of the conversation."""

    FIRST_ANSWER = "first_answer"
    NEXT_ANSWER = "next_answer"
    RESOLUTION = "resolution"


class EscalationAction(StrEnum):
    """What happens when a part of the time has passed."""

    NOTIFY = "notify"
    RAISE_PRIORITY = "raise_priority"
    SUPERVISOR = "supervisor"


class Escalation(TypedDict):
    """When so many percent of the time have passed, this happens."""

    percent: int
    action: str


DEFAULT_CHAIN = (
    Escalation(percent=50, action=EscalationAction.NOTIFY),
    Escalation(percent=75, action=EscalationAction.RAISE_PRIORITY),
    Escalation(percent=100, action=EscalationAction.SUPERVISOR),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaPolicy:
    """A policy, for a team, a channel, a merchant and a priority, or for all (None). Minutes are those of its calendar; None: no such clock.
    With `pause_when_snoozed` clocks stand still while a conversation is put off."""

    id: str
    version: int
    team_id: str | None
    channel: Channel | None
    merchant_id: str | None
    priority: str | None
    calendar_id: str | None
    first_answer_minutes: int | None
    next_answer_minutes: int | None
    resolution_minutes: int | None
    escalations: list[Escalation]
    pause_when_snoozed: bool = False
    created_at: datetime
    updated_at: datetime

    def minutes(self, kind: ClockKind) -> int | None:
        """How long there is; None where the policy has no clock of this kind."""
        return {
            ClockKind.FIRST_ANSWER: self.first_answer_minutes,
            ClockKind.NEXT_ANSWER: self.next_answer_minutes,
            ClockKind.RESOLUTION: self.resolution_minutes,
        }[kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What a policy is chosen by."""

    team_id: str | None
    channel: Channel
    merchant_id: str | None
    priority: str


_NAMES = ("merchant_id", "team_id", "priority", "channel")


def chosen(policies: Iterable[SlaPolicy], situation: Situation) -> SlaPolicy | None:
    """The policy that holds: of those that match, the one that is for the fewest others; merchants count before teams, priorities and
    channels, and of equal ones the first id. None where none matches."""
    matching = [
        each for each in policies if all(getattr(each, name) in (None, getattr(situation, name)) for name in _NAMES)
    ]
    return min(matching, key=lambda each: (*(getattr(each, name) is None for name in _NAMES), each.id), default=None)
