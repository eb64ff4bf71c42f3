"""Rules of hours: how long somebody has, as versioned data. Where no rule matches, the settings hold."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from aftersale_svc.domain.deadlines.errors import RuleTwice, RuleUnknown
from aftersale_svc.domain.permissions import PLATFORM_OWNER

LEAST_HOURS, MOST_HOURS = 1, 90 * 24
MOST_DAYS = 90
CONDITIONS = ("type", "category", "reason", "stage", "buyer_level", "carrier")
"""What a rule may depend on: attributes of the document that has the deadline. One that it does not have matches no rule."""


class Unit(StrEnum):
    """What is counted."""

    HOURS = "hours"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"

    @property
    def most(self) -> int:
        """The largest amount of a rule."""
        return MOST_DAYS if self is Unit.WORKING_DAYS else MOST_HOURS


class RuleScope(StrEnum):
    """Whose rule it is."""

    SETTINGS = "settings"
    PLATFORM = "platform"
    MERCHANT = "merchant"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """How long the timer of this name runs, for documents with these values.

    `calendar` names the calendar that working time is counted in; None: that of the merchant, or else of the country.
    `reminders` are the hours before its end at which people are reminded; None: DEFAULT_HOURS of `reminders`.
    """

    timer: str
    amount: float
    unit: Unit = Unit.HOURS
    calendar: str | None = None
    when: Mapping[str, str] = field(default_factory=dict)
    reminders: tuple[float, ...] | None = None

    def matches(self, timer: str, row: object) -> bool:
        """Whether it is for this timer of the row."""
        return self.timer == timer and all(getattr(row, name, None) == value for name, value in self.when.items())


OWN_RULES = "own\t"
"""How the owner of the rules that a merchant has set itself begins. No id has a tab, so that none is the owner of such rules."""


def own_rules(merchant_id: str) -> str:
    """The owner of the rules that this merchant has set itself; `merchant_id` is that of those that the platform has set for it."""
    return f"{OWN_RULES}{merchant_id}"


def is_within(own: DeadlineRule, bound: DeadlineRule, turn: str) -> bool:
    """Whether a merchant's own rule takes nothing from the other side: it counts as the platform's rule does, its own time is no longer,
    and that of the buyer no shorter."""
    if (own.unit, own.calendar) != (bound.unit, bound.calendar):
        return False
    return own.amount <= bound.amount if turn == "merchant" else own.amount >= bound.amount


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One version of the rules of the platform, of those that it has set for a merchant, or of the merchant's own."""

    owner: str
    version: int
    rules: tuple[DeadlineRule, ...]

    @property
    def scope(self) -> RuleScope:
        """Whose rules they are."""
        if self.owner.startswith(OWN_RULES):
            return RuleScope.OWN
        return RuleScope.PLATFORM if self.owner == PLATFORM_OWNER else RuleScope.MERCHANT

    def find(self, timer: str, row: object, among: Callable[[DeadlineRule], bool] | None = None) -> DeadlineRule | None:
        """The rule that holds: of those that match, and are `among` these, the one with the most conditions, and of several such ones
        the first."""
        matching = [rule for rule in self.rules if rule.matches(timer, row) and (among is None or among(rule))]
        return max(matching, key=lambda rule: len(rule.when), default=None)


def check_rules(
    rules: Sequence[DeadlineRule],
    timers: Iterable[str],
    calendars: Iterable[str],
    values: Mapping[str, Collection[str]],
) -> None:
    """Check rules before they become a version. `values` are those that a condition may have, where they are known.

    Raises:
        RuleUnknown: a rule names a timer, a calendar or a value that does not exist.
        RuleTwice: two rules are for the same timer and the same documents.
    """
    known_timers, known_calendars = sorted(timers), sorted(calendars)
    seen: set[tuple[object, ...]] = set()
    for number, rule in enumerate(rules):
        if rule.timer not in known_timers:
            raise RuleUnknown(pointer=f"/rules/{number}/timer", value=rule.timer, allowed=known_timers)
        if rule.calendar is not None and rule.calendar not in known_calendars:
            raise RuleUnknown(pointer=f"/rules/{number}/calendar", value=rule.calendar, allowed=known_calendars)
        for name, value in rule.when.items():
            if name in values and value not in values[name]:
                raise RuleUnknown(pointer=f"/rules/{number}/when/{name}", value=value, allowed=sorted(values[name]))
        key = (rule.timer, *sorted(rule.when.items()))
        if key in seen:
            raise RuleTwice(pointer=f"/rules/{number}", timer=rule.timer)
        seen.add(key)
