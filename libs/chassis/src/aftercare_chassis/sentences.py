"""Sentences for people, in Chinese and English, filled in from facts.

A template names facts as `str.format` does, and adds:

- `{left_minor:money}`: an amount in minor units, as people write it (101.00 CNY), with the fact `currency` beside it;
- `{count:unit|units}`: the number and the noun in its singular or plural (1 unit, 2 units);
- `{allowed:or none}`: a list, a text or a time, or the text behind `or` where it is empty or null.

A list is separated by commas. A fact that is missing becomes "…": it must not turn a refusal into a failure. A member of an
enumeration is written by its name, where `name_codes` has registered one; a time by the clocks of `DEFAULT_ZONE`, to the second.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from enum import StrEnum
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

from aftercare_chassis.currencies import EXPONENTS, written

DEFAULT_ZONE = ZoneInfo("Asia/Shanghai")
"""The time zone of sentences whose readers have set none."""
_MISSING, _NOTHING = "…", "-"
_ABSENT = object()
_OTHERWISE = "or "


def is_chinese(language: str) -> bool:
    """Whether sentences in `language` (a tag such as `zh-CN`) are in Chinese; all others are in English."""
    return language.lower().startswith("zh")


def clock(at: datetime, zone: tzinfo) -> str:
    """A time to the minute, without its zone."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def in_zone(at: datetime, zone: ZoneInfo) -> str:
    """A time to the minute, with the name of its zone."""
    return f"{clock(at, zone)} {zone.key}"


_NAMES: dict[type[StrEnum], Mapping[str, tuple[str, str]]] = {}


def name_codes(codes: type[StrEnum], names: Mapping[str, tuple[str, str]]) -> None:
    """Write the members of this enumeration by these names, in Chinese and in English, in every sentence of the process."""
    _NAMES[codes] = names


def _text(value: object, place: int) -> str:
    """A value as it is written; `place` 0 is Chinese, 1 English."""
    if isinstance(value, datetime):
        return f"{value.astimezone(DEFAULT_ZONE):%Y-%m-%d %H:%M:%S} {DEFAULT_ZONE.key}"
    name = _NAMES.get(type(value), {}).get(value) if isinstance(value, StrEnum) else None
    return str(value) if name is None else name[place]


def fill(template: str, facts: Mapping[str, object], language: str) -> str:
    """The template with its facts."""
    return _Filler(facts, 0 if is_chinese(language) else 1).vformat(template, (), facts)


class _Filler(Formatter):
    def __init__(self, facts: Mapping[str, object], place: int) -> None:
        self._currency, self._place = facts.get("currency"), place

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:  # the signature of Formatter
        return kwargs.get(str(key), _ABSENT)

    def format_field(self, value: Any, format_spec: str) -> str:  # the signature of Formatter
        if value in (None, "") and format_spec.startswith(_OTHERWISE):
            return format_spec.removeprefix(_OTHERWISE)
        if value is None or value is _ABSENT:
            return _MISSING
        if format_spec == "money":
            return written(value, str(self._currency)) if self._currency in EXPONENTS else _MISSING
        if "|" in format_spec:
            singular, plural = format_spec.split("|")
            return f"{value} {singular if value == 1 else plural}"
        if isinstance(value, Iterable) and not isinstance(value, str | Mapping):
            written_out = ("、", ", ")[self._place].join(_text(item, self._place) for item in value)
            return written_out or format_spec.removeprefix(_OTHERWISE) or _NOTHING
        return _text(value, self._place)
