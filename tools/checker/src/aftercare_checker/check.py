"""One look at everything."""

import asyncio
import time
from collections.abc import Sequence

import asyncpg

from aftercare_checker import answers, books, cases, effects, log, money, order, units
from aftercare_checker.history import Command
from aftercare_checker.report import Report
from aftercare_checker.suite import Suite


async def check(
    suite: Suite,
    commands: Sequence[Command] = (),
    *,
    allow_parked: bool = False,
    pruned: bool = False,
    unheard: Sequence[str] = (),
) -> Report:
    """Every invariant against a suite that is at rest. Reads only. log.Unreadable, OSError where it cannot be read.

    `unheard`: event types that no journal is expected to know.
    """
    ledgers = asyncio.gather(
        *(books.read(name, dsn, suite.journals.get(name)) for name, dsn in suite.databases.items())
    )
    found, whole = await asyncio.gather(
        ledgers, asyncio.to_thread(log.read, suite.kafka, suite.topics, keep_data=money.TYPES)
    )
    aside = set[books.Place]().union(*(one.held() for one in found))
    given_up = set[books.Place]().union(*(one.given_up() for one in found))
    verdicts = [
        order.readable(whole, aside),
        order.placed(whole),
        order.numbered(whole, aside, given_up),
        effects.drained(found),
        effects.told(found, whole),
        effects.taken(found, whole, pruned=pruned),
        effects.caused(found, whole),
        effects.parked(found, allowed=allow_parked),
    ]
    if suite.journals:
        verdicts.append(effects.journals(found, whole, frozenset(unheard)))
    if any(one.trace is not None for one in found):
        verdicts.append(effects.traced(found, whole))
    if any(one.findings for one in found):
        verdicts += [cases.settled(found), cases.ended(found)]
    if any(one.payments for one in found):
        verdicts += [money.refunds(found, whole), money.cases(found, whole)]
        if suite.simulator:
            verdicts.append(await money.ledger(found, suite.simulator))
    if any(one.lines for one in found):
        verdicts.append(units.shipped(found))
    if commands:
        verdicts += [answers.durable(commands, found), answers.made_once(commands, found)]
    return Report(verdicts)


async def at_rest(suite: Suite) -> bool:
    """Whether every outbox is empty and every consumer at the end of what it reads.

    Those who hear everything (the trace, a journal) are behind as long as they have not begun with a partition.
    """
    states = await asyncio.gather(*(books.unfinished(dsn) for dsn in suite.databases.values()))
    if any(left for left, _, _ in states):
        return False
    ends = await asyncio.to_thread(log.ends, suite.kafka, suite.topics)
    for name, (_, consumers, everything) in zip(suite.databases, states, strict=True):
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
