"""Clients are built with the settings that keep events safe, and their calls end in time."""

import asyncio
from typing import Any

import pytest
from aftercare_chassis.kafka import clients
from aiokafka.errors import KafkaError


def test_producers_wait_for_every_replica_and_repeat_nothing() -> None:
    assert clients.PRODUCER["acks"] == "all"
    assert clients.PRODUCER["enable_idempotence"] is True


def test_consumers_commit_nothing_by_themselves_and_start_at_the_beginning() -> None:
    assert clients.CONSUMER["enable_auto_commit"] is False
    assert clients.CONSUMER["auto_offset_reset"] == "earliest"
    assert clients.CONSUMER["session_timeout_ms"] < clients.CONSUMER["rebalance_timeout_ms"]


async def test_a_result_is_returned() -> None:
    async def call() -> str:
        return "done"

    assert await clients.result(call(), 1) == "done"


async def test_a_call_without_a_result_times_out() -> None:
    with pytest.raises(TimeoutError):
        await clients.result(asyncio.Event().wait(), 0.01)


async def test_a_call_that_a_client_cancels_is_an_error_of_kafka() -> None:
    async def call() -> None:
        raise asyncio.CancelledError

    with pytest.raises(clients.ClientFailed) as failed:
        await clients.result(call(), 1)
    assert isinstance(failed.value, KafkaError)


async def test_a_caller_that_is_cancelled_stays_cancelled() -> None:
    task = asyncio.create_task(clients.result(asyncio.Event().wait(), 10))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancellation_that_comes_together_with_the_result_is_not_lost() -> None:
    """The watchdog of a client that was replaced would run on, and report progress for the next client."""
    answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(clients.result(answer, 10))
    await asyncio.sleep(0)
    answer.set_result("done")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


class Client:
    """A client whose `stop` lasts until the test ends it."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.brokers_are_back, self._error, self.stopped = asyncio.Event(), error, False

    async def stop(self) -> None:
        await self.brokers_are_back.wait()
        self.stopped = True
        if self._error:
            raise self._error


async def test_close_does_not_wait_long_and_the_client_stops_later() -> None:
    client: Any = Client()
    await clients.close(client, 0.01)
    assert not client.stopped
    [closing] = clients._closing
    client.brokers_are_back.set()
    await closing
    assert client.stopped
    assert not clients._closing


@pytest.mark.parametrize("error", [KafkaError("away"), asyncio.CancelledError()], ids=["error", "cancelled"])
async def test_errors_of_stop_are_ignored(error: BaseException) -> None:
    client: Any = Client(error)
    client.brokers_are_back.set()
    await clients.close(client, 5)
    assert client.stopped
