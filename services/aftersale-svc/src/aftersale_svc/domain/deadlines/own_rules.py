"""What merchants may set about times themselves: less time for their own answers, more for those of buyers."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace

from aftersale_svc.domain.deadlines.errors import OwnRuleOutOfBounds, RuleUnknown
from aftersale_svc.domain.deadlines.rules import DeadlineRule, Unit, is_within
from aftersale_svc.domain.deadlines.schedules import Schedules


def check_own_rules(
    rules: Sequence[DeadlineRule],
    merchant_id: str,
    schedules: Schedules,
    hours: Mapping[str, float],
) -> None:
    """Check the rules of a merchant against what the platform gives documents with the values that each one names.

    `hours` are those of the settings, by timer. A rule of the platform with more conditions is no bound of the whole rule: `Schedules.choose`
    compares the two for each document.

    Raises:
        RuleUnknown: a rule is for the time of neither the merchant nor the buyer.
        OwnRuleOutOfBounds: it gives the merchant more time than the platform does, or buyers less, or counts it in another way,
            or changes when buyers are reminded.
    """
    for number, rule in enumerate(rules):
        if rule.timer not in schedules.choices:
            raise RuleUnknown(pointer=f"/rules/{number}/timer", value=rule.timer, allowed=list(schedules.choices))
        row = SimpleNamespace(**rule.when, merchant_id=merchant_id)
        bound = schedules.given(row, rule.timer, hours[rule.timer]).rule
        _check(number, rule, bound, schedules.choices[rule.timer])


def _check(number: int, rule: DeadlineRule, bound: DeadlineRule, turn: str) -> None:
    name = next((each for each in ("unit", "calendar") if getattr(rule, each) != getattr(bound, each)), "amount")
    if turn == "buyer" and rule.reminders is not None:
        name = "reminders"
    if name == "reminders" or not is_within(rule, bound, turn):
        raise OwnRuleOutOfBounds(
            pointer=f"/rules/{number}/{name}",
            value=_shown(getattr(rule, name)),
            turn=turn,
            given=_shown(bound.amount),
            unit=bound.unit,
            calendar=bound.calendar,
        )


def _shown(value: object) -> object:
    if isinstance(value, Unit):
        return value.value  # what was sent, and not its name
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return list(value) if isinstance(value, tuple) else value
