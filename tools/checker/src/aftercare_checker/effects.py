"""Effects of events: each event is published and consumed once, and every effect has its cause on the log."""

from collections import Counter
from collections.abc import Sequence

from aftercare_checker.database import DatabaseState
from aftercare_checker.log import Entry, Log
from aftercare_checker.report import CheckResult
from aftercare_checker.sequence import missing
from aftercare_checker.sequence import versions as versions_on

ADMIN_ACTION = "AdminActionTaken.v1"
"""Ends the types of events that are the only ones of their aggregates, of which there is no row."""


def drained(states: Sequence[DatabaseState]) -> CheckResult:
    """Every outbox is empty and no aggregate is blocked in it."""
    result = CheckResult("outbox drained", what="databases")
    for one in states:
        result.count()
        if one.outbox:
            result.violation(f"{one.name}: {one.outbox} rows left")
        for blocked in one.blocked:
            result.violation(f"{one.name}: blocked {blocked}")
    return result


def versions(states: Sequence[DatabaseState], log: Log) -> CheckResult:
    """Each version of each aggregate row has its event on the log, and each aggregate on the log has a row, if any of that kind has one."""
    result = CheckResult("row version = events on the log", what="aggregate rows")
    on_log = versions_on(log)
    actions = {entry.subject for entry in log.entries if entry.type.endswith(ADMIN_ACTION)}
    for one in states:
        known: dict[str, int] = {}
        for table, rows in one.aggregates.items():
            known.update(rows)
            for id_, version in rows.items():
                result.count()
                numbers = on_log.get((f"/{one.name}", id_), set())
                if lost := list(missing(numbers, version)):
                    result.violation(f"{one.name}.{table} {id_} has version {version}; not on the log: {lost[:5]}")
                if numbers and max(numbers) > version:
                    result.violation(f"{one.name}.{table} {id_} has version {version}; the log has #{max(numbers)}")
        for source, subject in on_log:
            if source == f"/{one.name}" and one.aggregates and subject not in known and subject not in actions:
                result.violation(f"{one.name} has no row for {subject}, which is on the log")
    return result


def consumed(states: Sequence[DatabaseState], log: Log, *, inbox_incomplete: bool) -> CheckResult:
    """Each consumer is at the end of its topics and has consumed or parked every event, and none that is not on the log.

    `inbox_incomplete`: old inbox rows may be deleted, so that a missing one is no violation.
    """
    result = CheckResult("each consumer took each event", what="(consumer, event)")
    ids = {entry.id for entry in log.entries}
    for one in states:
        for consumer, cursors in one.cursors.items():
            inbox = one.inbox.get(consumer, set())
            result.count(len(inbox))
            for event in inbox - ids:
                result.violation(f"{consumer} consumed {event.hex()}, which is not on the log")
            _at_the_end(result, consumer, cursors, log)
            parked = one.ever_parked(consumer)
            skipped = [
                ((entry.topic, entry.partition, entry.offset), f"{entry.subject} #{entry.sequence}")
                for entry in log.entries
                if not inbox_incomplete and entry.id not in inbox
            ]
            skipped += [((topic, partition, offset), why) for topic, partition, offset, why in log.unreadable]
            for place, what in skipped:
                if place[2] < cursors.get(place[:2], 0) and place not in parked:
                    result.violation(f"{consumer} skipped {what} ({place[0]}/{place[1]}@{place[2]})")
    return result


def _at_the_end(result: CheckResult, consumer: str, cursors: dict[tuple[str, int], int], log: Log) -> None:
    topics = {topic for topic, _ in cursors}
    for (topic, partition), end in log.ends.items():
        if topic in topics and cursors.get((topic, partition), 0) != end:
            offset = cursors.get((topic, partition), 0)
            result.violation(f"{consumer} is at {offset} of {end} in {topic}/{partition}")


