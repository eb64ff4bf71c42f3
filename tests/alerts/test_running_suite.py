"""The rules on the running suite: nothing fires while it is well, and what goes wrong reaches Alertmanager."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from aftercare_cli.couriers import Scan
from aftercare_cli.couriers.partners import SIMULATED
from aftercare_cli.journey import new_waybill
from aftercare_events.topics import CASES
from aiokafka import AIOKafkaProducer
from monitoring import Monitoring, monitoring, pass_time
from servers import Servers, servers
from shop_scenarios import ADMIN, Scenarios
from suite_processes import SuiteProcesses, suite_processes

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]
WANTED = {"order-svc": {"serve": 1, "relay": 1, "consume": 1}, "aftersale-svc": {"all": 1}, "cs-svc": {"all": 1}}
SECONDS = 180.0
"""Within which an alert arrives: some figures are measured once a minute."""


@pytest.fixture(scope="module")
def own_servers() -> Iterator[Servers]:
    with servers() as made:
        yield made


@pytest.fixture(scope="module")
async def suite(own_servers: Servers) -> AsyncIterator[SuiteProcesses]:
    async with suite_processes(own_servers, WANTED) as made:
        yield made


@pytest.fixture(scope="module")
async def watched(suite: SuiteProcesses) -> AsyncIterator[Monitoring]:
    """The suite under watch, once an order was paid."""
    await Scenarios(suite).paid_order()
    found = [(service, role, each) for (service, role), processes in suite.roles.items() for each in processes]
    async with monitoring(suite.servers, found) as made:
        yield made


async def fetched(suite: SuiteProcesses, service: str, query: str, *values: Any) -> Any:  # Any: columns of any type
    connection = await asyncpg.connect(suite.dsns[service])
    try:
        return await connection.fetchval(query, *values)
    finally:
        await connection.close()


@asynccontextmanager
async def locked(suite: SuiteProcesses, service: str, query: str, *values: Any) -> AsyncIterator[None]:
    """Run a statement that locks rows in a transaction that lasts as long as the block."""
    connection = await asyncpg.connect(suite.dsns[service])
    try:
        async with connection.transaction():
            await connection.execute(query, *values)
            yield
    finally:
        await connection.close()


async def test_nothing_fires_while_orders_are_paid_delivered_and_returned(
    suite: SuiteProcesses, watched: Monitoring
) -> None:
    """An hour of the rules, with a buyer after the other."""
    running = asyncio.create_task(pass_time(60))
    while not running.done():
        await Scenarios(suite).delivered_order()
    await running
    assert await watched.query("aftercare:http_requests:rate5m > 0"), "the rules record"
    assert await watched.fired() == set()
    assert await watched.received() == set()


async def test_what_goes_wrong_reaches_alertmanager(suite: SuiteProcesses, watched: Monitoring) -> None:
    """At once: refused signatures, unknown codes, an event that cannot be read, late answers, a ledger changed by hand, timers that stand still."""
    scenarios = Scenarios(suite)
    order = await scenarios.paid_order()
    conversation = await scenarios.command("cs-svc", "/v1/conversations", {"text": "?"}, scenarios.buyer)
    late = "UPDATE conversations SET answer_due_at = now() - interval '3 days', deadline_at = NULL WHERE id = $1 RETURNING id"
    assert await fetched(suite, "cs-svc", late, conversation["id"])
    by_hand = "UPDATE payments SET amount_minor = amount_minor - 1 WHERE order_id = $1 RETURNING id"
    assert await fetched(suite, "order-svc", by_hand, order["id"])
    await unreadable(suite)
    overdue = "UPDATE orders SET deadline_at = now() - interval '1 hour' WHERE id = $1"
    await fetched(suite, "order-svc", overdue + " RETURNING id", order["id"])
    wrong = asyncio.create_task(refused_pushes(suite))
    try:
        async with locked(suite, "order-svc", "SELECT 1 FROM orders WHERE id = $1 FOR UPDATE", order["id"]):
            await watched.wait_received(
                {
                    "PaymentCallbackSignaturesInvalid",
                    "CourierCodesUnknown",
                    "EventsParked",
                    "AnswersOverdue",
                    "LedgerDiffers",
                    "DeadlinesOverdue",
                },
                SECONDS,
            )
    finally:
        wrong.cancel()
    await watched.wait_resolved("PaymentCallbackSignaturesInvalid", SECONDS)


async def unreadable(suite: SuiteProcesses) -> None:
    """A message without headers on a topic that order-svc reads."""
    producer = AIOKafkaProducer(bootstrap_servers=suite.servers.kafka.bootstrap)
    await producer.start()
    try:
        await producer.send_and_wait(CASES.name, b"no event", key=b"case_1")
    finally:
        await producer.stop()


async def refused_pushes(suite: SuiteProcesses) -> None:
    """Callbacks with wrong signatures and pushes with codes that the courier's adapter does not know, until it is cancelled."""
    [url] = suite.urls("order-svc")
    stamp = str(int(datetime.now(UTC).timestamp()))
    headers = {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": "v1,d3Jvbmc="}
    endpoint = await Scenarios(suite).command("order-svc", "/v1/courier-endpoints", {"partner": "zto"}, ADMIN)
    zto = SIMULATED["zto"]
    while True:
        await suite.clients.http.post(f"{url}/v1/payment-webhooks/simulator", json={}, headers=headers)
        scan = Scan(new_waybill("73"), "picked_up", datetime.now(UTC))
        content = zto.content([scan]).replace(zto.codes["picked_up"][0], "NOT_HEARD_OF")
        request = zto.wrap(content, endpoint["secret"])
        await suite.clients.http.post(url + endpoint["path"], content=request.body, headers=request.headers)
        await asyncio.sleep(0.2)


async def test_a_process_that_is_killed_is_missing_until_it_is_back(suite: SuiteProcesses, watched: Monitoring) -> None:
    [relay] = suite.roles["order-svc", "relay"]
    relay.kill()
    await watched.wait_received({"ProcessMissing", "ShardsWithoutRelay"}, SECONDS)
    await relay.start().wait_ready()
    await watched.wait_resolved("ProcessMissing", SECONDS)
    await watched.wait_resolved("ShardsWithoutRelay", SECONDS)


async def test_events_that_kafka_does_not_take_are_noticed(suite: SuiteProcesses, watched: Monitoring) -> None:
    broker = suite.servers.kafka.brokers[0]
    broker.kill()
    order = asyncio.create_task(Scenarios(suite, timeout=400).paid_order())
    try:
        await watched.wait_received({"OutboxStandsStill"}, SECONDS)
    finally:
        broker.start()
        broker.wait()
    await order
    await watched.wait_resolved("OutboxStandsStill", SECONDS)
