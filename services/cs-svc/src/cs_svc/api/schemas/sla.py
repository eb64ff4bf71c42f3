"""Bodies of SLA policies, calendars and clocks."""

from datetime import date
from typing import Annotated, Self

from aftercare_chassis.http.schemas import (
    CreatedAt,
    EachOnce,
    Id,
    In,
    Out,
    PrincipalId,
    Time,
    UpdatedAt,
    Version,
    example,
)
from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from cs_svc.api.schemas.hours import MinuteOfDay, clock, minutes
from cs_svc.commands.sla.policies import PolicySetting
from cs_svc.domain.channels import Channel
from cs_svc.domain.routing.queue import Priority
from cs_svc.domain.sla.calendars import SlaCalendar, StoredDay, StoredWindow
from cs_svc.domain.sla.clocks import Clock, ClockState
from cs_svc.domain.sla.policies import DEFAULT_CHAIN, ClockKind, Escalation, EscalationAction, SlaPolicy

Minutes = Annotated[int, Field(ge=1, le=129_600)]
"""Up to 90 days."""
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2099, 12, 31))]


class EscalationIn(In):
    """What happens when a part of the time has passed."""

    percent: Annotated[int, Field(ge=1, le=100)]
    """How much of the time."""
    action: EscalationAction
    """Whether the agent is reminded, the conversation becomes more urgent, or who leads the team is called."""


class EscalationOut(Out):
    """What happens when a part of the time has passed."""

    percent: int
    """How much of the time."""
    action: EscalationAction
    """What happens then."""


def _default() -> list[EscalationIn]:
    return [EscalationIn(percent=each["percent"], action=EscalationAction(each["action"])) for each in DEFAULT_CHAIN]


class SlaPolicyIn(In):
    """Within how long a conversation is answered and solved. What is left out is for all."""

    model_config = example(team_id="general", calendar_id="office", first_answer_minutes=10, resolution_minutes=960)

    team_id: Id | None = None
    """The team for whose conversations it is."""
    channel: Channel | None = None
    """The channel for which it is."""
    merchant_id: PrincipalId | None = None
    """The merchant for which it is."""
    priority: Priority | None = None
    """The priority for which it is."""
    calendar_id: Id | None = None
    """The calendar in whose working time it counts; left out: every hour counts."""
    first_answer_minutes: Minutes | None = None
    """Within how long the first message is answered; left out: there is no limit."""
    next_answer_minutes: Minutes | None = None
    """Within how long each later message is answered; left out: there is no limit."""
    resolution_minutes: Minutes | None = None
    """Within how long the conversation is closed, without the time in which the buyer has to write; left out: there is no limit."""
    escalations: Annotated[list[EscalationIn], Field(default_factory=_default, max_length=10)]
    """What happens before the time has passed: at 50, 75 and 100 percent where it is left out."""
    pause_when_snoozed: bool = False
    """Whether its clocks stand still while a conversation is put off; else they run on."""

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if self.first_answer_minutes is self.next_answer_minutes is self.resolution_minutes is None:
            raise PydanticCustomError("no_limit", "Set at least one limit.", {"zh": "请至少设置一项时限。"})
        return self

    def wanted(self) -> PolicySetting:
        """The policy as the command takes it."""
        steps = [Escalation(percent=each.percent, action=each.action.value) for each in self.escalations]
        return PolicySetting(**self.model_dump(exclude={"escalations"}), escalations=steps)


class SlaPolicyOut(Out):
    """Within how long a conversation is answered and solved. Null: for all, or no limit."""

    id: str
    """Identifies the policy."""
    version: Version
    team_id: str | None
    """The team for whose conversations it is."""
    channel: Channel | None
    """The channel for which it is."""
    merchant_id: str | None
    """The merchant for which it is."""
    priority: Priority | None
    """The priority for which it is."""
    calendar_id: str | None
    """The calendar in whose working time it counts."""
    first_answer_minutes: int | None
    """Within how long the first message is answered."""
    next_answer_minutes: int | None
    """Within how long each later message is answered."""
    resolution_minutes: int | None
    """Within how long the conversation is closed."""
    escalations: list[EscalationOut]
    """What happens before the time has passed."""
    pause_when_snoozed: bool
    """Whether its clocks stand still while a conversation is put off."""
    created_at: CreatedAt
    updated_at: UpdatedAt

    @classmethod
    def of(cls, policy: SlaPolicy) -> Self:
        """The policy as it is shown."""
        return cls.model_validate(policy, from_attributes=True)


