"""Calendars and rules of hours: what is sent, and how they are shown."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal

from aftercare_chassis.http.schemas import Code, CreatedAt, EachOnce, Id, In, Name, Out, example
from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from aftersale_svc.commands.deadlines.calendars import MerchantCalendar
from aftersale_svc.domain.deadlines.calendars import CalendarSource, DayKind, WorkingWindow
from aftersale_svc.domain.deadlines.reminders import MOST_REMINDERS
from aftersale_svc.domain.deadlines.rules import CONDITIONS, LEAST_HOURS, MOST_HOURS, DeadlineRule, Unit
from aftersale_svc.domain.deadlines.schedules import DEFAULT_CALENDAR
from aftersale_svc.domain.deadlines.stored import CalendarDay, CalendarVersion, RuleSetVersion

MinuteOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$", examples=["09:00"])]
Condition = Literal["type", "category", "reason", "stage", "buyer_level", "carrier"]
assert set(Condition.__args__) == set(CONDITIONS)  # type: ignore[attr-defined]


ClosedDay = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2099, 12, 31))]
MOST_WINDOWS = 28
"""So many windows a week has at most: four a day."""


def minutes(text: str) -> int:
    """The minutes of the day of a time such as `09:00`."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def clock(minute: int) -> str:
    """A minute of the day as a time such as `09:00`."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


class HoursIn(In):
    """From when until when, on the same day."""

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


class WorkingWindowIn(HoursIn):
    """A time of each week in which the merchant works."""

    weekday: Annotated[int, Field(ge=0, le=6)]
    """0 is Monday."""


class WorkingWindowOut(Out):
    """A time of each week in which the merchant works."""

    weekday: int
    """0 is Monday."""
    opens: str
    """When it begins."""
    closes: str
    """When it ends, on the same day."""


class MerchantCalendarIn(HoursIn):
    """A merchant's calendar: that of a country, with hours and closed days of its own."""

    model_config = example(
        based_on="CN",
        opens="09:00",
        closes="18:00",
        windows=[
            {"weekday": 0, "opens": "09:00", "closes": "12:00"},
            {"weekday": 0, "opens": "13:30", "closes": "18:00"},
        ],
        closed_days=["2026-05-20"],
    )

    based_on: Annotated[str, Field(pattern="^[A-Z]{2}$")] = DEFAULT_CALENDAR
    """The country whose working days and public holidays hold, such as `CN`."""
    time_zone: Annotated[str, Field(max_length=64)] | None = None
    """Where its days begin, such as `Asia/Shanghai`; the time zone of the country where it is left out."""
    opens: MinuteOfDay = "00:00"
    """When work begins on a working day."""
    closes: MinuteOfDay = Field(default="24:00", validate_default=True)
    """When it ends, on the same day."""
    windows: Annotated[list[WorkingWindowIn], Field(max_length=MOST_WINDOWS)] = Field(default_factory=list)
    """By weekday, several of one where its hours are split. Where there are some, a weekday without any is free, the weekend is not, and
    `opens` and `closes` hold for days that make up for a holiday on such a weekday only."""
    closed_days: Annotated[list[ClosedDay], Field(max_length=200), EachOnce()] = Field(default_factory=list)
    """Days on which the merchant is closed besides those of the country."""

    def wanted(self) -> MerchantCalendar:
        """The calendar as the command takes it."""
        return MerchantCalendar(
            based_on=self.based_on,
            time_zone=self.time_zone,
            opens=minutes(self.opens),
            closes=minutes(self.closes),
            windows=tuple(
                WorkingWindow(weekday=each.weekday, opens=minutes(each.opens), closes=minutes(each.closes))
                for each in self.windows
            ),
            closed_days=tuple(self.closed_days),
        )


class CalendarDayOut(Out):
    """A day that differs from the others of its week."""

    day: date
    """The local day."""
    kind: DayKind
    """A public holiday, a working day that makes up for one, or a day on which the merchant is closed."""
    name: str
    """The name of the holiday, as its source has it; empty for other days."""


