"""Transactions that do again what a lost one has done, and prove by the log that it is the same.

They run at the time of the lost transaction, take the ids that it gave, and each event that they record has to be the one that is on the
log under its number. Such an event takes the place of the recorded one and is not published again.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from aftercare_events import Envelope, Event
from pydantic_core import from_json

from aftercare_chassis.database import outbox
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.recovery.lost_events import LoggedEvent, Place
from aftercare_chassis.settings import S_co

SAME_TIME = timedelta(seconds=5)
"""Times in the data of the two events may differ by this much: a lost transaction has read its clock more than once."""
_ID = re.compile(r"\b([a-z]+)_([0-9a-f]{12}7[0-9a-f]{19})\b")
_EPOCH_MS_DIGITS = 12


class Diverged(Exception):
    """What is done again is not what was lost. The message is for an operator."""


@dataclass(slots=True)
class RedoClock:
    """The time at which the step is done again."""

    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass(slots=True)
class RedoLog:
    """The own events that the database has lost, by place, and those that the present step is to record again."""

    lost: dict[Place, LoggedEvent] = field(default_factory=dict)
    expected: Sequence[LoggedEvent] = ()
    redone: list[LoggedEvent] = field(default_factory=list)
    _offered: dict[str, list[str]] = field(default_factory=dict)

    def begin(self, expected: Iterable[LoggedEvent]) -> None:
        """Begin a step that is to record these events again; their new ids are offered in the order in which they name them."""
        self.expected, self._offered = list(expected), {}
        for each in self.expected:
            made_at = each.envelope.time
            for prefix, digits in _ID.findall(f"{each.envelope.subject} {each.envelope.data.decode()}"):
                name, ids = f"{prefix}_{digits}", self._offered.setdefault(prefix, [])
                if name not in ids and abs(_time_of(digits) - made_at.timestamp()) < SAME_TIME.total_seconds():
                    ids.append(name)

    def id_for(self, prefix: str) -> str | None:
        """The next id that the lost transaction gave with this prefix; None where the log shows none."""
        ids = self._offered.get(prefix)
        return ids.pop(0) if ids else None

    def find(self, made: Envelope) -> LoggedEvent | None:
        """The event on the log in whose place this one was recorded. Raises: Diverged where it says something else."""
        logged = self.lost.get((made.topic, made.subject, made.sequence))
        if logged is None:
            return None
        if logged.envelope.type != made.type:
            raise Diverged(f"{made.type} would be recorded where the log has {logged.envelope.type}")
        if different := differences(from_json(logged.envelope.data), from_json(made.data)):
            raise Diverged(f"{made.type} would have another {', '.join(different)}")
        return logged

    def done(self, logged: LoggedEvent) -> None:
        """An event was recorded again, and its transaction is committed."""
        del self.lost[logged.place]
        self.redone.append(logged)


class RedoTransaction(Transaction[S_co]):
    """A transaction of a step of `redo`."""

    def __init__(self, *arguments: Any, redo: RedoLog, **options: Any) -> None:  # Any: those of Transaction
        super().__init__(*arguments, **options)
        self._redo, self._on_log, self._fresh = redo, set[Place](), set[str]()

    def new_id(self, prefix: str) -> str:
        if (found := self._redo.id_for(prefix)) is not None:
            return found
        made = super().new_id(prefix)
        self._fresh.add(made)
        return made

    def in_bulk(self) -> None:
        """Nothing: each event is compared before it is written."""

    def _publish(self) -> None:
        waiting = self.recorded[self._published :]
        outbox.add(self.writes, [each for each in waiting if _place(each) not in self._on_log])
        self._published = len(self.recorded)

    def _envelope(self, event: Event, sequence: int) -> Envelope:
        made = super()._envelope(event, sequence)
        logged = self._redo.find(made)
        if logged is None:
            if made.subject in self._fresh and self._redo.expected:
                raise Diverged(f"{made.type} would be recorded of {made.subject}, which the log does not have")
            return made
        self._on_log.add(logged.place)
        self.after_commit(partial(self._redo.done, logged))
        return logged.envelope


def _place(envelope: Envelope) -> Place:
    return envelope.topic, envelope.subject, envelope.sequence


def _time_of(digits: str) -> float:
    return int(digits[:_EPOCH_MS_DIGITS], 16) / 1000


def differences(logged: Any, made: Any, name: str = "") -> list[str]:  # Any: JSON
    """The fields in which the data of two events differ, but for times within SAME_TIME and fields that only one build writes."""
    if isinstance(logged, Mapping) and isinstance(made, Mapping):
        parts = (
            differences(logged[key], made[key], f"{name}.{key}".lstrip(".")) for key in logged.keys() & made.keys()
        )
        return sorted(each for part in parts for each in part)
    if isinstance(logged, list) and isinstance(made, list) and len(logged) == len(made):
        return [each for pair in zip(logged, made, strict=True) for each in differences(*pair, f"{name}[]")]
    return [] if logged == made or _same_time(logged, made) else [name]


def _same_time(*values: object) -> bool:
    try:
        one, other = (datetime.fromisoformat(str(value)) for value in values)
    except (TypeError, ValueError):
        return False
    return (one.tzinfo is None) == (other.tzinfo is None) and abs(one - other) < SAME_TIME
