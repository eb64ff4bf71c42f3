"""Observers of aggregates: they see each change beside the row as it was read."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from aftercare_chassis.database.observers import Observers
from aftercare_events import Event


@dataclass(frozen=True)
class Document:
    id: str
    version: int


def noting(seen: list[tuple[Any, Any]]) -> Observers:
    async def observer(_: Any, before: Any, after: Any, events: tuple[Event, ...]) -> tuple[Event, ...]:
        seen.append((before, after))
        return events

    return Observers({"documents": observer})


async def test_an_observer_has_the_row_as_it_was_read_and_then_as_it_was_saved() -> None:
    seen: list[tuple[Any, Any]] = []
    observers, first = noting(seen), Document("a", 3)
    observers.read(first)
    for version in (4, 5):
        await observers.changed(None, "documents", replace(first, version=version), ())
    assert seen == [(first, Document("a", 4)), (Document("a", 4), Document("a", 5))]


async def test_a_new_row_was_nothing_before() -> None:
    seen: list[tuple[Any, Any]] = []
    await noting(seen).changed(None, "documents", Document("a", 0), ())
    assert seen == [(None, Document("a", 0))]


async def test_a_row_that_was_not_read_is_not_taken_for_a_new_one() -> None:
    seen: list[tuple[Any, Any]] = []
    with pytest.raises(ValueError, match="documents"):
        await noting(seen).changed(None, "documents", Document("a", 3), ())
    assert seen == []
