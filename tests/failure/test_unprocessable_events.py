"""Events that cannot be handled or read, among many others: parked, decided by an operator, and handled or discarded."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from aftercare_chassis.testing import until
from aiokafka import AIOKafkaProducer
from counter_service import SHORT_SESSION, CounterService, counter_service, replayed_state_hash
from servers import Servers


async def test_poison_among_many(one_server: Servers, scale: Any) -> None:
    """The aggregate of an event that the handler cannot process waits in order; all others go on. After the fix the
    state is that of a build that never failed."""
    async with counter_service(one_server) as service:
        await service.start(serve=1, relay=1, consume=2, **SHORT_SESSION)
        await service.create_counters(20)
        blocked = service.counters[0]
        events = scale.pick(300, 10_000)
        await service.load(events // 2, times=10)
        await service.increment(blocked, 1, mode="poison")
        await service.load(events // 2, times=10)
        await service.increment(blocked, 5)
        parked = await _parked_in_order(service, blocked)
        await service.verify(allow_parked=True)
        service.end("consume")
        await service.run("retry-key", blocked, COUNTER_FIXED="1")
        await service.start(consume=1, COUNTER_FIXED="1", **SHORT_SESSION)
        await service.increment(blocked, 2)
        report = await service.verify(seconds=scale.pick(120, 300))
        scale.count(report)
        assert await service.state_hash() == await replayed_state_hash(service, COUNTER_FIXED="1")
    scale.note(f"1 poison event, {parked} parked behind it, state as of a build without the failure")


async def _parked_in_order(service: CounterService, blocked: str) -> int:
    """Wait until all events of the blocked counter are parked; how many there are behind the first."""

    async def all_parked() -> bool:
        version = (await service.fetch("SELECT version FROM counters WHERE id = $1", blocked))[0]["version"]
        parked = await service.fetch("SELECT max(sequence) AS n FROM parked_event WHERE aggregateid = $1", blocked)
        return bool(parked[0]["n"] == version)

    await until(all_parked, "every event of the blocked counter is parked", 60)
    rows = await service.fetch("SELECT aggregateid, headers->>'ce_sequence' AS n FROM parked_event ORDER BY id")
    numbers = [int(row["n"]) for row in rows]
    assert {row["aggregateid"] for row in rows} == {blocked}
    assert len(numbers) >= 6
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return len(numbers) - 1


async def test_bad_input_among_many(service: CounterService, scale: Any) -> None:
    """Unreadable messages, a gap and a contradiction on the topic: parked and decided while other events are consumed."""
    await service.start(serve=1, relay=1)
    [consumer] = await service.start(consume=1)
    await service.create_counters(20)
    garbled, gapped, doubled, *_ = service.counters
    async with service.under_load(times=scale.pick(4, 25), pause=scale.pick(0.05, 0.0)):
        await service.wait_acknowledged(scale.pick(50, 5_000), 300)
        await _send(service, garbled, ce_id=b"?")
        await _send(service, gapped, ce_sequence=b"%020d" % 10**9)
        await _send(service, doubled, ce_sequence=b"%020d" % 1)
        await _send(service, None)
        await service.wait_acknowledged(scale.pick(200, 50_000), 600)
    report = await service.verify(seconds=scale.pick(120, 300), allow_parked=True)
    scale.count(report)
    rows = await service.fetch("SELECT aggregateid, trouble FROM parked_event WHERE trouble <> 'behind' ORDER BY 1")
    reasons = {garbled: "unreadable", gapped: "sequence_gap", doubled: "contradiction", "": "unreadable"}
    assert {row["aggregateid"]: row["trouble"] for row in rows} == reasons
    await _decide(service, gapped)
    for counter in (garbled, doubled):
        await service.run("parked", "retry-key", counter)
    await service.load(scale.pick(50, 1_000), times=5)
    await service.verify(seconds=60)
    assert "consumer_rebuilt" not in consumer.log()
    scale.note(f"4 bad messages, {report['parked events'].checked} parked with those behind them, all decided")


async def _decide(service: CounterService, gapped: str) -> None:
    """Discard the four bad messages."""
    for reason in ("unreadable", "contradiction", "unreadable", "sequence_gap"):
        first = "SELECT id FROM parked_event WHERE trouble = $1 ORDER BY id LIMIT 1"
        [row] = await service.fetch(first, reason)
        if reason == "sequence_gap":  # the events behind it have lower numbers, so they come first
            await service.run("parked", "retry-key", gapped)
        await service.run("parked", "discard", str(row["id"]), "--reason", "not published by the service")


async def _send(service: CounterService, key: str | None, **headers: bytes) -> None:
    """Send a message to the topic that no relay has sent; `headers` replace those of a good one."""
    subject = (key or "nobody").encode()
    fields = {"affected_party": "p", "applicant": "p", "handler": "p", "result": "counted", "matter": "counted"}
    data = {**fields, "time": "2026-03-04T05:06:07Z", "counter_id": key, "value": 1, "mode": ""}
    good = {
        "ce_specversion": b"1.0",
        "ce_id": str(uuid.uuid4()).encode(),
        "ce_type": b"Counted.v1",
        "ce_source": b"/elsewhere",
        "ce_subject": subject,
        "ce_time": datetime.now(UTC).isoformat().encode(),
        "ce_partitionkey": subject,
        "ce_sequence": b"%020d" % 1,
        "ce_correlationid": b"c",
        "content-type": b"application/json",
    }
    async with AIOKafkaProducer(bootstrap_servers=service.servers.kafka.bootstrap) as producer:
        await producer.send_and_wait(
            service.topic,
            json.dumps(data).encode(),
            key=key and key.encode(),
            headers=list({**good, **headers}.items()),
        )
