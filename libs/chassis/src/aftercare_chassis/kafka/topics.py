"""Creating the topics of the log: by command, never by accident.

`python -m aftercare_chassis.kafka.topics` in any service's image; `aftercare topics` is the same command for people.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import typer
from aftercare_events import TOPICS
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, for_code

EXISTS, UNKNOWN = 36, 3


class TopicError(Exception):
    """The brokers do not answer, or refuse; one line says which."""


async def create(
    bootstrap: str, *, replication: int, min_isr: int, partitions: int | None, retention_ms: int
) -> list[str]:
    """Create the topics that are missing and tell which they were. Existing topics stay as they are."""
    configuration = {"cleanup.policy": "delete", "min.insync.replicas": str(min_isr), "retention.ms": str(retention_ms)}
    wanted = [
        NewTopic(topic.name, partitions or topic.partitions, replication, topic_configs=configuration)
        for topic in TOPICS.values()
    ]
    return await _ask(bootstrap, lambda admin: admin.create_topics(wanted, timeout_ms=20_000), fine=EXISTS)


async def delete(bootstrap: str) -> list[str]:
    """Delete the topics of the catalogue and tell which were there."""
    return await _ask(bootstrap, lambda admin: admin.delete_topics(list(TOPICS), timeout_ms=20_000), fine=UNKNOWN)


async def _ask(bootstrap: str, what: Callable[[AIOKafkaAdminClient], Awaitable[Any]], *, fine: int) -> list[str]:
    """Names of the topics for which the request changed something."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=30_000)
    try:
        await asyncio.wait_for(admin.start(), 20)
        response = await asyncio.wait_for(what(admin), 40)
    except (KafkaError, TimeoutError, OSError) as error:
        raise TopicError(f"kafka at {bootstrap} does not answer: {error or type(error).__name__}") from None
    finally:
        await admin.close()
    return [name for name, code in _codes(response) if _changed(name, code, fine)]


def _codes(response: Any) -> list[tuple[str, int]]:
    rows = getattr(response, "topic_errors", None) or getattr(response, "topic_error_codes", None) or []
    return [(row[0], row[1]) for row in rows]


def _changed(name: str, code: int, fine: int) -> bool:
    if code not in (0, fine):
        raise TopicError(f"topic {name}: {for_code(code).__name__}")
    return code == 0


def command(
    bootstrap: Annotated[str, typer.Option(envvar="AFTERCARE_KAFKA", help="host:port of the brokers")],
    replication_factor: int = 3,
    min_isr: int = 2,
    partitions: Annotated[int | None, typer.Option(help="as the catalogue says, when left out")] = None,
    retention_ms: Annotated[int, typer.Option(help="-1 keeps the log for ever, so that it can be replayed")] = -1,
    patience: Annotated[float, typer.Option(help="seconds to try for, where the brokers may still be starting")] = 0,
) -> None:
    """Create the topics that are missing."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it says in many lines what a TopicError says in one
    wish = {"replication": replication_factor, "min_isr": min_isr, "retention_ms": retention_ms}
    end = time.monotonic() + patience
    while True:
        try:
            made = asyncio.run(create(bootstrap, partitions=partitions, **wish))
            break
        except TopicError:
            if time.monotonic() >= end:
                raise
            time.sleep(1)
    print(f"created {', '.join(made)}" if made else "all topics are there")


if __name__ == "__main__":
    try:
        typer.run(command)
    except TopicError as error:
        raise SystemExit(str(error)) from None
