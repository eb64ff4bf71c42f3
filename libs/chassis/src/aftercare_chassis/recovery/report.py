"""What a reconciliation has found and done, for people and for programs."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import datetime

from pydantic_core import to_json

from aftercare_chassis.recovery.lost_events import OwnLog
from aftercare_chassis.recovery.unrestored import UnrestoredEvent

SHOWN = 50
"""How many events the text lists; `--json` has all."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Where the database stands in a partition: it has handled what is before `cursor`. `committed` is the offset that Kafka kept for the
    group, None where it kept none."""

    topic: str
    partition: int
    cursor: int
    end: int
    committed: int | None


@dataclass(slots=True)
class Report:
    """`lost` counts the own events on the log that the database does not have, by type. `redone` of them were done again, the others are in
    `unrestored`, with those that earlier reconciliations have left there."""

    service: str
    applied: bool
    restored_to: datetime | None = None
    lost: dict[str, int] = field(default_factory=dict)
    aggregates: int = 0
    redone: int = 0
    unrestored: list[UnrestoredEvent] = field(default_factory=list)
    already_sent: int = 0
    contradicting: list[str] = field(default_factory=list)
    published_twice: list[str] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    parked: int = 0

    def found(self, own: OwnLog) -> None:
        """Take over what the log has."""
        self.lost = dict(sorted(Counter(each.envelope.type for each in own.lost).items()))
        self.aggregates = len({each.envelope.subject for each in own.lost})
        self.published_twice = [
            f"{each.envelope.subject} #{each.envelope.sequence} {each.envelope.type}" for each in own.contradicting
        ]

    @property
    def needs_a_person(self) -> bool:
        """Whether something is left that no reconciliation mends."""
        return bool(self.unrestored or self.contradicting or self.published_twice or self.parked)

    def json(self) -> str:
        """The report for programs."""
        return to_json(asdict(self) | {"needs_a_person": self.needs_a_person}).decode()

    def text(self) -> str:
        """The report for people."""
        return "\n".join([*self._summary(), *self._for_people()])

    def _summary(self) -> list[str]:
        if self.restored_to is None:
            restored = "the database has no rows of work"
        else:
            restored = f"the last work in the database is of {self.restored_to:%Y-%m-%d %H:%M:%S %Z}"
        behind = [each for each in self.unread if each.committed is not None and each.committed > each.cursor]
        done = f"{self.redone} done again" if self.applied else "nothing is changed without --apply"
        return [
            f"{self.service}: {restored}",
            f"own events that it has lost: {sum(self.lost.values())}, of {self.aggregates} aggregates; {done}",
            *(f"  {count:>7} {name}" for name, count in self.lost.items()),
            f"outbox: {self.already_sent} rows are on the log already{' and were deleted' if self.applied else ''}",
            f"events of others to be handled again: {sum(each.end - each.cursor for each in self.unread)},"
            f" in {len(behind)} partitions offsets {'were' if self.applied else 'are to be'} put back",
        ]

    def _for_people(self) -> list[str]:
        if not self.needs_a_person:
            return []
        lines = ["", "For a person to look at:"]
        for each in self.unrestored[:SHOWN]:
            lines.append(
                f"  {each.happened_at:%Y-%m-%d %H:%M:%S} {each.type} {each.aggregateid} #{each.sequence}: {each.reason}"
            )
        if len(self.unrestored) > SHOWN:
            lines.append(f"  … and {len(self.unrestored) - SHOWN} more (--json)")
        lines += [f"  not sent, the log has another event with this number: {each}" for each in self.contradicting]
        lines += [f"  two events of one number are on the log: {each}" for each in self.published_twice]
        if self.parked:
            lines.append(f"  {self.parked} events are parked: see `parked list`")
        return lines
