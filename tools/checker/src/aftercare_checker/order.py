"""The log itself: whole messages, in the right partition, each aggregate's events 1..n without a gap or an inversion."""

from collections import Counter
from collections.abc import Container, Iterator

from aftercare_checker.books import Place
from aftercare_checker.log import Entry, Log, partition_of
from aftercare_checker.report import Verdict


def readable(log: Log, aside: set[Place]) -> Verdict:
    """Every message is a CloudEvent of the suite, or was set aside."""
    verdict = Verdict("messages whole", what="messages")
    verdict.look(len(log.entries) + len(log.garbage))
    for topic, partition, offset, why in log.garbage:
        if (topic, partition, offset) not in aside:
            verdict.blame(f"{topic}/{partition}@{offset}: {why}")
    for topic, partition, low in log.begins_late:
        verdict.blame(f"{topic}/{partition} begins at {low}: what it told before is lost")
    return verdict


def placed(log: Log) -> Verdict:
    """Each aggregate's events lie in the one partition that its id hashes to."""
    verdict = Verdict("right partition", what="aggregates")
    seen: dict[tuple[str, str], int] = {}
    for entry in log.entries:
        known = seen.get((entry.topic, entry.subject))
        if known is None:
            verdict.look()
            known = seen[entry.topic, entry.subject] = partition_of(entry.subject.encode(), log.partitions[entry.topic])
        if entry.partition != known:
            verdict.blame(f"{entry.topic} {entry.subject} #{entry.sequence} lies in {entry.partition}, not in {known}")
    return verdict


def numbered(log: Log, aside: Container[Place] = (), given_up: Container[Place] = ()) -> Verdict:
    """First occurrences run 1..n per aggregate; repetitions are allowed and are the same event, byte for byte.

    What consumers have set aside may be out of order: that is why. The number of one that was given up binds nobody.
    """
    verdict = Verdict("sequence 1..n per aggregate", what="events")
    last: Counter[tuple[str, str]] = Counter()
    content: dict[bytes, bytes] = {}
    owner: dict[tuple[str, str, int], bytes] = {}
    repeated = 0
    for entry in log.entries:
        if entry.id in content:
            repeated += 1
            if content[entry.id] != entry.content and _place(entry) not in aside:
                verdict.blame(f"{entry.type} {entry.id.hex()} came twice with different content")
            continue
        content[entry.id] = entry.content
        verdict.look()
        place, wanted = (entry.topic, entry.subject), last[entry.topic, entry.subject] + 1
        other = owner.setdefault((*place, entry.sequence), entry.id)
        if _place(entry) in aside:
            pass
        elif other != entry.id:
            verdict.blame(f"{entry.subject} #{entry.sequence} is claimed by two events")
        elif entry.sequence != wanted:
            verdict.blame(f"{entry.subject}: #{entry.sequence} stands where #{wanted} belongs ({entry.topic})")
        if entry.sequence == wanted or _place(entry) not in given_up:
            last[place] = max(last[place], entry.sequence)
    verdict.notes.append(f"{len(last)} aggregates, {repeated} repetitions on the log")
    return verdict


def _place(entry: Entry) -> Place:
    return entry.topic, entry.partition, entry.offset


def versions(log: Log) -> dict[tuple[str, str], set[int]]:
    """(source, aggregate) -> the sequence numbers on the log."""
    found: dict[tuple[str, str], set[int]] = {}
    for entry in log.entries:
        found.setdefault((entry.source, entry.subject), set()).add(entry.sequence)
    return found


def missing(numbers: set[int], version: int) -> Iterator[int]:
    """Those of 1..version that are not there."""
    return (number for number in range(1, version + 1) if number not in numbers)
