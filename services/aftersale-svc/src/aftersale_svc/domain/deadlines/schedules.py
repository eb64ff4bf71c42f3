"""When a deadline ends: the rules and calendars that hold now, and what they make of a timer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aftercare_chassis.records import replace

from aftersale_svc.domain.deadlines.calendars import (
    WEEK,
    Calendar,
    add_working_days,
    add_working_time,
    working_seconds,
)
from aftersale_svc.domain.deadlines.rules import DeadlineRule, RuleScope, RuleSet, Unit, is_within, own_rules
from aftersale_svc.domain.deadlines.standstills import Standstill
from aftersale_svc.domain.permissions import PLATFORM_OWNER

DEFAULT_CALENDAR = "CN"
MERCHANT_CALENDAR = "merchant:"
"""How the ids of the calendars of merchants begin."""


def merchant_calendar(merchant_id: str) -> str:
    """The id of a merchant's own calendar."""
    return f"{MERCHANT_CALENDAR}{merchant_id}"


@dataclass(frozen=True, slots=True)
class Due:
    """When a deadline ends. It is provisional where it depends on days that its calendar does not know yet."""

    at: datetime
    provisional: bool = False


def deadline(since: datetime, rule: DeadlineRule, calendar: Calendar) -> Due:
    """When a time ends that begins then. Plain hours need no calendar."""
    if rule.unit is Unit.HOURS:
        return Due(since + timedelta(hours=rule.amount))
    if rule.unit is Unit.WORKING_DAYS:
        return _due(calendar, add_working_days(calendar, since, int(rule.amount)))
    return _due(calendar, add_working_time(calendar, since, rule.amount * 3600))


def left_of(at: datetime, due_at: datetime, rule: DeadlineRule, calendar: Calendar) -> int:
    """What is left of a time that is stopped then, in whole seconds; of working time where that is counted."""
    if rule.unit is Unit.HOURS:
        return max(0, int((due_at - at).total_seconds()))
    return working_seconds(calendar, at, due_at)


def continued(since: datetime, seconds: int, rule: DeadlineRule, calendar: Calendar) -> Due:
    """When a time ends that goes on then, of which `left_of` was left."""
    if rule.unit is Unit.HOURS:
        return Due(since + timedelta(seconds=seconds))
    return _due(calendar, add_working_time(calendar, since, seconds))


def _due(calendar: Calendar, at: datetime) -> Due:
    return Due(at, provisional=not calendar.is_known(calendar.local_day(at - timedelta(microseconds=1))))


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rule that holds for a timer of a row: of which version, and with which calendar."""

    rule: DeadlineRule
    scope: RuleScope
    version: int
    calendar: Calendar

    @property
    def counts_days(self) -> bool:
        """Whether its calendar decides when the time ends."""
        return self.rule.unit is not Unit.HOURS


@dataclass(frozen=True, slots=True)
class Schedules:
    """The rules and calendars that hold now, by owner and by id, and the last standstills.

    `choices` are the timers that merchants may set rules of their own for, each with whose time it is.
    """

    rule_sets: Mapping[str, RuleSet] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    standstills: Sequence[Standstill] = ()
    choices: Mapping[str, str] = field(default_factory=dict)

    def choose(self, row: object, timer: str, hours: float) -> Chosen:
        """The rule for a timer of this row: the merchant's own, where it is within the bounds of what the platform gives, else that."""
        given = self.given(row, timer, hours)
        merchant_id = getattr(row, "merchant_id", "")
        own, turn = self.rule_sets.get(own_rules(merchant_id)), self.choices.get(timer)
        if own is None or turn is None:
            return given
        rule = own.find(timer, row, lambda each: is_within(each, given.rule, turn))
        if rule is None:
            return given
        if turn == "buyer":  # whom the platform reminds, the merchant does not silence
            rule = replace(rule, reminders=given.rule.reminders)
        return Chosen(rule, own.scope, own.version, self.calendar_for(rule, merchant_id))

    def given(self, row: object, timer: str, hours: float) -> Chosen:
        """What the platform gives a row: by its rules for the merchant, else by those for all, else the hours of the settings."""
        merchant_id = getattr(row, "merchant_id", "")
        for owner in (merchant_id, PLATFORM_OWNER):
            rules = self.rule_sets.get(owner)
            rule = rules.find(timer, row) if rules is not None else None
            if rules is not None and rule is not None:
                return Chosen(rule, rules.scope, rules.version, self.calendar_for(rule, merchant_id))
        return Chosen(DeadlineRule(timer, hours), RuleScope.SETTINGS, 0, WEEK)

    def calendar_for(self, rule: DeadlineRule, merchant_id: str) -> Calendar:
        """The calendar that a rule of this merchant counts in; WEEK where none was loaded."""
        ids = (rule.calendar,) if rule.calendar else (merchant_calendar(merchant_id), DEFAULT_CALENDAR)
        return next((self.calendars[each] for each in ids if each in self.calendars), WEEK)
