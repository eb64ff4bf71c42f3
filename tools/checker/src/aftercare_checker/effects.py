"""What became of the events: one effect each, none without a cause on the log, nothing left lying about."""

from collections import Counter
from collections.abc import Sequence

from aftercare_checker.books import Books
from aftercare_checker.log import Entry, Log
from aftercare_checker.order import missing, versions
from aftercare_checker.report import Verdict


def drained(books: Sequence[Books]) -> Verdict:
    """Every outbox is empty and no aggregate is blocked in it."""
    verdict = Verdict("outbox drained", what="databases")
    for one in books:
        verdict.look()
        if one.outbox:
            verdict.blame(f"{one.name}: {one.outbox} rows left")
        for blocked in one.blocked:
            verdict.blame(f"{one.name}: blocked {blocked}")
    return verdict


def told(books: Sequence[Books], log: Log) -> Verdict:
    """Each version of each aggregate row has its event on the log, and no aggregate on the log is without its row."""
    verdict = Verdict("row version = events on the log", what="aggregate rows")
    on_log = versions(log)
    for one in books:
        known: dict[str, int] = {}
        for table, rows in one.aggregates.items():
            known.update(rows)
            for id_, version in rows.items():
                verdict.look()
                numbers = on_log.get((f"/{one.name}", id_), set())
                if lost := list(missing(numbers, version)):
                    verdict.blame(f"{one.name}.{table} {id_} has version {version}; not on the log: {lost[:5]}")
                if numbers and max(numbers) > version:
                    verdict.blame(f"{one.name}.{table} {id_} has version {version}; the log knows #{max(numbers)}")
        for source, subject in on_log:
            if source == f"/{one.name}" and one.aggregates and subject not in known:
                verdict.blame(f"{one.name} has no row for {subject}, of which the log tells")
    return verdict


def taken(books: Sequence[Books], log: Log, *, pruned: bool) -> Verdict:
    """Each consumer is at the end of what it reads and has taken every event of it, or set aside what it could not read;
    nothing that is not on the log.

    `pruned`: old inbox rows may be gone, so absence proves nothing.
    """
    verdict = Verdict("each consumer took each event", what="(consumer, event)")
    ids = {entry.id for entry in log.entries}
    for one in books:
        for consumer, cursors in one.cursors.items():
            inbox = one.inbox.get(consumer, set())
            verdict.look(len(inbox))
            for event in inbox - ids:
                verdict.blame(f"{consumer} took {event.hex()}, which is not on the log")
            _at_the_end(verdict, consumer, cursors, log)
            held = one.held(consumer)
            passed = [
                ((entry.topic, entry.partition, entry.offset), f"{entry.subject} #{entry.sequence}")
                for entry in log.entries
                if not pruned and entry.id not in inbox
            ]
            passed += [((topic, partition, offset), why) for topic, partition, offset, why in log.garbage]
            for place, what in passed:
                if place[2] < cursors.get(place[:2], 0) and place not in held:
                    verdict.blame(f"{consumer} passed {what} ({place[0]}/{place[1]}@{place[2]}) without taking it")
    return verdict


def _at_the_end(verdict: Verdict, consumer: str, cursors: dict[tuple[str, int], int], log: Log) -> None:
    topics = {topic for topic, _ in cursors}
    for (topic, partition), end in log.ends.items():
        if topic in topics and cursors.get((topic, partition), 0) != end:
            where = cursors.get((topic, partition), 0)
            verdict.blame(f"{consumer} stands at {where} of {end} in {topic}/{partition}")