class CalendarOut(Out):
    """The newest version of a calendar, with its own days. That of a merchant has those of its country as well."""

    id: str
    """A country, such as `CN`, or `merchant:` and the merchant."""
    version: int
    """Its number: deadlines name the version that they were computed with."""
    time_zone: str
    """Where its days begin."""
    source: CalendarSource
    """Where its days come from."""
    known_until: date | None = None
    """The last day that it knows. Deadlines beyond it are provisional until a newer version is loaded."""
    opens: str
    """When work begins on a working day."""
    closes: str
    """When it ends."""
    windows: list[WorkingWindowOut] = Field(default_factory=list)
    """The working hours by weekday; empty where they are the same on each working day."""
    based_on: str | None = None
    """The country of a merchant's calendar; null for that of a country."""
    days: list[CalendarDayOut]
    """Its own days, oldest first."""
    created_at: CreatedAt

    @classmethod
    def of(cls, version: CalendarVersion, days: list[CalendarDay]) -> "CalendarOut":
        return cls(
            id=version.id,
            version=version.version,
            time_zone=version.time_zone,
            source=version.source,
            known_until=version.known_until,
            opens=clock(version.opens),
            closes=clock(version.closes),
            windows=[
                WorkingWindowOut(weekday=each["weekday"], opens=clock(each["opens"]), closes=clock(each["closes"]))
                for each in version.windows or ()
            ],
            based_on=version.based_on,
            days=[CalendarDayOut.model_validate(each) for each in days],
            created_at=version.created_at,
        )


ReminderHours = Annotated[float, Field(gt=0, le=MOST_HOURS)]


class RuleIn(In):
    """How long one timer runs."""

    timer: Code
    """Which timer: the name of its setting, such as `review_hours`."""
    unit: Unit = Unit.HOURS
    """What is counted. The day on which the time begins is no working day of it."""
    amount: Annotated[int, Field(ge=LEAST_HOURS, le=MOST_HOURS)]
    """How many hours, or working days: from 1 hour to 90 days."""
    calendar: Id | None = None
    """The calendar that working time is counted in; that of the merchant, or else of the country, where it is left out."""
    when: Annotated[dict[Condition, Name], Field(max_length=len(CONDITIONS))] = Field(default_factory=dict)
    """Only for documents with these values, such as `{"type": "refund_only"}`. The platform's rules for the merchant hold before
    those for all, and those before the settings; the merchant's own within the bounds of these. Of several rules of one owner that match, the one with most conditions holds, and of several such
    ones the first. A case
    has `category` where its lines have the same one, `buyer_level` where its order has one, and `carrier` once a parcel was sent in it;
    a dispute has the `category` of its complaint, a claim on a courier its `carrier`."""

    reminders: Annotated[list[ReminderHours], Field(max_length=MOST_REMINDERS), EachOnce()] | None = None
    """How many hours before the end people are reminded, each once; 24 and 2 where it is left out, never where it is empty."""

    @field_validator("amount")
    @classmethod
    def _within_bounds(cls, amount: int, known: ValidationInfo) -> int:
        most = known.data.get("unit", Unit.HOURS).most
        if amount > most:
            zh, en = f"最多 {most} 个工作日。", f"Must be at most {most} working days."
            raise PydanticCustomError("out_of_range", en, {"zh": zh})
        return amount

    def rule(self) -> DeadlineRule:
        """The rule as the command takes it."""
        when = {str(name): value for name, value in self.when.items()}
        reminders = None if self.reminders is None else tuple(self.reminders)
        return DeadlineRule(self.timer, self.amount, self.unit, self.calendar, when, reminders)


class RulesIn(In):
    """A new version of the rules: all of them, since it takes the place of the version before."""

    model_config = example(
        rules=[{"timer": "review_hours", "amount": 2, "unit": "working_days", "when": {"type": "refund_only"}}]
    )

    rules: Annotated[list[RuleIn], Field(max_length=100)]
    """None: the settings hold again, or the platform's rules."""


class RuleOut(Out):
    """How long one timer runs."""

    timer: str
    """The name of its setting."""
    amount: int
    """How many hours, or working days."""
    unit: Unit
    """What `amount` counts."""
    calendar: str | None = None
    """The calendar that it names; null where it is that of the merchant or the country."""
    when: dict[str, str]
    """The values that a document has to have."""
    reminders: list[float] | None = None
    """How many hours before the end people are reminded; null where it is 24 and 2."""


class RulesOut(Out):
    """The newest version of the rules of the platform, of those for a merchant, or of a merchant's own."""

    owner: str
    """`platform`, or the merchant that they are for, or whose own they are."""
    version: int
    """Its number; 0 where there are no rules, so that the settings hold."""
    rules: list[RuleOut]
    """The rules."""
    timers: list[str]
    """What a rule may be for."""

    @classmethod
    def of(cls, owner: str, version: RuleSetVersion | None, timers: Iterable[str]) -> "RulesOut":
        rules = [] if version is None else [RuleOut.model_validate(each) for each in version.rules]
        return cls(owner=owner, version=version.version if version else 0, rules=rules, timers=sorted(timers))
