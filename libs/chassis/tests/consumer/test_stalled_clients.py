"""A client that fetches nothing is replaced; a process that does not work is not ready, and still answers requests."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from aftercare_chassis.consumer.consumer import Consumer
from aftercare_chassis.consumer.watchdog import Thresholds
from aftercare_chassis.database import outbox
from aftercare_chassis.kafka import clients
from aftercare_chassis.relay import relay
from aftercare_chassis.relay.relay import Relay
from aftercare_chassis.service import ProcessRole
from aftercare_chassis.testing import Harness, until
from aiokafka import AIOKafkaConsumer
from httpx import ASGITransport, AsyncClient
from log_support import Make, counts, envelope_of, publish, running

SHORT = Thresholds(look=0.1, stall=3, partition=30, join=60, away=60)


def with_hanging_fetches(monkeypatch: pytest.MonkeyPatch, clients_count: int) -> list[AIOKafkaConsumer]:
    """Let the fetches of the first clients hang: the task that requests records is gone, everything else goes on. Their `stop` ends as
    with brokers away: by a cancellation of their own."""
    build, built = clients.consumer, []

    def make(*args: Any) -> AIOKafkaConsumer:
        client = build(*args)
        built.append(client)
        if len(built) <= clients_count:
            start_client, stop_client = client.start, client.stop

            async def start() -> None:
                await start_client()
                client._fetcher._fetch_task.cancel()

            async def stop() -> None:
                await stop_client()
                raise asyncio.CancelledError

            client.start, client.stop = start, stop
        return client

    monkeypatch.setattr(clients, "consumer", make)
    return built


async def test_a_client_whose_fetches_hang_is_replaced(
    on_log: Harness, order_cancelled: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = with_hanging_fetches(monkeypatch, 1)
    consumer = Consumer(on_log.runtime, on_log.service.handlers)
    consumer.watchdog.thresholds = SHORT
    order = uuid4().hex
    await publish(on_log, envelope_of(order_cancelled(order)))
    async with running(Relay(on_log.runtime).run, consumer.run):
        await until(lambda: counts(on_log, [order]), "a second client fetches it", seconds=60)
        assert consumer.watchdog.problem() is None
    assert len(built) == 2
    assert on_log.runtime.metrics.registry.get_sample_value("aftercare_consumer_rebuilds_total") == 1


async def test_a_process_without_a_working_client_is_not_ready(
    on_log: Harness, order_cancelled: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_hanging_fetches(monkeypatch, 100)
    consumer = Consumer(on_log.runtime, on_log.service.handlers)
    consumer.watchdog.thresholds = SHORT
    await publish(on_log, envelope_of(order_cancelled(uuid4().hex)))
    apps = [
        on_log.service.process(*parts) for parts in ((ProcessRole.CONSUME,), (ProcessRole.SERVE, ProcessRole.CONSUME))
    ]
    probes = [AsyncClient(transport=ASGITransport(app), base_url="http://test") for app in apps]

    async def not_ready() -> bool:
        return (await probes[0].get("/readyz")).status_code == 503

    async with running(Relay(on_log.runtime).run, consumer.run):
        await until(not_ready, "the consuming process reports the stall", seconds=60)
        assert (await probes[0].get("/readyz")).json()["why"] == {"consumer": "stalled"}
        assert (await probes[1].get("/readyz")).status_code == 200, "requests are answered nevertheless"
    for probe in probes:
        await probe.aclose()


async def test_without_kafka_requests_are_answered_and_the_backlog_is_measured(
    tally: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this harness, Kafka is an address at which no server listens."""
    monkeypatch.setattr(relay, "STALL_SECONDS", 0.5)
    tally.consumer.watchdog.thresholds = Thresholds(look=0.1, away=0.5)
    relaying, serving = tally.service.process(ProcessRole.RELAY, ProcessRole.CONSUME), tally.service.app
    async with (
        AsyncClient(transport=ASGITransport(relaying), base_url="http://test") as probe,
        AsyncClient(transport=ASGITransport(serving), base_url="http://test") as api,
        running(Relay(tally.runtime).run, tally.consumer.run),
    ):

        async def both_reported() -> bool:
            why = (await probe.get("/readyz")).json().get("why")
            return bool(why == {"consumer": "kafka_unreachable", "relay": "no_progress"})

        assert (await tally.client("buyer", "buyer-1").post("/v1/tallies", json={"count": 1})).status_code == 201
        await until(both_reported, "both loops report that they make no progress")
        assert (await api.get("/readyz")).status_code == 200
        assert (await probe.get("/livez")).status_code == 200

        async def measured() -> bool:
            return tally.runtime.metrics.registry.get_sample_value("aftercare_outbox_backlog") == 1

        await until(measured, "the backlog is measured while Kafka is away")
        assert tally.runtime.metrics.registry.get_sample_value("aftercare_relay_buckets") == outbox.SHARDS
