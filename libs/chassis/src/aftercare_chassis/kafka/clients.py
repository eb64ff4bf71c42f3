"""The only place that builds Kafka clients: the library's defaults lose and double messages, so all that matters is set.

aiokafka 0.14: `acks` defaults to 1, idempotence to off, auto-commit to on and a new group to the end of the log.
"""

import asyncio
from collections.abc import Awaitable, Mapping
from functools import lru_cache
from struct import unpack_from
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import KafkaError

from aftercare_chassis.kafka.patches import closed_transport, undecodable_headers

undecodable_headers.install()
closed_transport.install()

PRODUCER: dict[str, Any] = {
    "acks": "all",
    "enable_idempotence": True,
    "compression_type": "lz4",
    "max_batch_size": 512 * 1024,
    "linger_ms": 0,
    "request_timeout_ms": 10_000,
    "retry_backoff_ms": 100,
    "metadata_max_age_ms": 30_000,
}
CONSUMER: dict[str, Any] = {
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
    "partition_assignment_strategy": (StickyPartitionAssignor,),
    "session_timeout_ms": 30_000,
    "heartbeat_interval_ms": 3_000,
    "rebalance_timeout_ms": 60_000,
    "max_poll_interval_ms": 300_000,
    "request_timeout_ms": 40_000,
    "fetch_max_wait_ms": 500,
    "metadata_max_age_ms": 30_000,
}

T = TypeVar("T")
_MIX, _WORD = 0x5BD1E995, 0xFFFFFFFF

_ending: set[asyncio.Task[None]] = set()


def producer(bootstrap: str, client_id: str) -> AIOKafkaProducer:
    """An idempotent producer that waits for every in-sync replica."""
    return AIOKafkaProducer(bootstrap_servers=bootstrap, client_id=client_id, **PRODUCER)


def consumer(bootstrap: str, group: str) -> AIOKafkaConsumer:
    """A group member that commits nothing by itself; where it starts is told by our own cursors.

    To be subscribed after its start, for a subscribed client's `start` waits until the group has shared out.
    """
    return AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, client_id=group, **CONSUMER)


def reader(bootstrap: str, client_id: str) -> AIOKafkaConsumer:
    """A reader outside every group that leaves no mark; it reads nothing until `stand` has put it somewhere.

    Where the log no longer holds what comes next, it fails with OffsetOutOfRangeError: it never jumps.
    """
    return AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=None,
        client_id=client_id,
        enable_auto_commit=False,
        auto_offset_reset="none",
        fetch_max_wait_ms=100,
    )


class Ended(KafkaError):  # type: ignore[misc]
    """A client that is of no use any more: a task of its own was cancelled, and not by us."""


async def answer(call: Awaitable[T], seconds: float) -> T:
    """What a client answers. TimeoutError, or KafkaError: with brokers away a client's calls may also fail by the
    CancelledError of its own tasks, which would end whoever waits for them."""
    try:
        return await asyncio.wait_for(call, seconds)
    except asyncio.CancelledError as error:
        if (caller := asyncio.current_task()) and caller.cancelling():
            raise
        raise Ended from error


async def dismiss(client: AIOKafkaConsumer | AIOKafkaProducer, seconds: float) -> None:
    """End it, without waiting long for brokers that are away: it ends when they return. Cut short it never would.

    How it ends (see `answer`) is nobody's trouble.
    """
    ending = asyncio.create_task(client.stop())
    _ending.add(ending)
    ending.add_done_callback(_ended)
    await asyncio.wait([ending], timeout=seconds)


def _ended(ending: asyncio.Task[None]) -> None:
    _ending.discard(ending)
    if not ending.cancelled():
        ending.exception()  # so that nobody complains that no one has looked at it


def stand(client: AIOKafkaConsumer, places: Mapping[TopicPartition, int]) -> None:
    """Put a reader at these offsets, and on these partitions alone.

    Done without a pause in between, for the client looks by itself for the place of a partition that has none, and
    what it finds overrules a `seek_to_beginning` that was asked for meanwhile: whole partitions would go unread.
    """
    client.assign(list(places))
    for partition, offset in places.items():
        client.seek(partition, offset)


@lru_cache(maxsize=100_000)
def key_hash(key: bytes) -> int:
    """Where every client puts a key, modulo the partitions: Java's murmur2 without its sign, twice as fast as aiokafka's."""
    length = len(key)
    found = 0x9747B28C ^ length
    for word in unpack_from(f"<{length >> 2}I", key):
        mixed = word * _MIX & _WORD
        found = (found * _MIX ^ (mixed ^ mixed >> 24) * _MIX) & _WORD
    if rest := key[length & ~3 :]:
        found = (found ^ int.from_bytes(rest, "little")) * _MIX & _WORD
    found = (found ^ found >> 13) * _MIX & _WORD
    return (found ^ found >> 15) & 0x7FFFFFFF
