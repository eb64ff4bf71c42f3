"""Who is present where, in all processes of a service, without a row in a database (ADR 84).

Each process publishes who enters and leaves, and every BEAT_SECONDS everybody who is there, so that each process knows all of them.
Those of a process that has crashed are dropped after LOST_SECONDS.
"""

import asyncio
import json
import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from aftercare_chassis.runtime import Runtime

BEAT_SECONDS, LOST_SECONDS = 20.0, 50.0
MOST_PAYLOAD = 7_000
"""Bytes of one notification; PostgreSQL takes 7,999."""
MOST_KNOWN = 200_000
"""People at places of other processes that are kept; further ones are not seen from here."""

Person = tuple[str, str]
"""The role and the id."""
Changed = Callable[[str, Person, bool], None]
"""Called with the place, who it is, and whether they are there now."""
_Entry = tuple[str, str, str, bool]


class Presence:
    """Who is where. `changed` is called in every process, once for all connections of a person to a place."""

    def __init__(self, runtime: Runtime[Any], name: str, changed: Changed) -> None:  # Any: whatever the settings are
        self._runtime, self._name, self._changed = runtime, name, changed
        self._process = secrets.token_hex(6)
        self._here: defaultdict[str, Counter[Person]] = defaultdict(Counter)
        self._there: defaultdict[str, dict[tuple[Person, str], float]] = defaultdict(dict)
        self._known = 0
        self._task: asyncio.Task[None] | None = None
        runtime.listeners[name] = self._notified

    def at(self, place: str) -> set[Person]:
        """Who is there."""
        return {*self._here.get(place, ()), *(person for person, _ in self._there.get(place, ()))}

    def enter(self, place: str, person: Person) -> None:
        """One more connection of a person to a place."""
        here, was_there = self._here[place], person in self.at(place)
        here[person] += 1
        if here[person] == 1:
            is_first = self._task is None or self._task.done()
            self._publish([(place, *person, True)], asks=is_first)
            if is_first:
                self._task = asyncio.create_task(self._beat())
        if not was_there:
            self._changed(place, person, True)

    def leave(self, place: str, person: Person) -> None:
        """One connection less."""
        here = self._here[place]
        here[person] -= 1
        if here[person] > 0:
            return
        del here[person]
        if not here:
            del self._here[place]
        self._publish([(place, *person, False)])
        if person not in self.at(place):
            self._changed(place, person, False)

    async def _beat(self) -> None:
        while self._here and not self._runtime.leaving():
            await asyncio.sleep(BEAT_SECONDS)
            self._publish(self._all_here())
            self._forget(asyncio.get_running_loop().time() - LOST_SECONDS)

    def _all_here(self) -> Iterator[_Entry]:
        return ((place, *person, True) for place, people in self._here.items() for person in people)

    def _publish(self, entries: Iterable[_Entry], *, asks: bool = False) -> None:
        batch, size = list[_Entry](), 0
        for each in entries:
            bytes_of_each = len(json.dumps(each))
            if batch and size + bytes_of_each > MOST_PAYLOAD:
                self._send(batch, False)
                batch, size = [], 0
            batch.append(each)
            size += bytes_of_each
        if batch:
            self._send(batch, asks)

    def _send(self, batch: list[_Entry], asks: bool) -> None:
        self._runtime.publish(self._name, json.dumps([self._process, batch, asks]))

    def _notified(self, payload: str | None) -> None:
        with suppress(ValueError, TypeError):  # of a later release
            process, entries, asks = json.loads(payload or "")
            if process != self._process:
                now = asyncio.get_running_loop().time()
                for place, role, person_id, is_there in entries:
                    self._seen(place, (role, person_id), process, now if is_there else None)
                if asks:
                    self._publish(self._all_here())

    def _seen(self, place: str, person: Person, process: str, at: float | None) -> None:
        was_there, there = person in self.at(place), self._there[place]
        key = person, process
        if at is None:
            self._known -= there.pop(key, None) is not None
        elif key in there or self._known < MOST_KNOWN:
            self._known += key not in there
            there[key] = at
        if not there:
            del self._there[place]
        is_there = person in self.at(place)
        if is_there != was_there:
            self._changed(place, person, is_there)

    def _forget(self, before: float) -> None:
        lost = [
            (place, *key) for place, there in self._there.items() for key, seen_at in there.items() if seen_at < before
        ]
        for place, person, process in lost:
            self._seen(place, person, process, None)
