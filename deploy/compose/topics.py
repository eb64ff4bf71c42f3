"""Create the topics of the catalogue that are missing. Brokers never create any by themselves."""

import asyncio
import os

from aftercare_events import TOPICS
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

TRIES, PAUSE = 30, 1.0
FINE = {0, 36}  # made, and was there before
CONFIGURATION = {"cleanup.policy": "delete", "retention.ms": "-1"}


async def create(bootstrap: str) -> None:
    """One request for all of them."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
        wanted = [NewTopic(topic.name, topic.partitions, 1, topic_configs=CONFIGURATION) for topic in TOPICS.values()]
        answer = await admin.create_topics(wanted, timeout_ms=20_000)
    finally:
        await admin.close()
    refused = [error for error in answer.topic_errors if error[1] not in FINE]
    if refused:
        raise SystemExit(f"refused: {refused}")


async def main() -> None:
    """Wait for a broker that has a controller, then create."""
    for left in reversed(range(TRIES)):
        try:
            await create(os.environ["AFTERCARE_KAFKA"])
            print(f"{len(TOPICS)} topics are there")
            return
        except (KafkaError, OSError):
            if not left:
                raise
            await asyncio.sleep(PAUSE)


asyncio.run(main())
