"""Failures of the whole suite: scenarios run while its processes end at failpoints or are killed."""

import asyncio
import itertools
import json
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aftercare_cli.journey import SHIPPING_ADDRESS
from failpoint_labels import CONSUME, PROVIDER_CALL, RELAY, SERVE
from servers import Servers
from shop_scenarios import Scenarios
from suite_processes import SuiteProcesses, suite_processes

REFUND_PATH = (
    *(("aftersale-svc", "serve", label) for label in SERVE),
    *(("aftersale-svc", "relay", label) for label in RELAY),
    *(("order-svc", "consume", label) for label in CONSUME),
    *(("order-svc", "consume", label) for label in PROVIDER_CALL),
    *(("order-svc", "relay", label) for label in RELAY),
    *(("aftersale-svc", "consume", label) for label in CONSUME),
)
Point = tuple[str, str, str]


@pytest.fixture(scope="module")
async def suite(one_server: Servers) -> AsyncIterator[SuiteProcesses]:
    """The whole suite, one process per role."""
    async with suite_processes(one_server) as made:
        made.clients.timeout = 90
        yield made


async def _end_at(suite: SuiteProcesses, point: Point) -> None:
    """Restart the only process of a role so that it ends at the failpoint; wait until it has, and start it again."""
    service, role, label = point
    [process] = suite.roles[service, role]
    process.stop()  # a consumer that leaves its group does not hold up the others
    process.environment["AFTERCARE_CRASH_AT"] = label
    await process.start().wait_ended(60)
    suite.start_stopped()


@asynccontextmanager
async def _refunding(suite: SuiteProcesses, buyers: int = 1) -> AsyncIterator[list[Any]]:
    """Run refunds one after the other during the block, and the last ones to their end; the list of those that are done."""
    enough, done = asyncio.Event(), list[Any]()

    async def buy() -> None:
        while not enough.is_set():
            done.append(await Scenarios(suite, timeout=300).refund_before_shipment())

    buying = asyncio.gather(*(buy() for _ in range(buyers)))
    try:
        yield done
    finally:
        enough.set()
        await buying


@pytest.mark.timeout(400)
@pytest.mark.parametrize("label", [*PROVIDER_CALL, "worker.begins"])
async def test_worker_killed_during_the_call_to_the_provider(suite: SuiteProcesses, label: str) -> None:
    """The payment worker ends before, during or after a refund call: the refund happens once."""
    async with _refunding(suite):
        await _end_at(suite, ("order-svc", "consume", label))
    await suite.verify()


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_processes_killed_at_every_pair_of_failpoints_of_a_refund(suite: SuiteProcesses) -> None:
    """Two processes end one after the other, at every pair of failpoints on the path of a refund."""
    pairs = list(itertools.combinations_with_replacement(REFUND_PATH, 2))
    rounds = 6  # pairs that are neighbours in the list run in different rounds: retries of one refund back off
    for begin in range(rounds):
        async with _refunding(suite, buyers=2):
            for point in itertools.chain(*pairs[begin::rounds]):
                await _end_at(suite, point)
        await suite.verify()


@pytest.mark.timeout(400)
@pytest.mark.parametrize("label", ["deadline.found", "deadline.acted"])
async def test_worker_killed_at_a_timeout(suite: SuiteProcesses, label: str) -> None:
    """The worker that cancels an unpaid order ends before or after its command: the order is cancelled once."""
    scenarios = Scenarios(suite)
    [process] = suite.roles["order-svc", "consume"]
    process.kill()
    process.environment |= {"AFTERCARE_CRASH_AT": label, "AFTERCARE_PAYMENT_HOURS": "0.0001"}
    serving = suite.roles["order-svc", "serve"][0]
    serving.environment["AFTERCARE_PAYMENT_HOURS"] = "0.0001"
    serving.kill()
    await serving.start().wait_ready()
    line = {"sku": "KETTLE-1", "title": "电热水壶", "quantity": 1, "unit_price": {"amount": 9900, "currency": "CNY"}}
    body = {"buyer_id": scenarios.buyer[1], "currency": "CNY", "lines": [line], "shipping_address": SHIPPING_ADDRESS}
    order = await scenarios.command("order-svc", "/v1/orders", body, scenarios.shop)
    await process.start().wait_ended(60)
    suite.start_stopped()
    await scenarios.wait_state("order-svc", f"/v1/orders/{order['id']}", "cancelled")
    serving.environment.pop("AFTERCARE_PAYMENT_HOURS")
    serving.kill()
    suite.start_stopped()
    await asyncio.gather(*(each.wait_ready(60) for each in suite.all()))
    await suite.verify()


