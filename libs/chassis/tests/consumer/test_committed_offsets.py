"""Offsets are committed to Kafka on a beat, since the cursors of the database decide where a consumer reads."""

from typing import Any
from unittest.mock import Mock

import pytest
from aftercare_chassis.consumer import committed_offsets
from aftercare_chassis.consumer.committed_offsets import COMMIT_SECONDS, CommittedOffsets
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

ONE, TWO = TopicPartition("aftercare.orders.v1", 1), TopicPartition("aftercare.orders.v1", 2)


class Client:
    """Keeps what was committed, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.committed: list[dict[TopicPartition, int]] = []
        self._error = error

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        if self._error is not None:
            raise self._error
        self.committed.append(offsets)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`clock.monotonic.return_value` is the time."""
    clock = Mock()
    clock.monotonic.return_value = 100.0
    monkeypatch.setattr(committed_offsets, "time", clock)
    return clock


async def test_the_last_offsets_of_a_beat_are_one_commit(clock: Any) -> None:
    client = Client()
    offsets = CommittedOffsets(client)
    for number in (1, 2, 3):
        offsets.handled({ONE: number})
        await offsets.commit(at_once=False)
    assert client.committed == []
    clock.monotonic.return_value += COMMIT_SECONDS
    offsets.handled({TWO: 7})
    await offsets.commit(at_once=False)
    assert client.committed == [{ONE: 3, TWO: 7}]


async def test_at_rest_and_at_the_end_they_are_committed_at_once(clock: Any) -> None:
    client = Client()
    offsets = CommittedOffsets(client)
    await offsets.commit(at_once=True)
    offsets.handled({ONE: 1})
    await offsets.commit(at_once=True)
    await offsets.commit(at_once=True)
    assert client.committed == [{ONE: 1}], "nothing is committed twice"


@pytest.mark.parametrize("error", [KafkaError("away"), TimeoutError()])
async def test_a_commit_that_fails_ends_nothing(clock: Any, error: Exception) -> None:
    offsets = CommittedOffsets(Client(error))
    offsets.handled({ONE: 1})
    await offsets.commit(at_once=True)
