"""Agents 坐席 and their teams: what they can do, how much they may have, and whether they work."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypedDict

from aftercare_chassis.lifecycle import Context, Lifecycle, Permission, Timeout, Transition

from cs_svc.domain.channels import Channel
from cs_svc.domain.permissions import SYSTEM_ONLY
from cs_svc.domain.routing.shifts import Shift, TimeOff, works


class Presence(StrEnum):
    """Whether an agent works; one who is away is offered nothing."""

    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"


class PresenceAction(StrEnum):
    COME_ONLINE = "come_online"
    GO_AWAY = "go_away"
    GO_OFFLINE = "go_offline"
    EXPIRE = "expire"


class SkillKind(StrEnum):
    """What a skill is about: a category of goods, a reason of cases, or a language."""

    CATEGORY = "category"
    REASON = "reason"
    LANGUAGE = "language"


class Skill(TypedDict):
    """What an agent can do, and how well: from 1 to 5."""

    kind: str
    code: str
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team and its queue.

    It is for a merchant, these reasons and these languages; empty or None: for all. A conversation that has waited `overflow_seconds`
    goes to `overflow_team_id`. An agent has `offer_seconds` to take what is offered.
    """

    id: str
    version: int
    name: str
    merchant_id: str | None
    reasons: list[str]
    languages: list[str]
    overflow_team_id: str | None
    overflow_seconds: int
    offer_seconds: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """An agent, whose id is that of the person. `state` is the presence, which ends at `seen_until` if nothing is sent before.

    `capacity` is in units: a conversation of the web takes ten of them (`WEIGHTS`). `leads` are the teams whose agents this one manages.
    """

    id: str
    version: int
    state: Presence
    teams: list[str]
    leads: list[str]
    skills: list[Skill]
    capacity: int
    time_zone: str
    shifts: list[Shift]
    time_off: list[TimeOff]
    seen_until: datetime | None = None
    deadline_at: datetime | None = None
    created_at: datetime
    updated_at: datetime

    def is_ready(self, at: datetime) -> bool:
        """Whether the agent is online, and works at this moment by shifts and time off."""
        return self.state is Presence.ONLINE and works(self.shifts, self.time_off, self.time_zone, at)


WEIGHTS = {
    Channel.WEB: 10,
    Channel.WECHAT: 10,
    Channel.QQ: 10,
    Channel.SMS: 6,
    Channel.EMAIL: 5,
    Channel.PHONE: 40,
}
"""How many units of an agent's capacity a conversation takes, by its channel; a call leaves room for nothing else."""

_SELF_OR_LEAD = Permission("agent_or_lead_only", frozenset({"agent", "admin"}))
_STATE, _ACTION = Presence, PresenceAction
_SEEN = Timeout(turn="agent", since="seen_until", then=_ACTION.EXPIRE, effect="goes_offline")
AGENT: Lifecycle[Presence, PresenceAction] = Lifecycle(
    "agent",
    initial=_STATE.OFFLINE,
    transitions={
        (_STATE.OFFLINE, _ACTION.COME_ONLINE): Transition(_STATE.ONLINE, _SELF_OR_LEAD),
        (_STATE.ONLINE, _ACTION.COME_ONLINE): Transition(_STATE.ONLINE, _SELF_OR_LEAD, restarts=True),
        (_STATE.AWAY, _ACTION.COME_ONLINE): Transition(_STATE.ONLINE, _SELF_OR_LEAD),
        (_STATE.ONLINE, _ACTION.GO_AWAY): Transition(_STATE.AWAY, _SELF_OR_LEAD),
        (_STATE.AWAY, _ACTION.GO_AWAY): Transition(_STATE.AWAY, _SELF_OR_LEAD, restarts=True),
        (_STATE.ONLINE, _ACTION.GO_OFFLINE): Transition(_STATE.OFFLINE, _SELF_OR_LEAD),
        (_STATE.AWAY, _ACTION.GO_OFFLINE): Transition(_STATE.OFFLINE, _SELF_OR_LEAD),
        (_STATE.ONLINE, _ACTION.EXPIRE): Transition(_STATE.OFFLINE, SYSTEM_ONLY),
        (_STATE.AWAY, _ACTION.EXPIRE): Transition(_STATE.OFFLINE, SYSTEM_ONLY),
    },
    timeouts={_STATE.ONLINE: _SEEN, _STATE.AWAY: _SEEN},
    ends={_STATE.OFFLINE},
)


def with_presence(agent: Agent, action: PresenceAction, context: Context) -> Agent:
    """The agent after this action: the presence ends after `presence_seconds` without another one."""
    until = context.now + timedelta(seconds=context.settings.presence_seconds)
    seen = replace(agent, seen_until=None if action in (_ACTION.GO_OFFLINE, _ACTION.EXPIRE) else until)
    return AGENT.apply(seen, action, context)