def caused(states: Sequence[DatabaseState], log: Log, *, inbox_incomplete: bool) -> CheckResult:
    """For each event with a cause: the cause is on the log, its service consumed or published it, and it has one such effect.

    `inbox_incomplete`: old inbox rows may be deleted, so that whether a service consumed the cause is not known.
    """
    result = CheckResult("one effect per (consumer, event)", what="events with a cause")
    sources = {entry.id: entry.source for entry in log.entries}
    inboxes = {} if inbox_incomplete else {f"/{one.name}": set().union(*one.inbox.values()) for one in states}
    followed: Counter[tuple[str, bytes, str, str]] = Counter()
    for entry in log.firsts():
        if entry.cause is None:
            continue
        result.count()
        followed[entry.source, entry.cause, entry.type, entry.subject] += 1
        if entry.cause not in sources:
            result.violation(
                f"{entry.type} of {entry.subject} names a cause that is not on the log: {entry.cause.hex()}"
            )
        elif sources[entry.cause] == entry.source:
            continue  # its own event, which it does not consume
        elif entry.source in inboxes and entry.cause not in inboxes[entry.source]:
            result.violation(
                f"{entry.source} published {entry.type} because of {entry.cause.hex()}, which it has not consumed"
            )
    for (source, cause, type_, subject), times in followed.items():
        if times > 1:
            result.violation(f"{source} published {type_} of {subject} {times} times because of {cause.hex()}")
    return result


def journals(states: Sequence[DatabaseState], log: Log, unhandled: frozenset[str] = frozenset()) -> CheckResult:
    """The journal of a service has each event of the log once, in order per aggregate."""
    result = CheckResult("effects once and in order", what="effects")
    for one in states:
        if one.journal is None:
            continue
        wanted = _wanted(one, log, unhandled)
        times = Counter(event for event, _, _ in one.journal)
        result.count(len(one.journal))
        for event, number in times.items():
            if number > 1:
                result.violation(f"{one.name}: {event.hex()} has {number} effects")
            if event not in wanted:
                result.violation(f"{one.name}: an effect of {event.hex()}, which should have none")
        for event, entry in wanted.items():
            if event not in times:
                result.violation(f"{one.name}: {entry.subject} #{entry.sequence} has no effect")
        _in_order(result, one)
    return result


def _wanted(one: DatabaseState, log: Log, unhandled: frozenset[str] = frozenset()) -> dict[bytes, Entry]:
    """The events that should have an effect. Of several contents under one id, the first that was not parked."""
    without_effect, seen, wanted = one.without_effect(), set(), {}
    for entry in log.entries:
        if (entry.id, entry.content) in seen:
            continue
        seen.add((entry.id, entry.content))
        if entry.type not in unhandled and (entry.topic, entry.partition, entry.offset) not in without_effect:
            wanted[entry.id] = entry
    return wanted


def _in_order(result: CheckResult, one: DatabaseState) -> None:
    last: dict[str, int] = {}
    for _, subject, sequence in one.journal or ():
        if sequence <= last.get(subject, 0):
            result.violation(f"{one.name}: the effect of {subject} #{sequence} came after that of #{last[subject]}")
        last[subject] = max(sequence, last.get(subject, 0))


def traced(states: Sequence[DatabaseState], log: Log) -> CheckResult:
    """The traceability record has each event of the log exactly once, with the same content."""
    result = CheckResult("trace = log", what="trace rows")
    for one in states:
        if one.trace is None:
            continue
        rows = {row[0]: row[1:] for row in one.trace}
        result.count(len(one.trace))
        if len(rows) != len(one.trace):
            result.violation(f"{one.name}: {len(one.trace) - len(rows)} events twice in the trace")
        for entry in _wanted(one, log).values():
            row = rows.pop(entry.id, None)
            if row is None:
                result.violation(f"{entry.type} of {entry.subject} #{entry.sequence} is not in the trace")
            elif row != (entry.topic, entry.type, entry.subject, entry.sequence):
                result.violation(f"the trace has {entry.id.hex()} with other content than the log: {row}")
        for event in rows:
            result.violation(f"the trace has {event.hex()}, which it should not have")
    return result


def parked(states: Sequence[DatabaseState], *, allowed: bool) -> CheckResult:
    """No event is parked, unless parked events are expected."""
    result = CheckResult("parked events", what="parked")
    for one in states:
        for row in one.parked:
            result.count()
            line = f"{row['consumer']}: {row['type']} of {row['aggregateid']} at {row['topic']}/{row['partition']}"
            (result.notes.append if allowed else result.violation)(f"{line}@{row['log_offset']}: {row['reason']}")
    if allowed:
        result.notes = [f"{len(result.notes)} expected"] if result.notes else []
    return result
