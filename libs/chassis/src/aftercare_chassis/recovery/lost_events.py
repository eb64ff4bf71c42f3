"""What a database that was restored to an earlier time has lost, as far as the log shows it.

The version of an aggregate is the number of its last event (ADR 5). An own event on the log with a higher number than the row of its
aggregate was published by a transaction that the database no longer has.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aftercare_events import Envelope
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.structs import OffsetAndTimestamp
from asyncpg.pool import PoolConnectionProxy
from sqlalchemy import MetaData

from aftercare_chassis.consumer.errors import UnprocessableEvent, decode
from aftercare_chassis.kafka import clients, range_reader
from aftercare_chassis.kafka.topics import partitions_of
from aftercare_chassis.runtime import Runtime

MARGIN = timedelta(minutes=10)
"""How long before the last trace of work in the database the log is read: clocks differ, and transactions last."""
CALL_SECONDS = 30.0
# The last trace of work in the database: what was handled, what was answered, and what was recorded.
_LAST_WORK = """
SELECT greatest((SELECT max(received_at) FROM inbox), (SELECT max(created_at) FROM idempotency_key),
                (SELECT max(created_at) FROM outbox)) AS at, (SELECT min(created_at) FROM outbox) AS oldest
"""
Place = tuple[str, str, int]
"""Topic, aggregate and sequence of an event."""


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An own event on the log. `recorded_at` is when it was put into the outbox, by the clock of the database."""

    envelope: Envelope
    recorded_at: datetime

    @property
    def place(self) -> Place:
        return self.envelope.topic, self.envelope.subject, self.envelope.sequence


@dataclass(slots=True)
class Versions:
    """The own aggregates in the database: their versions, and the table of each, by id."""

    tables: Sequence[str]
    version: dict[str, int] = field(default_factory=dict)
    table: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def read(cls, connection: PoolConnectionProxy, metadata: MetaData) -> "Versions":
        """Read all versions."""
        found = cls(aggregate_tables(metadata))
        for table in found.tables:
            async with connection.transaction(readonly=True):
                async for row in connection.cursor(f'SELECT id, version FROM "{table}"', prefetch=5000):  # noqa: S608
                    found.version[row["id"]], found.table[row["id"]] = row["version"], table
        return found

    async def reread(self, connection: PoolConnectionProxy, aggregates: Collection[str]) -> None:
        """Read the versions of these aggregates again."""
        for table in self.tables:
            query = f'SELECT id, version FROM "{table}" WHERE id = ANY($1::text[])'  # noqa: S608
            for row in await connection.fetch(query, list(aggregates)):
                self.version[row["id"]], self.table[row["id"]] = row["version"], table


def aggregate_tables(metadata: MetaData) -> list[str]:
    """The tables of aggregates: their only key is `id`, and they have a version."""
    return sorted(
        table.name
        for table in metadata.tables.values()
        if "version" in table.columns and [column.name for column in table.primary_key] == ["id"]
    )


async def restored_to(connection: PoolConnectionProxy) -> tuple[datetime | None, datetime | None]:
    """The time of the last work in the database, and from when on the log may have what it does not know; None: from its beginning."""
    [row] = await connection.fetch(_LAST_WORK)
    if row["at"] is None:
        return None, None
    return row["at"], min(row["at"], row["oldest"] or row["at"]) - MARGIN


