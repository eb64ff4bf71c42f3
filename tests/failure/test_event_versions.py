"""A producer that publishes a second version of an event beside the first."""

from typing import Any

from counter_service import CounterService, replayed_state_hash


async def test_two_versions_at_once(service: CounterService, scale: Any) -> None:
    """The producer is replaced by one that publishes both versions, and back: consumers of the first lose nothing."""
    await service.start(serve=1)
    await service.start(relay=1, consume=2)
    await service.create_counters(20)
    events = scale.pick(60, 10_000)
    await service.load(events, times=5)
    service.end("serve")
    await service.start(serve=1, COUNTER_PUBLISHES="v1,v2")
    await service.load(events, times=5)  # consumers receive a type that they do not know
    await service.wait_outbox_empty()
    assert await _total(service) > 0
    service.end("serve")
    await service.start(serve=1)
    await service.load(events, times=5)
    report = await service.verify(seconds=scale.pick(120, 300), unhandled=("Counted.v2",))
    scale.count(report)
    assert not await service.fetch("SELECT 1 FROM parked_event")
    assert await service.state_hash() == await replayed_state_hash(service)
    scale.note("v1 → v1+v2 → v1; the whole log consumed into an empty database gives the same hash")


async def _total(service: CounterService) -> int:
    return int((await service.fetch("SELECT sum(total) AS n FROM totals"))[0]["n"])
