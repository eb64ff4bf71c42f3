"""Fetches of a consumer pause, so that records gather; the first record after a quiet time is fetched at once."""

import asyncio
import time
from typing import Any

import pytest
from aftercare_chassis.kafka import clients
from aftercare_chassis.kafka.patches import paced_fetches
from aftercare_chassis.kafka.patches.paced_fetches import PacedFetcher
from aiokafka.consumer.fetcher import Fetcher


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, float]]:
    """The node and the time of each fetch that is sent."""
    found: list[tuple[int, float]] = []

    async def send(_: Fetcher, assignment: Any, node: int, request: Any) -> bool:
        found.append((node, time.monotonic()))
        return True

    monkeypatch.setattr(Fetcher, "_proc_fetch_request", send)
    return found


@pytest.fixture
def fetcher() -> PacedFetcher:
    """A fetcher without a client."""
    made = object.__new__(PacedFetcher)
    made._not_before = {}
    return made


async def test_the_next_fetch_from_a_broker_pauses(fetcher: PacedFetcher, sent: list[tuple[int, float]]) -> None:
    for node in (1, 1, 2):
        assert await fetcher._proc_fetch_request(None, node, None)
    [(_, first), (_, second), (node, other)] = sent
    assert second - first >= paced_fetches.PAUSE_SECONDS
    assert node == 2
    assert other - second < paced_fetches.PAUSE_SECONDS, "each broker has a pause of its own"


async def test_a_fetch_that_is_cancelled_in_its_pause_is_not_sent(
    fetcher: PacedFetcher, sent: list[tuple[int, float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paced_fetches, "PAUSE_SECONDS", 3600.0)
    await fetcher._proc_fetch_request(None, 1, None)
    waiting = asyncio.create_task(fetcher._proc_fetch_request(None, 1, None))
    await asyncio.sleep(0)
    waiting.cancel()
    assert await waiting is False, "aiokafka awaits the tasks that it cancels, and expects no CancelledError"
    assert len(sent) == 1


async def test_the_consumers_of_services_use_it(kafka_bootstrap: str) -> None:
    client = clients.consumer(kafka_bootstrap, "test-paced-fetches")
    await client.start()
    try:
        assert isinstance(client._fetcher, PacedFetcher)
    finally:
        await clients.close(client, 10)
