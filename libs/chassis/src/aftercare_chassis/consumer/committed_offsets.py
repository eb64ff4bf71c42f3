"""The offsets that Kafka keeps for the consumer group. They serve monitoring: our own cursors decide where a consumer reads.

So they are committed every few seconds and not after every fetch, which would be a request per event at ordinary load.
"""

import time
from collections.abc import Mapping
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from aftercare_chassis.kafka import clients

COMMIT_SECONDS, CALL_SECONDS = 2.0, 5.0
"""How far the committed offsets may be behind while events arrive, and how long a commit may take."""


class CommittedOffsets:
    """The offsets that one client has handled and not committed yet."""

    def __init__(self, client: AIOKafkaConsumer) -> None:
        self._client = client
        self._waiting: dict[TopicPartition, int] = {}
        self._committed = time.monotonic()

    def handled(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Note the next offset of each of these partitions."""
        self._waiting.update(offsets)

    async def commit(self, *, at_once: bool) -> None:
        """Commit what waits, `at_once` or when the last commit is COMMIT_SECONDS ago.

        In one call: each would wait for its answer while the other partitions wait. A failure does no harm and is ignored.
        """
        if self._waiting and (at_once or time.monotonic() - self._committed >= COMMIT_SECONDS):
            self._committed, waiting, self._waiting = time.monotonic(), self._waiting, {}
            with suppress(KafkaError, TimeoutError):
                await clients.result(self._client.commit(waiting), CALL_SECONDS)
