"""Creation of the topics, by command: brokers do not create them automatically.

`python -m aftercare_chassis.kafka.topics` in any service's image; `aftercare topics` is the same command for people.
"""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Annotated

import typer
from aftercare_events import TOPICS
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, for_code

from aftercare_chassis.kafka import clients
from aftercare_chassis.kafka.security import PLAIN, Security
from aftercare_chassis.settings import KafkaSettings

TOPIC_ALREADY_EXISTS, UNKNOWN_TOPIC = 36, 3
"""Kafka's error codes."""


class TopicError(Exception):
    """The brokers do not answer, or refuse. The message is one line for an operator."""


async def create(
    bootstrap: str,
    *,
    replication: int,
    min_isr: int,
    partitions: int | None,
    retention_ms: int,
    security: Mapping[str, object] = PLAIN,
) -> list[str]:
    """Create the topics that are missing; return their names. Existing topics are not changed.

    Raises:
        TopicError: The brokers do not answer, or refuse.
    """
    configuration = {"cleanup.policy": "delete", "min.insync.replicas": str(min_isr), "retention.ms": str(retention_ms)}
    wanted = [
        NewTopic(topic.name, partitions or topic.partitions, replication, topic_configs=configuration)
        for topic in TOPICS.values()
    ]
    return await _request(
        bootstrap, security, lambda admin: admin.create_topics(wanted, timeout_ms=20_000), ignore=TOPIC_ALREADY_EXISTS
    )


async def delete(bootstrap: str) -> list[str]:
    """Delete the topics of the catalogue; return the names of those that existed.

    Raises:
        TopicError: The brokers do not answer, or refuse.
    """
    return await _request(
        bootstrap, PLAIN, lambda admin: admin.delete_topics(list(TOPICS), timeout_ms=20_000), ignore=UNKNOWN_TOPIC
    )


async def partitions_of(
    bootstrap: str, topics: Collection[str], security: Mapping[str, object] = PLAIN
) -> list[TopicPartition]:
    """Return the partitions of these topics, as many as they have now. Raises: TopicError where Kafka does not answer."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=30_000, **security)
    try:
        await clients.result(admin.start(), 20)
        found = await clients.result(admin.describe_topics(list(topics)), 40)
    except (KafkaError, TimeoutError, OSError) as error:
        raise TopicError(f"kafka at {bootstrap} does not answer: {error or type(error).__name__}") from None
    finally:
        await admin.close()
    return sorted(TopicPartition(each["topic"], part["partition"]) for each in found for part in each["partitions"])


async def _request(
    bootstrap: str,
    security: Mapping[str, object],
    call: Callable[[AIOKafkaAdminClient], Awaitable[object]],
    *,
    ignore: int,
) -> list[str]:
    """Send a request; return the topics that it changed. The error code `ignore` of a topic means no change."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=30_000, **security)
    try:
        await clients.result(admin.start(), 20)
        response = await clients.result(call(admin), 40)
    except (KafkaError, TimeoutError, OSError) as error:
        raise TopicError(f"kafka at {bootstrap} does not answer: {error or type(error).__name__}") from None
    finally:
        await admin.close()
    return [name for name, code in _codes(response) if _changed(name, code, ignore)]


def _codes(response: object) -> list[tuple[str, int]]:
    """Return the name of each topic and its error code; the attribute that holds them depends on the request."""
    rows = getattr(response, "topic_errors", None) or getattr(response, "topic_error_codes", None) or []
    return [(row[0], row[1]) for row in rows]


def _changed(name: str, code: int, ignore: int) -> bool:
    if code not in (0, ignore):
        raise TopicError(f"topic {name}: {for_code(code).__name__}")
    return code == 0


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise typer.BadParameter("is no number of seconds")
    return value


Replication = Annotated[int, typer.Option(min=1, max=2**15 - 1)]
MinIsr = Annotated[int, typer.Option(min=1, max=2**31 - 1)]
Partitions = Annotated[int | None, typer.Option(help="default: as in the catalogue", min=1, max=2**31 - 1)]
RetentionMs = Annotated[
    int, typer.Option(help="-1 keeps every event, so that the log can be replayed", min=-1, max=2**63 - 1)
]
RetrySeconds = Annotated[
    float, typer.Option(help="seconds to retry for while the brokers are starting", min=0, callback=_finite)
]


def command(
    bootstrap: Annotated[str, typer.Option(envvar="AFTERCARE_KAFKA", help="host:port of the brokers")],
    replication_factor: Replication = 3,
    min_isr: MinIsr = 2,
    partitions: Partitions = None,
    retention_ms: RetentionMs = -1,
    retry_seconds: RetrySeconds = 0,
) -> None:
    """Create the topics that are missing."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # a TopicError has it in one line
    security = Security(KafkaSettings(kafka=bootstrap)).options()
    options = {"replication": replication_factor, "min_isr": min_isr, "retention_ms": retention_ms}
    end = time.monotonic() + retry_seconds
    while True:
        try:
            created = asyncio.run(create(bootstrap, partitions=partitions, security=security, **options))
            break
        except TopicError:
            if time.monotonic() >= end:
                raise
            time.sleep(1)
    print(f"created {', '.join(created)}" if created else "all topics exist")


if __name__ == "__main__":
    try:
        typer.run(command)
    except TopicError as error:
        raise SystemExit(str(error)) from None
