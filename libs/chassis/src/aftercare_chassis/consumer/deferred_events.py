"""Events without an effect in this service, which wait for the next transaction that has one.

A service receives all events of its topics and handles some of them. The others only move its cursors and the sequences of
their aggregates. Nobody waits for that, so they join the transaction of the next event with an effect, or have one together
after half a second.
"""

import time
from collections.abc import Callable, Collection

from aiokafka import ConsumerRecord, TopicPartition

from aftercare_chassis.consumer.chunks import Records

MOST, SECONDS = 100, 0.5
"""How many events may wait, and how long."""


class DeferredEvents:
    """Those of one consumer, in the order of their offsets. `ignored` are their types; `clock` returns seconds."""

    def __init__(self, ignored: Collection[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._ignored = frozenset(name.encode() for name in ignored)
        self._clock, self._since = clock, 0.0
        self._waiting: dict[TopicPartition, list[ConsumerRecord]] = {}

    def clear(self) -> None:
        """Forget what waits; it is fetched again."""
        self._waiting = {}

    def join(self, fetched: Records, assigned: Collection[TopicPartition]) -> Records:
        """Return what is to be handled now: what has waited and `fetched` behind it, or nothing while all of it may wait.

        What waits of a partition that is no longer assigned is left to its new owner.
        """
        if not self._waiting:
            self._since = self._clock()
        together = {partition: records for partition, records in self._waiting.items() if partition in assigned}
        for partition, records in fetched.items():
            together[partition] = [*together.get(partition, ()), *records]
        self._waiting = {}
        if not self._may_wait(fetched, sum(map(len, together.values()))):
            return together
        self._waiting = together
        return {}

    def _may_wait(self, fetched: Records, number: int) -> bool:
        if number >= MOST or self._clock() - self._since >= SECONDS:
            return False
        return all(_type(record) in self._ignored for records in fetched.values() for record in records)


def _type(record: ConsumerRecord) -> bytes | None:
    return next((value for name, value in record.headers if name == "ce_type"), None)
