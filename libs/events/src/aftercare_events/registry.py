"""Every event this build knows, and how events of older versions become newer ones."""

import json
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from aftercare_events.catalogue import (
    articles,
    case_progress,
    case_refunds,
    complaints,
    conversations,
    disputes,
    feedback,
    insights,
    orders,
    parcels,
    payments,
    returns,
    reviews,
    sanctions,
)
from aftercare_events.event import Event

CATALOGUE = (
    *(orders, payments, parcels),
    *(reviews, returns, case_refunds, case_progress, disputes, sanctions),
    *(complaints, conversations, feedback),
    articles,
    insights,
)
"""The modules with event classes, in the order of the documentation."""

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


def _events_in(module: ModuleType) -> Iterator[type[Event]]:
    """Yield the events that a module defines: classes with a constant matter. The others only share fields."""
    for each in vars(module).values():
        is_own = isinstance(each, type) and issubclass(each, Event) and each.__module__ == module.__name__
        if is_own and not each.model_fields["matter"].is_required():
            yield each


EVENTS: dict[str, type[Event]] = {cls.type_name(): cls for module in CATALOGUE for cls in _events_in(module)}
"""Every event class by its type name."""

UPCASTERS: dict[str, tuple[str, Upcaster]] = {}
"""Old type name -> the type name it becomes and the function that rewrites its data."""


class WrongSchema(ValueError):
    """The data is not what its type says; tells where and how, and quotes no value."""


def upcaster(old: str, *, to: str) -> Callable[[Upcaster], Upcaster]:
    """Declare how data of type `old` is rewritten to fit type `to`; chains of versions are followed."""

    def register(rewrite: Upcaster) -> Upcaster:
        if old in UPCASTERS:
            raise ValueError(f"two upcasters for {old}")
        UPCASTERS[old] = (to, rewrite)
        return rewrite

    return register


def reads(type_name: str) -> type[Event] | None:
    """The class in which this build reads events of this type; None where it knows no such type."""
    while type_name in UPCASTERS:
        type_name = UPCASTERS[type_name][0]
    return EVENTS.get(type_name)


def parse(type_name: str, data: bytes) -> Event | None:
    """The event of this type, brought to its newest version; None for a type this build does not know.

    None, too, for an event that `retells` one of an older version which this build reads: the fact is heard there, and
    would be heard twice. WrongSchema when the data does not fit the type.
    """
    cls = reads(type_name)
    if cls is None:
        return None
    try:
        event = cls.model_validate_json(_upcast(type_name, data) if type_name in UPCASTERS else data)
    except ValidationError as error:
        raise WrongSchema(f"the data does not fit {cls.type_name()}: {_offences(error)}") from error
    retold = vars(event).get("retells")
    return None if retold is not None and reads(retold) else event


def _upcast(type_name: str, data: bytes) -> bytes:
    fields = fields_of(type_name, data)
    while type_name in UPCASTERS:
        type_name, rewrite = UPCASTERS[type_name]
        try:
            fields = rewrite(fields)
        except (LookupError, TypeError, ValueError) as error:
            raise WrongSchema(f"the data does not fit what becomes {type_name}: {type(error).__name__}") from error
    return json.dumps(fields, ensure_ascii=False).encode()


def fields_of(type_name: str, data: bytes) -> dict[str, Any]:
    """The data of an event of any type, known or not, as a JSON object; WrongSchema where it is none."""
    try:
        fields = from_json(data)
    except ValueError as error:
        raise WrongSchema(f"the data of {type_name} is not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise WrongSchema(f"the data of {type_name} is not a JSON object")
    return fields


def _offences(error: ValidationError) -> str:
    """Where and what, without the values: they may be anything."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    told = [": ".join(filter(None, (".".join(map(str, each["loc"])), each["msg"]))) for each in found[:3]]
    return "; ".join(told) + (f"; and {len(found) - 3} more" if len(found) > 3 else "")
