"""Bodies of teams and agents."""

from collections.abc import Sequence
from datetime import UTC
from typing import Annotated, Self

from aftercare_chassis.http.schemas import (
    AllowedActions,
    AllowedOut,
    Code,
    CreatedAt,
    EachOnce,
    Id,
    In,
    Name,
    Out,
    PrincipalId,
    Time,
    UpdatedAt,
    Version,
    example,
)
from aftercare_chassis.lifecycle import Actor
from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from cs_svc.api.schemas.hours import MinuteOfDay, clock, minutes
from cs_svc.commands.routing.agents import AgentSetting, TeamSetting
from cs_svc.domain.routing.agents import AGENT, Agent, Presence, Skill, SkillKind, Team
from cs_svc.domain.routing.shifts import Shift, TimeOff

Ids = Annotated[list[Id], Field(default_factory=list, max_length=50), EachOnce()]
Codes = Annotated[list[Code], Field(default_factory=list, max_length=50), EachOnce()]
Weekday = Annotated[int, Field(ge=0, le=6)]


class TeamIn(In):
    """A team and its queue. Empty lists: it is for all."""

    model_config = example(
        name="中文售后组",
        reasons=["quality_defect"],
        languages=["zh"],
        overflow_team_id="general",
        overflow_seconds=180,
        offer_seconds=20,
    )

    name: Name
    """What it is called, for people."""
    merchant_id: PrincipalId | None = None
    """The merchant for which it is; left out: for all."""
    reasons: Codes
    """The reasons of cases that it is for."""
    languages: Codes
    """The languages that it is for, such as `zh`."""
    overflow_team_id: Id | None = None
    """The team for which conversations wait that have waited too long for this one."""
    overflow_seconds: Annotated[int, Field(ge=1, le=86_400)] = 300
    """How long is too long."""
    offer_seconds: Annotated[int, Field(ge=5, le=600)] = 30
    """How long an agent has to take what is offered."""

    def wanted(self) -> TeamSetting:
        """The team as the command takes it."""
        return TeamSetting(**self.model_dump())


class TeamOut(Out):
    """A team and its queue, which have the same id."""

    id: str
    """Identifies the team and its queue."""
    version: Version
    name: str
    """What it is called, for people."""
    merchant_id: str | None
    """The merchant for which it is; null: for all."""
    reasons: list[str]
    """The reasons of cases that it is for; empty: for all."""
    languages: list[str]
    """The languages that it is for; empty: for all."""
    overflow_team_id: str | None
    """The team for which conversations wait that have waited too long for this one."""
    overflow_seconds: int
    """How long is too long."""
    offer_seconds: int
    """How long an agent has to take what is offered."""
    created_at: CreatedAt
    updated_at: UpdatedAt

    @classmethod
    def of(cls, team: Team) -> Self:
        """The team as it is shown."""
        return cls.model_validate(team, from_attributes=True)


class SkillIn(In):
    """What an agent can do, and how well."""

    kind: SkillKind
    """A category of goods, a reason of cases, or a language."""
    code: Code
    """Which one, such as `quality_defect` or `zh`."""
    level: Annotated[int, Field(ge=1, le=5)] = 3
    """From 1 to 5, the best."""


class SkillOut(Out):
    """What an agent can do, and how well."""

    kind: SkillKind
    """A category of goods, a reason of cases, or a language."""
    code: str
    """Which one."""
    level: int
    """From 1 to 5, the best."""


class ShiftIn(In):
    """A part of each week in which the agent works. One that does not end after it begins ends on the next day."""

    weekday: Weekday
    """0 is Monday."""
    opens: MinuteOfDay
    """When it begins."""
    closes: MinuteOfDay
    """When it ends."""


class ShiftOut(Out):
    """A part of each week in which the agent works."""

    weekday: int
    """0 is Monday."""
    opens: str
    """When it begins."""
    closes: str
    """When it ends."""


class TimeOffIn(In):
    """From when until when the agent does not work."""

    begins_at: Time
    """When it begins."""
    ends_at: Time
    """When it ends."""

    @field_validator("ends_at")
    @classmethod
    def _in_order(cls, ends_at: Time, known: ValidationInfo) -> Time:
        begins_at = known.data.get("begins_at")
        if begins_at is not None and begins_at >= ends_at:
            raise PydanticCustomError(
                "times_invalid", "Must be later than `begins_at`.", {"zh": "必须晚于 begins_at。"}
            )
        return ends_at