def caused(books: Sequence[Books], log: Log) -> Verdict:
    """An event that names a cause: the cause is on the log, its service took or published it, and it followed only once."""
    verdict = Verdict("one effect per (consumer, event)", what="events with a cause")
    sources = {entry.id: entry.source for entry in log.entries}
    inboxes = {f"/{one.name}": set().union(*one.inbox.values()) for one in books if one.inbox}
    followed: Counter[tuple[str, bytes, str, str]] = Counter()
    for entry in log.firsts():
        if entry.cause is None:
            continue
        verdict.look()
        followed[entry.source, entry.cause, entry.type, entry.subject] += 1
        if entry.cause not in sources:
            verdict.blame(f"{entry.type} of {entry.subject} names a cause that is not on the log: {entry.cause.hex()}")
        elif sources[entry.cause] == entry.source:
            continue  # a service's own event: it needs no inbox to know of it
        elif entry.source in inboxes and entry.cause not in inboxes[entry.source]:
            verdict.blame(f"{entry.source} says {entry.type} because of {entry.cause.hex()}, which it never took")
    for (source, cause, type_, subject), times in followed.items():
        if times > 1:
            verdict.blame(f"{source} said {type_} of {subject} {times} times because of {cause.hex()}")
    return verdict


def journals(books: Sequence[Books], log: Log, unheard: frozenset[str] = frozenset()) -> Verdict:
    """Where a service keeps a row per event: each event of the log once, in order per aggregate."""
    verdict = Verdict("effects once and in order", what="effects")
    for one in books:
        if one.journal is None:
            continue
        wanted = _wanted(one, log, unheard)
        times = Counter(event for event, _, _ in one.journal)
        verdict.look(len(one.journal))
        for event, number in times.items():
            if number > 1:
                verdict.blame(f"{one.name}: {event.hex()} has {number} effects")
            if event not in wanted:
                verdict.blame(f"{one.name}: an effect of {event.hex()}, which is not for it on the log")
        for event, entry in wanted.items():
            if event not in times:
                verdict.blame(f"{one.name}: {entry.subject} #{entry.sequence} has no effect")
        _in_order(verdict, one)
    return verdict


def _wanted(one: Books, log: Log, unheard: frozenset[str] = frozenset()) -> dict[bytes, Entry]:
    """The events that have an effect here: where one was told in several ways, the one that was not left out."""
    aside, told, wanted = one.left_out(), set(), {}
    for entry in log.entries:
        if (entry.id, entry.content) in told:
            continue
        told.add((entry.id, entry.content))
        if entry.type not in unheard and (entry.topic, entry.partition, entry.offset) not in aside:
            wanted[entry.id] = entry
    return wanted


def _in_order(verdict: Verdict, one: Books) -> None:
    last: dict[str, int] = {}
    for _, subject, sequence in one.journal or ():
        if sequence <= last.get(subject, 0):
            verdict.blame(f"{one.name}: the effect of {subject} #{sequence} came after that of #{last[subject]}")
        last[subject] = max(sequence, last.get(subject, 0))


def traced(books: Sequence[Books], log: Log) -> Verdict:
    """The traceability record holds each event of the log exactly once, as it is on the log."""
    verdict = Verdict("trace = log", what="trace rows")
    for one in books:
        if one.trace is None:
            continue
        rows = {row[0]: row[1:] for row in one.trace}
        verdict.look(len(one.trace))
        if len(rows) != len(one.trace):
            verdict.blame(f"{one.name}: {len(one.trace) - len(rows)} events twice in the trace")
        for entry in _wanted(one, log).values():
            row = rows.pop(entry.id, None)
            if row is None:
                verdict.blame(f"{entry.type} of {entry.subject} #{entry.sequence} is not in the trace")
            elif row != (entry.topic, entry.type, entry.subject, entry.sequence):
                verdict.blame(f"the trace tells {entry.id.hex()} otherwise than the log: {row}")
        for event in rows:
            verdict.blame(f"the trace holds {event.hex()}, which is not for it on the log")
    return verdict


def parked(books: Sequence[Books], *, allowed: bool) -> Verdict:
    """Nothing is set aside, or what is was expected."""
    verdict = Verdict("parked events", what="parked")
    for one in books:
        for row in one.parked:
            verdict.look()
            line = f"{row['consumer']}: {row['type']} of {row['aggregateid']} at {row['topic']}/{row['partition']}"
            (verdict.notes.append if allowed else verdict.blame)(f"{line}@{row['log_offset']}: {row['reason']}")
    if allowed:
        verdict.notes = [f"{len(verdict.notes)} expected"] if verdict.notes else []
    return verdict
