"""The rate at which a projection is rebuilt from the log, beside live tables that do not change meanwhile."""

from typing import Any

import psutil
from aftercare_chassis.kafka import clients
from aftercare_chassis.projections import rebuild
from aftercare_chassis.service import Service
from aftercare_events import TOPICS
from aiokafka import TopicPartition
from measurement import Measurement, timed

CURSOR = "INSERT INTO consumer_cursor (consumer, topic, partition, next_offset) VALUES ($1, $2, $3, $4)"


# Any service with a projection: its settings are not used.
async def measure(service: Service[Any], postgres: psutil.Process) -> Measurement:
    """Replay the whole log into this service's projection. Its runtime is open and has consumed nothing yet."""
    runtime, projection = service.runtime, service.projection
    if projection is None:
        raise ValueError(f"{service.name} has no projection")
    connection = await runtime.connect(statement_timeout="0")
    places = await ends(runtime.settings.kafka, projection.topics)
    await connection.executemany(CURSOR, [(service.name, *place, end) for place, end in places.items()])
    work = rebuild.Rebuild(runtime, connection, projection, "bench")
    with timed(postgres) as measured:
        await work.compare(resume=False)
        measured.events = work.replay.progress.events
    if work.replay.refused:
        raise SystemExit(f"bench: the replay of {service.name} refused {len(work.replay.refused)} aggregates")
    await work.shadow.drop()
    await connection.close()
    return measured


async def ends(bootstrap: str, names: list[str]) -> dict[TopicPartition, int]:
    """The end offsets of these topics."""
    reader = clients.reader(bootstrap, "bench")
    await reader.start()
    try:
        places = [TopicPartition(name, number) for name in names for number in range(TOPICS[name].partitions)]
        found: dict[TopicPartition, int] = await reader.end_offsets(places)
        return found
    finally:
        await reader.stop()
