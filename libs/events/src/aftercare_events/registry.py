"""Every event this build knows, and how events of older versions become newer ones."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from aftercare_events import aftersale, analytics, cs, kb, order
from aftercare_events.event import Event

PRODUCERS = (order, aftersale, cs, kb, analytics)

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


def _concrete(cls: type[Event]) -> Iterator[type[Event]]:
    # A class that says its matter is an event; the ones above it only share fields.
    if not cls.model_fields["matter"].is_required():
        yield cls
    for below in cls.__subclasses__():
        yield from _concrete(below)


EVENTS: dict[str, type[Event]] = {cls.type_name(): cls for cls in _concrete(Event)}
"""Every event class by its type name."""

UPCASTERS: dict[str, tuple[str, Upcaster]] = {}
"""Old type name -> the type name it becomes and the function that rewrites its data."""


def upcaster(old: str, *, to: str) -> Callable[[Upcaster], Upcaster]:
    """Declare how data of type `old` is rewritten to fit type `to`; chains of versions are followed."""

    def register(rewrite: Upcaster) -> Upcaster:
        if old in UPCASTERS:
            raise ValueError(f"two upcasters for {old}")
        UPCASTERS[old] = (to, rewrite)
        return rewrite

    return register


def parse(type_name: str, data: bytes) -> Event | None:
    """The event of this type, brought to its newest version; None for a type this build does not know.

    None, too, for an event that `retells` one of an older version which this build reads: the fact is heard there, and
    would be heard twice. ValueError when the data does not fit the type.
    """
    if type_name in UPCASTERS:
        type_name, data = _upcast(type_name, data)
    cls = EVENTS.get(type_name)
    if cls is None:
        return None
    event = cls.model_validate_json(data)
    retold = getattr(event, "retells", None)
    return None if retold in EVENTS or retold in UPCASTERS else event


def _upcast(type_name: str, data: bytes) -> tuple[str, bytes]:
    fields = json.loads(data)
    if not isinstance(fields, dict):
        raise ValueError(f"the data of {type_name} is not an object")
    while type_name in UPCASTERS:
        type_name, rewrite = UPCASTERS[type_name]
        try:
            fields = rewrite(fields)
        except (LookupError, TypeError) as error:
            raise ValueError(f"the data does not fit what becomes {type_name}: {error!r}") from error
    return type_name, json.dumps(fields, ensure_ascii=False).encode()
