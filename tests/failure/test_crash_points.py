"""Every place where a crash could matter: the process dies there, another goes on, and the checker finds nothing."""

import asyncio
import re
from pathlib import Path

import pytest
from meters import SHORT_SESSION, Meters

ROOT = Path(__file__).resolve().parents[2]
SERVING = ["command.claimed", "command.decided", "transaction.flushed", "command.kept", "command.committed"]
RELAYING = ["relay.read", "relay.acknowledged", "relay.deleted"]
CONSUMING = ["consumer.handled", "consumer.committed"]
PAYING = ["provider_call.leased", "provider_call.prepared", "provider_call.answered"]
ELSEWHERE = ["consumer.parked", "deadline.found", "deadline.acted", "worker.begins"]


def test_every_label_is_crashed_at() -> None:
    """A new label needs a test that dies there."""
    sources = [*ROOT.glob("libs/*/src/**/*.py"), *ROOT.glob("services/*/src/**/*.py")]
    found = {label for file in sources for label in re.findall(r'failpoints\.point\("([a-z_.]+)"\)', file.read_text())}
    assert found == {*SERVING, *RELAYING, *CONSUMING, *PAYING, *ELSEWHERE}


@pytest.mark.timeout(400)
@pytest.mark.parametrize("label", SERVING)
async def test_serving_killed_at_every_point(meter: Meters, label: str) -> None:
    """The client asks again under the same key, elsewhere: what it wanted has happened once."""
    dying = meter.new("serve", AFTERCARE_CRASH_AT=f"{label}:4").start()
    await asyncio.gather(meter.start(all=1), dying.ready())
    await meter.make(12)
    await dying.gone()
    meter.parts["serve"].clear()
    await meter.load(20, times=2, writers=2)
    await meter.judged()
    assert sum(meter.clients.turned_away.values()) > 0, "nobody noticed the crash"
    assert not meter.clients.failed


@pytest.mark.timeout(400)
async def test_killed_while_parking(meter: Meters) -> None:
    """Dead right after setting an event aside: it is set aside once."""
    await meter.start(serve=1, relay=1)
    await meter.make(3)
    await meter.up(meter.meters[0], 1, mood="poison")
    await meter.up(meter.meters[0], 2)
    await meter.outbox_empty()
    await meter.new("consume", AFTERCARE_CRASH_AT="consumer.parked:1", **SHORT_SESSION).start().gone()
    await meter.start(consume=1, **SHORT_SESSION)
    await meter.judged(allow_parked=True)
    assert len(await meter.fetch("SELECT 1 FROM parked_event")) == 3
