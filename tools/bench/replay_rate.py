"""How fast a projection is made again from the log: `python tools/bench/replay_rate.py [cases]`.

Wants AFTERCARE_KAFKA and AFTERCARE_POSTGRES, servers that may be written to. Writes the log of that many orders (eight
events each, of three topics), then lets analytics-svc's trace and cs-svc's copies be rebuilt, and prints events per
second of wall time and per second of this process's CPU.
"""

import asyncio
import os
import sys
import time
from datetime import UTC, datetime
from uuid import uuid4

import analytics_svc.main
import cs_svc.main
import psutil
from aftercare_chassis import kafka, rebuild, topics
from aftercare_chassis.ids import Uuid7Ids
from aftercare_chassis.testing import Harness
from aftercare_events import EVENTS, TOPICS, Envelope, codec
from aiokafka import TopicPartition

BOOTSTRAP, POSTGRES = os.environ["AFTERCARE_KAFKA"], os.environ["AFTERCARE_POSTGRES"]
CURSOR = "INSERT INTO consumer_cursor (consumer, topic, partition, next_offset) VALUES ($1, $2, $3, $4)"
LINE = {
    "line_id": "l-1",
    "sku": "TEA-1",
    "quantity": 2,
    "unit_price_minor": 9900,
    "discount_minor": 0,
    "paid_minor": 19800,
}


def story(ids: Uuid7Ids, mark: str) -> list[Envelope]:
    """One order and its case, in the order in which they happened."""
    whose = {"order_id": f"ord_{mark}", "buyer_id": f"buyer-{mark[:2]}", "merchant_id": "m-1"}
    six = {
        "affected_party": whose["buyer_id"],
        "applicant": whose["buyer_id"],
        "handler": "system",
        "result": "created",
    }
    of_case = {**whose, "case_id": f"case_{mark}", "case_type": "refund_only"}
    paid = {"currency": "CNY", "total_minor": 19800, "shipping_fee_minor": 0, "lines": [LINE]}
    asked = {
        "reason": "quality_defect",
        "stage": "post_receipt",
        "lines": [],
        "requested_minor": 19800,
        "currency": "CNY",
    }
    refund = {"refund_id": f"ref_{mark}", "payment_id": f"pay_{mark}", "amount_minor": 19800, "currency": "CNY"}
    told = [
        ("OrderCreated", 1, {**whose, **paid}),
        (
            "OrderPaid",
            2,
            {**whose, **paid, "payment_id": f"pay_{mark}", "provider": "sim", "paid_at": datetime.now(UTC)},
        ),
        ("OrderDelivered", 3, {**whose, "delivered_at": datetime.now(UTC)}),
        ("AfterSaleRequested", 1, {**of_case, **asked, "state": "pending_review"}),
        ("AfterSaleApproved", 2, {**of_case, "state": "approved", "cause": "decision"}),
        ("RefundRequested", 3, {**of_case, **refund, "state": "refunding", "cause": "approval"}),
        (
            "RefundSucceeded",
            1,
            {**whose, **refund, "case_id": f"case_{mark}", "provider": "sim", "refunded_minor": 19800},
        ),
        (
            "AfterSaleCompleted",
            4,
            {**of_case, "state": "completed", "refunded_minor": 19800, "currency": "CNY", "lines": []},
        ),
    ]
    made = []
    for name, sequence, fields in told:
        event = EVENTS[f"{name}.v1"].model_validate({**six, "time": datetime.now(UTC), **fields})
        source = f"/{event.TOPIC.writer}"
        made.append(Envelope.of(event, id=ids.uuid7(), source=source, sequence=sequence, correlation_id=mark))
    return made


async def write(orders: int) -> None:
    producer, ids = kafka.producer(BOOTSTRAP, "bench"), Uuid7Ids()
    await producer.start()
    try:
        for _ in range(orders):
            for envelope in story(ids, uuid4().hex[:16]):
                key, value, headers = codec.encode(envelope)
                await producer.send(envelope.topic, value, key=key, headers=headers)
        await producer.flush()
    finally:
        await producer.stop()


async def ends(names: list[str]) -> dict[TopicPartition, int]:
    reader = kafka.reader(BOOTSTRAP, "bench")
    await reader.start()
    try:
        places = [TopicPartition(name, n) for name in names for n in range(TOPICS[name].partitions)]
        found: dict[TopicPartition, int] = await reader.end_offsets(places)
        return found
    finally:
        await reader.stop()


def cpu(backend: psutil.Process) -> tuple[float, float]:
    """Seconds of CPU this process and the server's backend have used."""
    spent = backend.cpu_times()
    return time.process_time(), spent.user + spent.system


async def measure(factory: object, name: str) -> None:
    async with Harness.start(factory, POSTGRES, kafka=BOOTSTRAP) as harness:  # type: ignore[arg-type]
        projection = harness.service.projection
        assert projection is not None
        connection = await harness.runtime.connect(statement_timeout="0")
        rows = [(name, place.topic, place.partition, end) for place, end in (await ends(projection.topics)).items()]
        await connection.executemany(CURSOR, rows)
        work = rebuild.Rebuild(harness.runtime, connection, projection, "bench")
        backend, events = psutil.Process(await connection.fetchval("SELECT pg_backend_pid()")), 0
        began, before = time.perf_counter(), cpu(backend)
        await work.compare(resume=False)
        seconds, events = time.perf_counter() - began, work.pace.events
        ours, servers = (after - first for after, first in zip(cpu(backend), before, strict=True))
        print(f"{name}: {events:,} events in {seconds:.1f} s = {events / seconds:,.0f}/s; {len(work.refused)} refused")
        print(
            f"  CPU per event: {1e6 * ours / events:.0f} µs here, {1e6 * servers / events:.0f} µs in PostgreSQL",
            end=" ",
        )
        print(f"= {events / max(ours, servers):,.0f}/s with a core for each")
        await work.shadow.drop()
        await connection.close()


async def main() -> None:
    await topics.create(BOOTSTRAP, replication=1, min_isr=1, partitions=None, retention_ms=-1)
    await write(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
    await measure(analytics_svc.main.service, "analytics-svc")
    await measure(cs_svc.main.service, "cs-svc")


if __name__ == "__main__":
    asyncio.run(main())
