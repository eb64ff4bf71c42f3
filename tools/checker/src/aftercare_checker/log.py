"""Reads the whole log, with another Kafka client and another parser of the headers than the suite itself."""

import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

PREFIX = "aftercare."
TIMEOUT_SECONDS = 30.0
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SEQUENCE = re.compile(r"[0-9]{20}")
_REQUIRED = ("ce_id", "ce_type", "ce_source", "ce_subject", "ce_sequence", "ce_time", "ce_correlationid")


class Unreadable(Exception):
    """Kafka does not answer, or a partition ends too early."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the checks need of one message."""

    topic: str
    partition: int
    offset: int
    id: bytes
    type: str
    source: str
    subject: str
    sequence: int
    cause: bytes | None
    content: bytes
    data: bytes | None


@dataclass(slots=True)
class Log:
    """The readable entries in order per partition, and the place and reason of each message that cannot be read."""

    entries: list[Entry] = field(default_factory=list)
    unreadable: list[tuple[str, int, int, str]] = field(default_factory=list)
    ends: dict[tuple[str, int], int] = field(default_factory=dict)
    partitions: Counter[str] = field(default_factory=Counter)
    begins_late: list[tuple[str, int, int]] = field(default_factory=list)

    def firsts(self) -> Iterator[Entry]:
        """The first occurrence of each event."""
        seen: set[bytes] = set()
        for entry in self.entries:
            if entry.id not in seen:
                seen.add(entry.id)
                yield entry


def ends(bootstrap: str, topics: Iterable[str] = ()) -> dict[tuple[str, int], int]:
    """The present end of each partition. Raises: Unreadable."""
    client = _client(bootstrap)
    try:
        return {place: high for place, (_, high) in _bounds(client, topics).items()}
    finally:
        client.close()


def read(bootstrap: str, topics: Iterable[str] = (), keep_data: Iterable[str] = ()) -> Log:
    """Every message up to the present end; `keep_data` names event types whose JSON is kept. Raises: Unreadable."""
    client, log, keep = _client(bootstrap), Log(), frozenset(keep_data)
    try:
        bounds = _bounds(client, topics)
        for (topic, partition), (low, high) in bounds.items():
            log.partitions[topic] += 1
            log.ends[topic, partition] = high
            if low > 0:
                log.begins_late.append((topic, partition, low))
        for message in _messages(client, {place: bound for place, bound in bounds.items() if bound[0] < bound[1]}):
            found = parse(message, keep)
            if isinstance(found, Entry):
                log.entries.append(found)
            else:
                log.unreadable.append((message.topic() or "", message.partition() or 0, message.offset() or 0, found))
    finally:
        client.close()
    return log


def _client(bootstrap: str) -> Consumer:
    return Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "aftercare-checker",  # required by the client; nothing is ever committed
            "enable.auto.commit": False,
            "auto.offset.reset": "error",
            "enable.partition.eof": False,
            "fetch.wait.max.ms": 50,
            "log_level": 0,
        }
    )


def _bounds(client: Consumer, topics: Iterable[str]) -> dict[tuple[str, int], tuple[int, int]]:
    wanted = set(topics)
    try:
        known = client.list_topics(timeout=TIMEOUT_SECONDS).topics
        names = [name for name in known if (name in wanted if wanted else name.startswith(PREFIX))]
        places = [(name, number) for name in sorted(names) for number in sorted(known[name].partitions)]
        found = {}
        for place in places:
            low, high = client.get_watermark_offsets(TopicPartition(*place), timeout=TIMEOUT_SECONDS)
            found[place] = (low, high)
        return found
    except KafkaException as error:
        raise Unreadable(f"Kafka does not answer: {error.args[0]}") from error


def _messages(client: Consumer, bounds: dict[tuple[str, int], tuple[int, int]]) -> Iterator[Message]:
    left = {place: high for place, (_, high) in bounds.items()}
    client.assign([TopicPartition(topic, partition, low) for (topic, partition), (low, _) in bounds.items()])
    received = time.monotonic()
    while left:
        batch = client.consume(5000, timeout=0.1)
        if batch:
            received = time.monotonic()
        elif time.monotonic() - received > TIMEOUT_SECONDS:
            raise Unreadable(f"{len(left)} partitions end before their reported end")
        for message in batch:
            if (error := message.error()) is not None:
                raise Unreadable(f"Kafka does not answer: {error}")
            place = (message.topic() or "", message.partition() or 0)
            offset = message.offset() or 0
            if place in left and offset < left[place]:
                yield message
                if offset == left[place] - 1:
                    del left[place]


def parse(message: Message, keep: frozenset[str] = frozenset()) -> Entry | str:
    """The entry, or the reason why the message is no CloudEvent of the suite."""
    headers = _headers(message)
    if isinstance(headers, str):
        return headers
    if problem := _problem(headers, message):
        return problem
    value, type_, cause = message.value() or b"", sys.intern(headers["ce_type"]), headers.get("ce_causationid")
    return Entry(
        topic=sys.intern(message.topic() or ""),
        partition=message.partition() or 0,
        offset=message.offset() or 0,
        id=binary(headers["ce_id"]),
        type=type_,
        source=sys.intern(headers["ce_source"]),
        subject=sys.intern(headers["ce_subject"]),
        sequence=int(headers["ce_sequence"]),
        cause=binary(cause) if cause else None,
        content=blake2b(value + headers["ce_type"].encode(), digest_size=8).digest(),
        data=value if type_ in keep else None,
    )


def _headers(message: Message) -> dict[str, str] | str:
    found: dict[str, str] = {}
    # The type stubs of the library allow more forms than it returns.
    given: Any = message.headers() or []
    for name, value in given:
        if name in found:
            return f"header {name} twice"
        if not isinstance(value, bytes):
            return f"header {name} without a value"
        try:
            found[name] = value.decode()
        except UnicodeDecodeError:
            return f"header {name} is not UTF-8"
    return found


def _problem(headers: dict[str, str], message: Message) -> str | None:
    if headers.get("ce_specversion") != "1.0":
        return "ce_specversion is not 1.0"
    if missing := [name for name in _REQUIRED if not headers.get(name)]:
        return f"without {', '.join(missing)}"
    if not _UUID.fullmatch(headers["ce_id"]) or not _UUID.fullmatch(headers.get("ce_causationid", headers["ce_id"])):
        return "an id is not a UUID"
    if not _SEQUENCE.fullmatch(headers["ce_sequence"]):
        return "ce_sequence is not 20 digits"
    key = message.key()
    key = key.encode() if isinstance(key, str) else key
    if key != headers["ce_subject"].encode() or headers.get("ce_partitionkey") != headers["ce_subject"]:
        return "key, partition key and subject differ"
    return None if message.value() is not None else "no value"


def binary(uuid: str) -> bytes:
    """A UUID as its 16 bytes."""
    return bytes.fromhex(uuid.replace("-", ""))


def partition_of(key: bytes, partitions: int) -> int:
    """The partition of a key by the default partitioner of Java's client (murmur2, sign bit cleared)."""
    mask, factor, h = 0xFFFFFFFF, 0x5BD1E995, 0x9747B28C ^ len(key)
    whole = len(key) // 4 * 4
    for start in range(0, whole, 4):
        k = int.from_bytes(key[start : start + 4], "little") * factor & mask
        k = (k ^ k >> 24) * factor & mask
        h = (h * factor & mask) ^ k
    if rest := key[whole:]:
        h = (h ^ int.from_bytes(rest, "little")) * factor & mask
    h = (h ^ h >> 13) * factor & mask
    return ((h ^ h >> 15) & 0x7FFFFFFF) % partitions