class LogReader:
    """Reads the log for a reconciliation. `bounds` hold for the whole of it: what arrives later is the consumer's work."""

    def __init__(self, runtime: Runtime) -> None:
        self._kafka, self._security = runtime.settings.kafka, runtime.kafka.options()

    async def ends(self, topics: Collection[str]) -> dict[TopicPartition, int]:
        """The end of each partition of these topics. Raises: RangeUnavailable where Kafka does not answer."""
        partitions = await partitions_of(self._kafka, topics, self._security)
        async with self._client() as client:
            found: dict[TopicPartition, int] = await clients.result(client.end_offsets(partitions), CALL_SECONDS)
        return found

    async def starts(self, ends: Collection[TopicPartition], since: datetime | None) -> dict[TopicPartition, int]:
        """The first offset of each partition at or after this time; a partition without later records is left out."""
        async with self._client() as client:
            if since is None:
                first: dict[TopicPartition, int] = await clients.result(
                    client.beginning_offsets(list(ends)), CALL_SECONDS
                )
                return first
            at = max(0, int(since.timestamp() * 1000))  # Kafka refuses times before 1970
            call = client.offsets_for_times(dict.fromkeys(ends, at))
            found: Mapping[TopicPartition, OffsetAndTimestamp | None] = await clients.result(call, CALL_SECONDS)
        return {partition: place.offset for partition, place in found.items() if place is not None}

    async def committed(
        self, group: str, positions: Mapping[TopicPartition, int], *, rewind: bool
    ) -> dict[TopicPartition, int]:
        """The offsets that Kafka keeps for the group; with `rewind`, those beyond these positions are put back to them.

        Consumers read by their own cursors; monitoring and autoscaling see the lag by these offsets.
        """
        client = clients.consumer(self._kafka, group, self._security)
        try:
            await clients.result(client.start(), CALL_SECONDS)
            client.assign(list(positions))
            found = dict[TopicPartition, int]()
            for partition in positions:
                if (offset := await clients.result(client.committed(partition), CALL_SECONDS)) is not None:
                    found[partition] = offset
            behind = {each: start for each, start in positions.items() if found.get(each, start) > start}
            if rewind and behind:
                await clients.result(client.commit(behind), CALL_SECONDS)
        finally:
            await clients.close(client, range_reader.STOP_SECONDS)
        return found

    async def records(
        self, starts: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
    ) -> AsyncIterator[ConsumerRecord]:
        """The records of these ranges, those of a partition in order. Raises: RangeUnavailable."""
        wanted = {partition: end for partition, end in ends.items() if partition in starts}
        async for batch in range_reader.read(self._kafka, starts, wanted, self._security):
            for record in batch:
                yield record

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[AIOKafkaConsumer]:
        client = clients.reader(self._kafka, "reconcile", self._security)
        try:
            await clients.result(client.start(), CALL_SECONDS)
            yield client
        finally:
            await clients.close(client, range_reader.STOP_SECONDS)


@dataclass(slots=True)
class OwnLog:
    """The own events on the log since a time. `ids` are those of all that were read; `lost` the first ones of each place that the
    database does not have; `contradicting` later ones of the same place with another id, which a service has published that ran before
    it was reconciled."""

    ids: dict[Place, str] = field(default_factory=dict)
    lost: list[LoggedEvent] = field(default_factory=list)
    contradicting: list[LoggedEvent] = field(default_factory=list)

    def add(self, logged: LoggedEvent, versions: Versions, since: datetime | None) -> None:
        """Add an event. One of an aggregate without a row counts as lost only if it is not older than `since`: rows are also deleted
        when their time is over."""
        envelope = logged.envelope
        if (known := self.ids.get(logged.place)) is not None:
            if known != str(envelope.id):
                self.contradicting.append(logged)
            return
        self.ids[logged.place] = str(envelope.id)
        version = versions.version.get(envelope.subject)
        is_lost = envelope.sequence > version if version is not None else since is None or logged.recorded_at >= since
        if is_lost:
            self.lost.append(logged)


async def read_own(
    log: LogReader, ends: Mapping[TopicPartition, int], source: str, versions: Versions, since: datetime | None
) -> OwnLog:
    """Read what this source has published from a time on, before these ends. Raises: RangeUnavailable."""
    found = OwnLog()
    async for record in log.records(await log.starts(ends, since), ends):
        try:
            envelope = decode(record)
        except UnprocessableEvent:
            continue
        if envelope.source == source:
            found.add(LoggedEvent(envelope, datetime.fromtimestamp(record.timestamp / 1000, UTC)), versions, since)
    found.lost.sort(key=lambda each: (each.envelope.time.astimezone(UTC), each.envelope.sequence))
    return found


async def others_at_work(connection: PoolConnectionProxy, name: str) -> int:
    """How many other sessions of this service its database has."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid()"
    found: int = await connection.fetchval(query, name)
    return found
