"""A projection made again from the log beside the live one, compared, and put in its place.

The shadow is folded up to where the live tables had read at one moment, so both must be equal then. For the switch it
follows the live tables on, holds them still for the last few events, and changes places in the same transaction.
"""

import asyncio
import json
import re
import sys
import time
from dataclasses import dataclass, field
from typing import Any, cast

import asyncpg
from aftercare_events import Envelope
from aiokafka import ConsumerRecord, TopicPartition
from asyncpg.pool import PoolConnectionProxy

from aftercare_chassis.consumer.dispatcher import Dispatcher
from aftercare_chassis.consumer.errors import UnprocessableEvent, decoded
from aftercare_chassis.consumer.inbox import Inbox, Subject, content_of
from aftercare_chassis.database.errors import is_unavailable
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.kafka import range_reader
from aftercare_chassis.projections.batch_transaction import BatchTransaction
from aftercare_chassis.projections.projection import Projection
from aftercare_chassis.projections.shadow_schema import ShadowSchema, TableFingerprint
from aftercare_chassis.runtime import Runtime

SWITCH_SECONDS, SWITCH_BEHIND, SWITCH_TRIES = 8.0, 500, 5
_CURSORS = "SELECT topic, partition, next_offset FROM public.consumer_cursor WHERE consumer = $1 AND topic = ANY($2)"
_OWN = "SELECT topic, partition, next_offset FROM consumer_cursor WHERE consumer = $1"
_LEFT_OUT = """
SELECT topic, partition, log_offset, headers ->> 'ce_id' AS event_id, content FROM public.parked_event WHERE consumer = $1
UNION ALL
SELECT topic, partition, log_offset, event_id, content FROM public.parked_decision
WHERE consumer = $1 AND decision = 'discarded'
"""
_MOVE = """
INSERT INTO consumer_cursor (consumer, topic, partition, next_offset) SELECT $1, * FROM unnest($2::text[], $3::int[], $4::bigint[])
ON CONFLICT (consumer, topic, partition) DO UPDATE SET next_offset = EXCLUDED.next_offset
"""


