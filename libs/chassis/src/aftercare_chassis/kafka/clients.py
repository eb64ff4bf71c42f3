"""The only place that builds Kafka clients. Every setting that matters is given: the library's defaults lose and repeat messages.

aiokafka 0.14: `acks` defaults to 1, idempotence to off, auto-commit to on, and a new group starts at the end of the log.
"""

import asyncio
from collections.abc import Awaitable, Mapping
from functools import lru_cache
from struct import unpack_from
from typing import TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import KafkaError

from aftercare_chassis.kafka.patches import closed_transport, fetch_sessions, undecodable_headers
from aftercare_chassis.kafka.security import PLAIN

undecodable_headers.install()
closed_transport.install()
fetch_sessions.install()

PRODUCER: dict[str, object] = {
    "acks": "all",
    "enable_idempotence": True,
    "compression_type": "lz4",
    "max_batch_size": 512 * 1024,
    "linger_ms": 0,
    "request_timeout_ms": 10_000,
    "retry_backoff_ms": 100,
    "metadata_max_age_ms": 30_000,
}
CONSUMER: dict[str, object] = {
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
    "partition_assignment_strategy": (StickyPartitionAssignor,),
    "session_timeout_ms": 30_000,
    "heartbeat_interval_ms": 3_000,
    "rebalance_timeout_ms": 60_000,
    "max_poll_interval_ms": 300_000,
    "request_timeout_ms": 40_000,
    "fetch_max_wait_ms": 500,
    # How often the fetcher goes through all partitions though nothing has happened; 200 by default.
    "consumer_timeout_ms": 1_000,
    "metadata_max_age_ms": 30_000,
}

T = TypeVar("T")
_MULTIPLIER, _32_BITS = 0x5BD1E995, 0xFFFFFFFF

_closing: set[asyncio.Task[None]] = set()


class ClientFailed(KafkaError):  # type: ignore[misc]
    """A client of no further use: a task of its own was cancelled, and not by us."""


def producer(bootstrap: str, client_id: str, security: Mapping[str, object] = PLAIN) -> AIOKafkaProducer:
    """Return an idempotent producer that waits for every in-sync replica. `security`: see `Security.options`."""
    return AIOKafkaProducer(bootstrap_servers=bootstrap, client_id=client_id, **PRODUCER, **security)


def consumer(bootstrap: str, group: str, security: Mapping[str, object] = PLAIN) -> AIOKafkaConsumer:
    """Return a member of the group that commits nothing by itself: our own cursors decide where it reads.

    Subscribe it after `start`: the `start` of a subscribed client waits until the group has assigned its partitions.
    """
    return AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, client_id=group, **CONSUMER, **security)


def reader(bootstrap: str, client_id: str, security: Mapping[str, object] = PLAIN) -> AIOKafkaConsumer:
    """Return a reader outside of every group, which leaves no offsets behind. It reads nothing until `assign` was called.

    Where the log no longer holds the next offset, its calls raise OffsetOutOfRangeError; it never skips.
    """
    return AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=None,
        client_id=client_id,
        enable_auto_commit=False,
        auto_offset_reset="none",
        fetch_max_wait_ms=100,
        **security,
    )


async def result(call: Awaitable[T], seconds: float) -> T:
    """Return the result of a client's call.

    With brokers away, aiokafka's calls may fail with the CancelledError of a task of the client, which would end the caller.

    Raises:
        TimeoutError: There is no result after this many seconds.
        KafkaError: The call failed; ClientFailed where a task of the client was cancelled.
    """
    try:
        async with asyncio.timeout(seconds):
            return await call
    except asyncio.CancelledError as error:
        if (caller := asyncio.current_task()) and caller.cancelling():
            raise
        raise ClientFailed from error


async def close(client: AIOKafkaConsumer | AIOKafkaProducer, seconds: float) -> None:
    """Stop the client; wait for that no longer than this many seconds.

    With brokers away `stop` goes on in the background until they answer: a client whose `stop` is cancelled never ends.
    Errors of `stop` are ignored.
    """
    closing = asyncio.create_task(client.stop())
    _closing.add(closing)
    closing.add_done_callback(_closed)
    await asyncio.wait([closing], timeout=seconds)


def _closed(closing: asyncio.Task[None]) -> None:
    _closing.discard(closing)
    if not closing.cancelled():
        closing.exception()  # asyncio logs exceptions that nobody has retrieved


def assign(client: AIOKafkaConsumer, offsets: Mapping[TopicPartition, int]) -> None:
    """Assign these partitions to a reader, at these offsets.

    Without an await in between: the client looks up a position by itself for a partition that has none, and its result
    overrules a `seek_to_beginning` that was called meanwhile, so that whole partitions would not be read.
    """
    client.assign(list(offsets))
    for partition, offset in offsets.items():
        client.seek(partition, offset)


@lru_cache(maxsize=100_000)
def key_hash(key: bytes) -> int:
    """Return the positive murmur2 hash of a message key, as Java's clients compute it. Modulo the number of partitions it is
    the key's partition.

    Our own, because aiokafka 0.14's takes twice as long and the relay computes one for every event; keys come again, so most
    are cached. `tests/kafka/test_messages.py` compares it with librdkafka. To be removed when aiokafka computes it in C.
    """
    length = len(key)
    found = 0x9747B28C ^ length
    for word in unpack_from(f"<{length >> 2}I", key):
        mixed = word * _MULTIPLIER & _32_BITS
        found = (found * _MULTIPLIER ^ (mixed ^ mixed >> 24) * _MULTIPLIER) & _32_BITS
    if rest := key[length & ~3 :]:
        found = (found ^ int.from_bytes(rest, "little")) * _MULTIPLIER & _32_BITS
    found = (found ^ found >> 13) * _MULTIPLIER & _32_BITS
    return (found ^ found >> 15) & 0x7FFFFFFF