class TimeOffOut(Out):
    """From when until when the agent does not work."""

    begins_at: Time
    """When it begins."""
    ends_at: Time
    """When it ends."""


class AgentIn(In):
    """An agent: teams, skills, capacity and when they work."""

    model_config = example(
        teams=["general"],
        skills=[{"kind": "language", "code": "zh", "level": 5}],
        capacity=40,
        shifts=[
            {"weekday": 0, "opens": "09:00", "closes": "12:00"},
            {"weekday": 0, "opens": "13:30", "closes": "18:00"},
        ],
    )

    teams: Ids
    """The teams whose conversations the agent is offered."""
    leads: Ids
    """The teams that the agent leads: only an administrator sets it."""
    skills: Annotated[list[SkillIn], Field(default_factory=list, max_length=100)]
    """What the agent can do. What a conversation needs and nobody of the team can do is given to anybody."""
    capacity: Annotated[int, Field(ge=1, le=1_000)] = 40
    """How much the agent may have at the same time: a conversation takes ten, a call forty."""
    time_zone: Annotated[str, Field(max_length=64)] = "Asia/Shanghai"
    """That of the shifts."""
    shifts: Annotated[list[ShiftIn], Field(default_factory=list, max_length=28)]
    """When the agent works each week, several a day where a shift is split; none: whenever they are online."""
    time_off: Annotated[list[TimeOffIn], Field(default_factory=list, max_length=100)]
    """When the agent does not work, whatever the shifts are."""

    def wanted(self) -> AgentSetting:
        """The agent as the command takes it."""
        return AgentSetting(
            teams=self.teams,
            leads=self.leads,
            skills=[Skill(kind=each.kind.value, code=each.code, level=each.level) for each in self.skills],
            capacity=self.capacity,
            time_zone=self.time_zone,
            shifts=[
                Shift(weekday=each.weekday, opens=minutes(each.opens), closes=minutes(each.closes))
                for each in self.shifts
            ],
            time_off=[TimeOff(begins_at=_utc(each.begins_at), ends_at=_utc(each.ends_at)) for each in self.time_off],
        )


def _utc(at: Time) -> str:
    return at.astimezone(UTC).isoformat()


class AgentOut(Out):
    """An agent."""

    id: str
    """The id of the person."""
    version: Version
    state: Presence
    """Whether the agent works: only who is online is offered anything."""
    teams: list[str]
    """The teams whose conversations the agent is offered."""
    leads: list[str]
    """The teams that the agent leads."""
    skills: list[SkillOut]
    """What the agent can do."""
    capacity: int
    """How much the agent may have at the same time: a conversation takes ten, a call forty."""
    load: int
    """How much the agent has: what is offered, what awaits an answer, and what was written in a short while ago."""
    is_ready: bool
    """Whether the agent is offered conversations now: online, within a shift, and not off."""
    time_zone: str
    """That of the shifts."""
    shifts: list[ShiftOut]
    """When the agent works each week; empty: whenever they are online."""
    time_off: list[TimeOffOut]
    """When the agent does not work."""
    seen_until: Time | None
    """When the agent counts as offline, if nothing is sent until then; null for one who is."""
    allowed_actions: AllowedActions
    created_at: CreatedAt
    updated_at: UpdatedAt

    @classmethod
    def of(cls, agent: Agent, load: int, now: Time, actor: Actor) -> Self:
        """The agent as it is shown."""
        return cls(
            **{
                name: getattr(agent, name)
                for name in ("id", "version", "state", "teams", "leads", "capacity", "time_zone", "seen_until")
            },
            created_at=agent.created_at,
            updated_at=agent.updated_at,
            skills=[SkillOut.model_validate(each) for each in agent.skills],
            load=load,
            is_ready=agent.is_ready(now),
            shifts=_shifts(agent.shifts),
            time_off=[TimeOffOut.model_validate(each) for each in agent.time_off],
            allowed_actions=AllowedOut.of(AGENT.allowed(agent, actor)),
        )


def _shifts(shifts: Sequence[Shift]) -> list[ShiftOut]:
    return [
        ShiftOut(weekday=each["weekday"], opens=clock(each["opens"]), closes=clock(each["closes"])) for each in shifts
    ]
