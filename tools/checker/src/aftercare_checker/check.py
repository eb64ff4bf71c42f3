"""All checks of a suite."""

import asyncio
import time
from collections.abc import Sequence

import asyncpg

from aftercare_checker import cases, database, effects, log, money, postings, responses, sequence, units
from aftercare_checker.history import Command
from aftercare_checker.report import CheckResult, Report
from aftercare_checker.suite import Suite


async def check(
    suite: Suite,
    commands: Sequence[Command] = (),
    *,
    allow_parked: bool = False,
    inbox_incomplete: bool = False,
    unhandled: Sequence[str] = (),
) -> Report:
    """Check every invariant of a suite that is at rest. Reads only.

    `allow_parked`: parked events are no violation. `inbox_incomplete`: old inbox rows may be deleted. `unhandled`: event types that no
    journal has rows of.

    Raises:
        Unreadable, OSError: the log or a database cannot be read.
    """
    states, whole = await _read(suite)
    results = _of_sequences(states, whole)
    results += _of_deliveries(states, whole, allow_parked=allow_parked, inbox_incomplete=inbox_incomplete)
    if suite.journals:
        results.append(effects.journals(states, whole, frozenset(unhandled)))
    results += await _of_rows(suite, states, whole)
    if commands:
        results += [responses.durable(commands, states), responses.made_once(commands, states)]
    return Report(results)


async def _read(suite: Suite) -> tuple[list[database.DatabaseState], log.Log]:
    reading = asyncio.gather(
        *(database.read(name, dsn, suite.journals.get(name)) for name, dsn in suite.databases.items())
    )
    return await asyncio.gather(
        reading, asyncio.to_thread(log.read, suite.kafka, suite.topics, keep_data=money.TYPES + units.TYPES)
    )


def _of_sequences(states: Sequence[database.DatabaseState], whole: log.Log) -> list[CheckResult]:
    parked = set[database.Place]().union(*(one.ever_parked() for one in states))
    discarded = set[database.Place]().union(*(one.discarded() for one in states))
    return [
        sequence.readable(whole, parked),
        sequence.placed(whole),
        sequence.numbered(whole, parked, discarded),
    ]


def _of_deliveries(
    states: Sequence[database.DatabaseState], whole: log.Log, *, allow_parked: bool, inbox_incomplete: bool
) -> list[CheckResult]:
    return [
        effects.drained(states),
        effects.versions(states, whole),
        effects.consumed(states, whole, inbox_incomplete=inbox_incomplete),
        effects.caused(states, whole, inbox_incomplete=inbox_incomplete),
        effects.parked(states, allowed=allow_parked),
    ]


async def _of_rows(suite: Suite, states: Sequence[database.DatabaseState], whole: log.Log) -> list[CheckResult]:
    """What is checked of the services' rows, as far as these services are in the suite."""
    results = []
    if any(one.trace is not None for one in states):
        results.append(effects.traced(states, whole))
    if any(one.findings for one in states):
        results += [cases.settled(states), cases.ended(states), cases.limited(states)]
    if any(one.payments for one in states):
        results += [money.refunds(states, whole), money.cases(states, whole)]
        if any(one.postings for one in states):
            results.append(postings.posted(states))
        if suite.simulator:
            results.append(await money.ledger(states, suite.simulator))
    if any(one.lines for one in states):
        results.append(units.shipped(states, whole))
    return results


async def at_rest(suite: Suite) -> bool:
    """Whether every outbox is empty and every consumer is at the end of its topics.

    A consumer of all topics (the trace, a journal) is behind as long as it has no cursor for a partition.
    """
    progress = await asyncio.gather(*(database.progress(dsn) for dsn in suite.databases.values()))
    if any(left for left, _, _ in progress):
        return False
    ends = await asyncio.to_thread(log.ends, suite.kafka, suite.topics)
    for name, (_, consumers, everything) in zip(suite.databases, progress, strict=True):
        everything = everything or name in suite.journals
        for cursors in consumers.values() or ([{}] if everything else []):
            topics = {topic for topic, _ in (ends if everything else cursors)}
            if any(cursors.get(place, 0) < end for place, end in ends.items() if place[0] in topics):
                return False
    return True


async def settled(suite: Suite, seconds: float, quiet: float = 0.5) -> bool:
    """Wait until the suite has been at rest for `quiet` seconds; False when it has not within `seconds`."""
    deadline, since = time.monotonic() + seconds, None
    while time.monotonic() < deadline:
        try:
            rest = await at_rest(suite)
        except (OSError, TimeoutError, asyncpg.PostgresError, log.Unreadable):
            rest = False
        since = (since or time.monotonic()) if rest else None
        if since is not None and time.monotonic() - since >= quiet:
            return True
        await asyncio.sleep(0.1)
    return False