async def test_scenarios_while_processes_are_killed(suite: SuiteProcesses, scale: Any) -> None:
    """All scenarios at once while random processes are killed: each one succeeds, exact to the minor unit."""
    if scale.long:
        for service in ("order-svc", "aftersale-svc"):
            await suite.start({service: {"serve": 1, "relay": 1, "consume": 1}})
    enough, ended, kills = scale.pick(6, 600), 0, 0
    left = itertools.count(enough, -1)

    async def run() -> int:
        done = 0
        while next(left) > 0:
            scenarios = Scenarios(suite, timeout=scale.pick(120, 240))
            await (
                scenarios.random_scenario()
                if scale.long
                else random.choice([scenarios.refund_before_shipment, scenarios.dispute])()
            )
            done += 1
        return done

    running = [asyncio.create_task(run()) for _ in range(scale.pick(2, 8))]
    begun = time.monotonic()
    while not all(each.done() for each in running) and time.monotonic() - begun < scale.pick(200, 1500):
        await asyncio.wait(running, timeout=scale.pick(3.0, 5.0))
        random.choice(suite.all()).kill()
        kills += 1
        await asyncio.sleep(0.3)
        suite.start_stopped()
    ended = sum(await asyncio.gather(*running))
    report = await suite.verify(seconds=180)
    scale.count(report)
    scale.note(f"{ended} scenarios, {kills} processes killed, {suite.clients.summary()}")
    assert ended == enough
    assert not suite.clients.failed


async def test_scenarios_while_kafka_is_down(suite: SuiteProcesses, scale: Any) -> None:
    """No command fails while the broker is down; the events arrive once it is up again."""
    await asyncio.gather(*(each.wait_ready(60) for each in suite.all()))
    before, scenarios = sum(suite.clients.rejected.values()), Scenarios(suite)
    down_seconds = scale.pick(3, 60)
    await asyncio.to_thread(suite.servers.kafka.stop)
    begun, orders = time.monotonic(), 0
    while time.monotonic() - begun < down_seconds:
        await scenarios.paid_order()
        orders += 1
    await asyncio.to_thread(suite.servers.kafka.start_stopped)
    up_again = time.monotonic()
    report = await suite.verify(seconds=60)
    drained = time.monotonic() - up_again
    scale.count(report)
    scale.note(f"Kafka down {down_seconds} s, {orders} orders paid meanwhile, all events arrived {drained:.1f} s later")
    assert sum(suite.clients.rejected.values()) == before
    assert drained <= 30 + 10  # 10 s for the check itself


@pytest.mark.timeout(400)
async def test_exit_codes_of_the_checker(suite: SuiteProcesses, tmp_path: Path) -> None:
    """Exit code 0 where all invariants hold, 1 where a response is not durable, 2 where the suite cannot be read."""
    await Scenarios(suite).refund_before_shipment()
    suite.clients.history.commands()  # writes all attempts to the file
    found = suite.suite()
    addresses = {
        "kafka": found.kafka,
        "databases": found.databases,
        "simulator": found.simulator,
        "topics": found.topics,
    }
    stack, history = tmp_path / "stack.json", tmp_path / "history.jsonl"
    stack.write_text(json.dumps(addresses))
    history.write_text(suite.clients.history.path.read_text())
    sound = await _run_checker("--stack", str(stack), "--history", str(history))
    assert sound[0] == 0, sound[1]
    assert "sequence 1..n per aggregate" in sound[1]

    attempt = {"key": "k", "service": "order-svc", "method": "POST", "path": "/v1/orders", "status": 201}
    history.write_text(json.dumps(attempt | {"id": "ord_never", "version": 1}))
    code, output = await _run_checker("--stack", str(stack), "--history", str(history))
    assert (code, "order-svc has no ord_never" in output) == (1, True), output

    stack.write_text("{}")
    assert (await _run_checker("--stack", str(stack)))[0] == 2


async def _run_checker(*arguments: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "aftercare_checker",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode()
