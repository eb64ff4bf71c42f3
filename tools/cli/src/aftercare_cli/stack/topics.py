"""Creating the topics of the log: by command, never by accident."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aftercare_cli.stack.interface import StackError
from aftercare_events import TOPICS
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, for_code

EXISTS, UNKNOWN = 36, 3


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
    return await _ask(bootstrap, lambda admin: admin.delete_topics(list(TOPICS), timeout_ms=20_000), fine=UNKNOWN)


async def _ask(bootstrap: str, what: Callable[[AIOKafkaAdminClient], Awaitable[Any]], *, fine: int) -> list[str]:
    """Names of the topics for which the request changed something."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=30_000)
    try:
        await asyncio.wait_for(admin.start(), 20)
        response = await asyncio.wait_for(what(admin), 40)
    except (KafkaError, TimeoutError, OSError) as error:
        raise StackError(f"kafka at {bootstrap} does not answer: {error or type(error).__name__}") from None
    finally:
        await admin.close()
    return [name for name, code in _codes(response) if _changed(name, code, fine)]


def _codes(response: Any) -> list[tuple[str, int]]:
    rows = getattr(response, "topic_errors", None) or getattr(response, "topic_error_codes", None) or []
    return [(row[0], row[1]) for row in rows]


def _changed(name: str, code: int, fine: int) -> bool:
    if code not in (0, fine):
        raise StackError(f"topic {name}: {for_code(code).__name__}")
    return code == 0
