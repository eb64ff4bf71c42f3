"""Every failpoint: a process ends there, another one takes over, and the checker finds no violation."""

import asyncio
import re
from pathlib import Path

import failpoint_labels
import pytest
from counter_service import SHORT_SESSION, CounterService

ROOT = Path(__file__).resolve().parents[2]


def test_every_failpoint_is_tested() -> None:
    """A new failpoint belongs in failpoint_labels.py, and into a test that ends a process there."""
    sources = [*ROOT.glob("libs/*/src/**/*.py"), *ROOT.glob("services/*/src/**/*.py")]
    found = {label for file in sources for label in re.findall(r'failpoints\.point\("([a-z_.]+)"\)', file.read_text())}
    assert found == failpoint_labels.ALL


@pytest.mark.timeout(400)
@pytest.mark.parametrize("label", failpoint_labels.SERVE)
async def test_serving_killed_at_every_point(service: CounterService, label: str) -> None:
    """The client repeats the command with its key at another process: it takes effect once."""
    ending = service.new("serve", AFTERCARE_CRASH_AT=f"{label}:4").start()
    await asyncio.gather(service.start(all=1), ending.wait_ready())
    await service.create_counters(12)
    await ending.wait_ended()
    service.roles["serve"].clear()
    await service.load(20, times=2, writers=2)
    await service.verify()
    assert sum(service.clients.rejected.values()) > 0, "no client noticed the end of the process"
    assert not service.clients.failed


@pytest.mark.timeout(400)
async def test_consumer_killed_after_parking(service: CounterService) -> None:
    """An event is parked once, also when the consumer ends right afterwards."""
    await service.start(serve=1, relay=1)
    await service.create_counters(3)
    await service.increment(service.counters[0], 1, mode="poison")
    await service.increment(service.counters[0], 2)
    await service.wait_outbox_empty()
    await service.new("consume", AFTERCARE_CRASH_AT="consumer.parked:1", **SHORT_SESSION).start().wait_ended()
    await service.start(consume=1, **SHORT_SESSION)
    await service.verify(allow_parked=True)
    assert len(await service.fetch("SELECT 1 FROM parked_event")) == 3