class ReplayError(Exception):
    """Why a replay cannot be done, in one line."""


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What an operator wants of a replay."""

    consumer: str = "shadow"
    resume: bool = False
    switch: bool = False
    drop: bool = False
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class LiveSnapshot:
    """How far into the log the live tables had read at one moment, and what they had left out: places, and the events
    there by their id and content."""

    ends: dict[TopicPartition, int]
    places: frozenset[tuple[str, int, int]]
    events: frozenset[tuple[str, int]]
    prints: dict[str, TableFingerprint] = field(default_factory=dict)

    def holds(self, envelope: Envelope) -> bool:
        """False for a further copy, as a relay may have sent, of what is set aside or given up."""
        return not self.events or (str(envelope.id), content_of(envelope)) not in self.events


@dataclass(slots=True)
class Progress:
    """How far a replay has come and how fast, told on stderr at most once a second."""

    events: int = 0
    read: int = 0
    started: float = field(default_factory=time.monotonic)
    told: float = 0.0

    @property
    def rate(self) -> float:
        return self.events / max(time.monotonic() - self.started, 1e-6)

    def tell(self, total: int) -> None:
        if time.monotonic() - self.told < 1.0:
            return
        self.told = time.monotonic()
        share = 100 * self.read / max(total, 1)
        print(f"replay: {self.read:,} of {total:,} ({share:.0f} %) · {self.rate:,.0f} events/s", file=sys.stderr)


class Rebuild:
    """One replay of one projection on one connection, under the name of a new consumer."""

    def __init__(self, runtime: Runtime, connection: asyncpg.Connection, projection: Projection, consumer: str) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", consumer) or consumer.startswith(("pg_", "public")):
            raise ReplayError(
                "a consumer's name is lower-case letters, digits and underscores, and begins with a letter"
            )
        self._runtime, self._connection, self._projection = runtime, connection, projection
        self._consumer, self._proxy = consumer, cast(PoolConnectionProxy, connection)
        self.shadow = ShadowSchema(connection, projection, consumer)
        self._ears, self._inbox = Dispatcher(projection.handlers), Inbox(self._proxy, consumer)
        self._early: dict[str, dict[int, Envelope]] = {}
        self.pace, self.refused = Progress(), dict[str, str]()
        self._folding = runtime.begin_as(BatchTransaction, self._proxy)
        self._folding.begin([table.name for table in projection.tables])

    async def compare(self, *, resume: bool) -> tuple[dict[str, TableFingerprint], dict[str, TableFingerprint]]:
        """Fold the log up to where the live tables stand now; what they hold and what the shadow holds."""
        if not resume:
            await self.shadow.create()
        elif not await self.shadow.exists():
            raise ReplayError(f"no replay of {self._consumer} was interrupted here")
        await self.shadow.enter()
        # What a crash undoes is folded again. And a plan made while a table was empty would read all of it for ever.
        await self._connection.execute("SET synchronous_commit = off; SET enable_seqscan = off")
        live = await self._live(prints=True)
        await self._fold(live)
        async with self._connection.transaction(isolation="repeatable_read", readonly=True):
            return live.prints, await self.shadow.prints(live=False)

    async def switch(self) -> float:
        """Put the shadow in the place of the live tables; for how many seconds these stood still. ReplayError."""
        await self.shadow.finish()
        for _ in range(SWITCH_TRIES):
            await self._follow()
            began = time.monotonic()
            try:
                async with asyncio.timeout(SWITCH_SECONDS), self._connection.transaction():
                    await self._connection.execute("SET LOCAL lock_timeout = '3s'")
                    await self.shadow.hold_live()
                    began = time.monotonic()
                    await self._fold(await self._live())
                    await self.shadow.swap()
            except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError, TimeoutError):
                self._folding.forget()
                continue
            return time.monotonic() - began
        raise ReplayError("the live tables are too busy to be held still; try again later: --switch --from last")

    async def _follow(self) -> None:
        """Come close to the live tables, which go on meanwhile."""
        for _ in range(20):
            live = await self._live()
            behind = sum(live.ends.values()) - sum((await self._own()).values())
            await self._fold(live)
            if behind < SWITCH_BEHIND:
                return

    async def _live(self, *, prints: bool = False) -> LiveSnapshot:
        # One snapshot for tables and cursors, which move together. Inside the switch the lock does the same.
        if self._connection.is_in_transaction():
            return await self._looked({})
        async with self._connection.transaction(isolation="repeatable_read", readonly=True):
            return await self._looked(await self.shadow.prints(live=True) if prints else {})

    async def _looked(self, prints: dict[str, TableFingerprint]) -> LiveSnapshot:
        name = self._runtime.name
        cursors: Any = await self._connection.fetch(_CURSORS, name, self._projection.topics)
        rows: Any = await self._connection.fetch(_LEFT_OUT, name)
        places = frozenset((row["topic"], row["partition"], row["log_offset"]) for row in rows)
        events = frozenset((row["event_id"], row["content"]) for row in rows if row["content"] is not None)
        return LiveSnapshot(_offsets(cursors), places, events, prints)

    async def _own(self) -> dict[TopicPartition, int]:
        return _offsets(await self._connection.fetch(_OWN, self._consumer))

    async def _fold(self, live: LiveSnapshot) -> None:
        starts = await self._own()
        self._early.clear()
        total = self.pace.read + sum(max(0, end - starts.get(place, 0)) for place, end in live.ends.items())
        async for records in range_reader.batches(self._runtime.settings.kafka, starts, live.ends):
            async with self._connection.transaction():
                await self._chunk([envelope for record in records if (envelope := self._heard(live, record))])
                await self._move(records)
            self.pace.read += len(records)
            self.pace.tell(total)
        async with self._connection.transaction():
            await self._go_on()

    async def _chunk(self, envelopes: list[Envelope]) -> None:
        subjects = await self._inbox.subjects(envelope.subject for envelope in envelopes)
        await self._take(self._in_order(envelopes, subjects), subjects)

    def _in_order(self, envelopes: list[Envelope], subjects: dict[str, Subject]) -> list[Envelope]:
        """Those whose turn has come. The others wait: what is missing before them may have been published later."""
        due = []
        for envelope in envelopes:
            subject = subjects[envelope.subject]
            if subject.blocked_since is not None or envelope.sequence <= subject.last_sequence:
                continue
            if envelope.sequence > subject.last_sequence + 1:
                self._early.setdefault(envelope.subject, {})[envelope.sequence] = envelope
                continue
            early: dict[int, Envelope] = self._early.get(envelope.subject, {})
            turn: Envelope | None = envelope
            while turn is not None:
                due.append(turn)
                subject.last_sequence = turn.sequence
                turn = early.pop(turn.sequence + 1, None)
        return due

    async def _go_on(self) -> None:
        """What still waits was taken without the missing ones: the live tables hold it, so an operator decided that."""
        waiting = [early[number] for early in self._early.values() for number in sorted(early)]
        if not waiting:
            return
        subjects = await self._inbox.subjects(envelope.subject for envelope in waiting)
        for envelope in waiting:
            subjects[envelope.subject].last_sequence = envelope.sequence
        await self._take(waiting, subjects)

    async def _take(self, envelopes: list[Envelope], subjects: dict[str, Subject]) -> None:
        try:
            async with self._connection.transaction():
                for envelope in envelopes:
                    await self._handle(self._folding, envelope)
                await self._folding.write()
        except Exception as error:
            if is_unavailable(error):
                raise
            self._folding.forget()
            await self._one_by_one(envelopes, subjects)
        if subjects:
            await self._inbox.remember(subjects)
        self.pace.events += len(envelopes)

    async def _one_by_one(self, envelopes: list[Envelope], subjects: dict[str, Subject]) -> None:
        """As the consumer does: what a handler refuses holds up its aggregate, and nothing else."""
        for envelope in envelopes:
            if subjects[envelope.subject].blocked_since is not None:
                continue
            try:
                async with self._connection.transaction():
                    await self._handle(self._runtime.begin_as(Transaction, self._proxy), envelope)
            except Exception as error:
                if is_unavailable(error):
                    raise
                self.refused[envelope.subject] = f"{envelope.type}: {type(error).__name__}: {error}"[:300]
                subjects[envelope.subject].blocked_since = self._runtime.clock.now()

    async def _handle(self, tx: Transaction, envelope: Envelope) -> None:
        found = self._ears.listener(envelope)
        if found is not None:
            handler, event = found
            tx.cause = envelope
            await handler(tx, event)
            await tx.flush()

    def _heard(self, live: LiveSnapshot, record: ConsumerRecord) -> Envelope | None:
        """The event, if it is for the live tables; what they should have set aside is kept as refused."""
        if (record.topic, record.partition, record.offset) in live.places:
            return None
        found = decoded(record)
        if isinstance(found, UnprocessableEvent):
            self.refused[f"{record.topic}/{record.partition}/{record.offset}"] = found.reason
            return None
        return found if live.holds(found) else None

    async def _move(self, records: list[ConsumerRecord]) -> None:
        ends = {(record.topic, record.partition): record.offset + 1 for record in records}
        places = [(topic, partition, offset) for (topic, partition), offset in ends.items()]
        await self._connection.execute(_MOVE, self._consumer, *map(list, zip(*places, strict=True)))


async def rebuild(runtime: Runtime, projection: Projection | None, wish: ReplayOptions) -> int:
    """Do what was wished and tell it: 0 identical or switched, 1 different, 2 not possible."""
    connection = await runtime.connect(
        statement_timeout="0", idle_in_transaction_session_timeout="0", application_name=f"{runtime.name}-replay"
    )
    try:
        if projection is None:
            raise ReplayError("this service keeps nothing that the log alone makes")
        return await _rebuild(Rebuild(runtime, connection, projection, wish.consumer), wish)
    except (ReplayError, range_reader.Unreadable) as error:
        print(f"replay: {error}", file=sys.stderr)
        return 2
    finally:
        await connection.close()


async def _rebuild(work: Rebuild, wish: ReplayOptions) -> int:
    if wish.drop:
        await work.shadow.drop()
        return 0
    live, made = await work.compare(resume=wish.resume)
    same = live == made and not work.refused
    stood = await work.switch() if wish.switch else None
    if same and not wish.switch:
        await work.shadow.drop()
    _tell(work, live, made, stood, wish)
    return 0 if same or wish.switch else 1


def _tell(
    work: Rebuild,
    live: dict[str, TableFingerprint],
    made: dict[str, TableFingerprint],
    stood: float | None,
    wish: ReplayOptions,
) -> None:
    pace = work.pace
    if wish.as_json:
        tables = {
            name: {"same": live[name] == made[name], "live": live[name].rows, "rebuilt": made[name].rows}
            for name in live
        }
        facts = {"events": pace.events, "rate": round(pace.rate), "refused": work.refused, "switched": wish.switch}
        print(json.dumps({"tables": tables, **facts}, ensure_ascii=False))
        return
    for name, before in live.items():
        verdict = "same" if before == made[name] else "DIFFERENT"
        print(f"{name:<14} live    {before.rows:>8} rows {before.sha256}")
        print(f"{'':<14} rebuilt {made[name].rows:>8} rows {made[name].sha256}  {verdict}")
    for subject, reason in work.refused.items():
        print(f"refused: {subject}: {reason}")
    print(f"{pace.events:,} events, {pace.rate:,.0f} events/s")
    if stood is not None:
        print(
            f"switched; the live tables stood still for {stood:.2f} s; the old ones are in {work.shadow.schema}_before"
        )
    elif live != made:
        print(f"the rebuilt tables are in the schema {work.shadow.schema}: look, then --switch --from last, or --drop")


def _offsets(rows: Any) -> dict[TopicPartition, int]:
    return {TopicPartition(row["topic"], row["partition"]): row["next_offset"] for row in rows}