class SlaWindowIn(In):
    """A time of each week in which people work."""

    weekday: Annotated[int, Field(ge=0, le=6)]
    """0 is Monday."""
    opens: MinuteOfDay
    """When it begins."""
    closes: MinuteOfDay
    """When it ends, on the same day."""

    @field_validator("closes")
    @classmethod
    def _in_order(cls, closes: str, known: ValidationInfo) -> str:
        opens = known.data.get("opens")
        if opens is not None and minutes(opens) >= minutes(closes):
            raise PydanticCustomError("hours_invalid", "Must be later than `opens`.", {"zh": "必须晚于 opens。"})
        return closes


class SlaWindowOut(Out):
    """A time of each week in which people work."""

    weekday: int
    """0 is Monday."""
    opens: str
    """When it begins."""
    closes: str
    """When it ends, on the same day."""


class SlaCalendarIn(In):
    """A calendar: the working hours of a week, and the days that differ from it."""

    model_config = example(
        time_zone="Asia/Shanghai",
        windows=[
            {"weekday": 0, "opens": "09:00", "closes": "12:00"},
            {"weekday": 0, "opens": "13:30", "closes": "20:30"},
        ],
        holidays=["2026-10-01"],
        make_up_days=["2026-10-10"],
    )

    time_zone: Annotated[str, Field(max_length=64)] = "Asia/Shanghai"
    """Where its days begin."""
    windows: Annotated[list[SlaWindowIn], Field(min_length=1, max_length=28)]
    """The working hours of each weekday, several where they are split; a weekday without any is free."""
    holidays: Annotated[list[Day], Field(default_factory=list, max_length=400), EachOnce()]
    """Days on which nobody works. `GET /v1/calendars/{country}` of aftersale-svc has those of a country."""
    make_up_days: Annotated[list[Day], Field(default_factory=list, max_length=100), EachOnce()]
    """Free days on which people work, by the hours of their weekday, or from the first to the last hour of the week where it has none."""

    @model_validator(mode="after")
    def _each_day_is_one_of_them(self) -> Self:
        if both := sorted(set(self.holidays) & set(self.make_up_days)):
            raise PydanticCustomError(
                "day_twice",
                "A day is a holiday and a make-up day: {day}.",
                {"day": str(both[0]), "zh": f"同一天不能既是假日又是补班日：{both[0]}。"},
            )
        return self

    def stored_windows(self) -> list[StoredWindow]:
        """The hours as they are stored."""
        return [
            StoredWindow(weekday=each.weekday, opens=minutes(each.opens), closes=minutes(each.closes))
            for each in self.windows
        ]

    def stored_days(self) -> list[StoredDay]:
        """The days as they are stored."""
        return [
            *(StoredDay(day=day.isoformat(), kind="holiday") for day in self.holidays),
            *(StoredDay(day=day.isoformat(), kind="make_up") for day in self.make_up_days),
        ]


class SlaCalendarOut(Out):
    """A calendar: the working hours of a week, and the days that differ from it."""

    id: str
    """Identifies the calendar."""
    version: Version
    time_zone: str
    """Where its days begin."""
    windows: list[SlaWindowOut]
    """The working hours of each weekday."""
    holidays: list[date]
    """Days on which nobody works."""
    make_up_days: list[date]
    """Free days on which people work."""
    created_at: CreatedAt
    updated_at: UpdatedAt

    @classmethod
    def of(cls, calendar: SlaCalendar) -> Self:
        """The calendar as it is shown."""
        days = {
            kind: [each["day"] for each in calendar.days if each["kind"] == kind] for kind in ("holiday", "make_up")
        }
        windows = [
            {"weekday": each["weekday"], "opens": clock(each["opens"]), "closes": clock(each["closes"])}
            for each in calendar.windows
        ]
        return cls.model_validate(
            {
                "id": calendar.id,
                "version": calendar.version,
                "time_zone": calendar.time_zone,
                "windows": windows,
                "holidays": days["holiday"],
                "make_up_days": days["make_up"],
                "created_at": calendar.created_at,
                "updated_at": calendar.updated_at,
            }
        )


class SlaClockOut(Out):
    """A clock whose time has passed, or will have soon."""

    id: str
    """Identifies the clock: `clk_…`."""
    state: ClockState
    """`running`, or `breached` where its time has passed."""
    kind: ClockKind
    """What is owed."""
    conversation_id: str
    """The conversation."""
    case_id: str | None
    """The case that it is about; null where it is about none."""
    merchant_id: str | None
    """The merchant of its order; null where it is about none."""
    team_id: str | None
    """The team for which it waits, or waited; null where there is none."""
    policy_id: str
    """The policy that it follows."""
    target_seconds: int
    """How much working time there is."""
    due_at: Time
    """When it has passed."""
    breached_at: Time | None
    """When that was recorded; null where it has not passed."""

    @classmethod
    def of(cls, found: Clock) -> Self:
        """The clock as it is shown."""
        return cls.model_validate(found, from_attributes=True)
