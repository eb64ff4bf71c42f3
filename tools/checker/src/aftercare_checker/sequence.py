"""The messages of the log: readable, in the right partition, and numbered 1..n per aggregate."""

from collections import Counter
from collections.abc import Container, Iterator

from aftercare_checker.database import Place
from aftercare_checker.log import Entry, Log, partition_of
from aftercare_checker.report import CheckResult


def readable(log: Log, parked: set[Place]) -> CheckResult:
    """Every message is a CloudEvent of the suite, or was parked."""
    result = CheckResult("messages whole", what="messages")
    result.count(len(log.entries) + len(log.unreadable))
    for topic, partition, offset, why in log.unreadable:
        if (topic, partition, offset) not in parked:
            result.violation(f"{topic}/{partition}@{offset}: {why}")
    for topic, partition, low in log.begins_late:
        result.violation(f"{topic}/{partition} begins at {low}: earlier messages are lost")
    return result


def placed(log: Log) -> CheckResult:
    """Each aggregate's events are in the one partition that its id hashes to."""
    result = CheckResult("right partition", what="aggregates")
    seen: dict[tuple[str, str], int] = {}
    for entry in log.entries:
        known = seen.get((entry.topic, entry.subject))
        if known is None:
            result.count()
            known = seen[entry.topic, entry.subject] = partition_of(entry.subject.encode(), log.partitions[entry.topic])
        if entry.partition != known:
            result.violation(f"{entry.topic} {entry.subject} #{entry.sequence} is in {entry.partition}, not in {known}")
    return result


def numbered(log: Log, parked: Container[Place] = (), discarded: Container[Place] = ()) -> CheckResult:
    """First occurrences run 1..n per aggregate; repetitions are equal to the first, byte for byte.

    Parked events may be out of order, which is why they were parked. The number of a discarded one does not count.
    """
    result = CheckResult("sequence 1..n per aggregate", what="events")
    last: Counter[tuple[str, str]] = Counter()
    content: dict[bytes, bytes] = {}
    owner: dict[tuple[str, str, int], bytes] = {}
    repeated = 0
    for entry in log.entries:
        if entry.id in content:
            repeated += 1
            if content[entry.id] != entry.content and _place(entry) not in parked:
                result.violation(f"{entry.type} {entry.id.hex()} occurs twice with different content")
            continue
        content[entry.id] = entry.content
        result.count()
        place, wanted = (entry.topic, entry.subject), last[entry.topic, entry.subject] + 1
        other = owner.setdefault((*place, entry.sequence), entry.id)
        if _place(entry) in parked:
            pass
        elif other != entry.id:
            result.violation(f"{entry.subject} #{entry.sequence} is used by two events")
        elif entry.sequence != wanted:
            result.violation(f"{entry.subject}: #{entry.sequence} found where #{wanted} was expected ({entry.topic})")
        if entry.sequence == wanted or _place(entry) not in discarded:
            last[place] = max(last[place], entry.sequence)
    result.notes.append(f"{len(last)} aggregates, {repeated} repetitions on the log")
    return result


def _place(entry: Entry) -> Place:
    return entry.topic, entry.partition, entry.offset


def versions(log: Log) -> dict[tuple[str, str], set[int]]:
    """The sequence numbers on the log by (source, aggregate)."""
    found: dict[tuple[str, str], set[int]] = {}
    for entry in log.entries:
        found.setdefault((entry.source, entry.subject), set()).add(entry.sequence)
    return found


def missing(numbers: set[int], version: int) -> Iterator[int]:
    """Those of 1..version that are not in `numbers`."""
    return (number for number in range(1, version + 1) if number not in numbers)
