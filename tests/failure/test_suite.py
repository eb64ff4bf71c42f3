"""The suite itself on trial: people buy, return and complain while its processes die at the worst places."""

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
from aftercare_cli.journey import HOME
from servers import Servers
from stories import People
from test_crash_points import CONSUMING, PAYING, RELAYING, SERVING
from whole_suite import Town, town

REFUND_PATH = (
    *(("aftersale-svc", "serve", label) for label in SERVING),
    *(("aftersale-svc", "relay", label) for label in RELAYING),
    *(("order-svc", "consume", label) for label in CONSUMING),
    *(("order-svc", "consume", label) for label in PAYING),
    *(("order-svc", "relay", label) for label in RELAYING),
    *(("aftersale-svc", "consume", label) for label in CONSUMING),
)
Point = tuple[str, str, str]


@pytest.fixture(scope="module")
async def suite(one_server: Servers) -> AsyncIterator[Town]:
    """The whole suite, one process per part."""
    async with town(one_server) as made:
        made.clients.patience = 90
        yield made


async def _dies(town: Town, point: Point) -> None:
    """The one process of this part is started anew, dies at the label when its work brings it there, and is started again."""
    service, part, label = point
    [process] = town.parts[service, part]
    process.stop()  # a member that says goodbye keeps its group from working no longer
    process.environment["AFTERCARE_CRASH_AT"] = label
    await process.start().gone(60)
    town.revive()


@asynccontextmanager
async def _refunding(town: Town, buyers: int = 1) -> AsyncIterator[list[Any]]:
    """One refund after the other while the block runs, and the last one to its end; those that are done."""
    enough, done = asyncio.Event(), list[Any]()

    async def buy() -> None:
        while not enough.is_set():
            done.append(await People(town, patience=300).cancels_before_shipping())

    buying = asyncio.gather(*(buy() for _ in range(buyers)))
    try:
        yield done
    finally:
        enough.set()
        await buying


@pytest.mark.timeout(400)
@pytest.mark.parametrize("label", [*PAYING, "worker.begins"])
async def test_a_refund_killed_on_the_way_to_the_provider(suite: Town, label: str) -> None:
    """The payment worker dies before, after and in the middle of asking for money back: it comes back once."""
    async with _refunding(suite):
        await _dies(suite, ("order-svc", "consume", label))
    await suite.judged()


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_a_refund_killed_at_every_point_and_pair(suite: Town) -> None:
    """Two deaths in a row on the way of a refund, at every pair of labels, each twice in a row among them."""
    pairs = list(itertools.combinations_with_replacement(REFUND_PATH, 2))
    rounds = (
        6  # neighbours in the list are far apart in time: who dies ten times at one refund waits long before the next
    )
    for begin in range(rounds):
        async with _refunding(suite, buyers=2):
            for point in itertools.chain(*pairs[begin::rounds]):
                await _dies(suite, point)
        await suite.judged()


@pytest.mark.timeout(400)
@pytest.mark.parametrize("label", ["deadline.found", "deadline.acted"])
async def test_a_timer_killed_at_its_work(suite: Town, label: str) -> None:
    """The timer that gives up an unpaid order dies before or after its decision: the order is cancelled once."""
    people = People(suite)
    [process] = suite.parts["order-svc", "consume"]
    process.kill()
    process.environment |= {"AFTERCARE_CRASH_AT": label, "AFTERCARE_PAYMENT_HOURS": "0.0001"}
    serving = suite.parts["order-svc", "serve"][0]
    serving.environment["AFTERCARE_PAYMENT_HOURS"] = "0.0001"
    serving.kill()
    await serving.start().ready()
    line = {"sku": "KETTLE-1", "title": "电热水壶", "quantity": 1, "unit_price": {"amount": 9900, "currency": "CNY"}}
    body = {"buyer_id": people.buyer[1], "currency": "CNY", "lines": [line], "shipping_address": HOME}
    order = await people.tell("order-svc", "/v1/orders", body, people.shop)
    await process.start().gone(60)
    suite.revive()
    await people.state("order-svc", f"/v1/orders/{order['id']}", "cancelled")
    serving.environment.pop("AFTERCARE_PAYMENT_HOURS")
    serving.kill()
    suite.revive()
    await asyncio.gather(*(each.ready(60) for each in suite.all()))
    await suite.judged()


async def test_people_served_while_everything_is_killed(suite: Town, form: Any) -> None:
    """Stories of all kinds at once, processes of all kinds killed: each story ends well, to the last minor unit."""
    if form.long:
        for service in ("order-svc", "aftersale-svc"):
            await suite.start({service: {"serve": 1, "relay": 1, "consume": 1}})
    enough, ended, kills = form.pick(6, 600), 0, 0
    left = itertools.count(enough, -1)

    async def live() -> int:
        done = 0
        while next(left) > 0:
            people = People(suite, patience=form.pick(120, 240))
            await (
                people.any_story() if form.long else random.choice([people.cancels_before_shipping, people.fights])()
            )
            done += 1
        return done

    living = [asyncio.create_task(live()) for _ in range(form.pick(2, 8))]
    begun = time.monotonic()
    while not all(each.done() for each in living) and time.monotonic() - begun < form.pick(200, 1500):
        await asyncio.wait(living, timeout=form.pick(3.0, 5.0))
        random.choice(suite.all()).kill()
        kills += 1
        await asyncio.sleep(0.3)
        suite.revive()
    ended = sum(await asyncio.gather(*living))
    report = await suite.judged(seconds=180)
    form.judged(report)
    form.note(f"{ended} stories, {kills} processes killed, {suite.clients.figures()}")
    assert ended == enough
    assert not suite.clients.failed


async def test_people_served_while_kafka_is_away(suite: Town, form: Any) -> None:
    """No call fails while the broker is down; what has to travel waits, and arrives once it is back."""
    await asyncio.gather(*(each.ready(60) for each in suite.all()))
    before, people = sum(suite.clients.turned_away.values()), People(suite)
    away = form.pick(3, 60)
    await asyncio.to_thread(suite.servers.kafka.stop)
    begun, orders = time.monotonic(), 0
    while time.monotonic() - begun < away:
        await people.paid()
        orders += 1
    await asyncio.to_thread(suite.servers.kafka.revive)
    back = time.monotonic()
    report = await suite.judged(seconds=60)
    drained = time.monotonic() - back
    form.judged(report)
    form.note(
        f"Kafka away {away} s, {orders} orders paid meanwhile, everything arrived {drained:.1f} s after its return"
    )
    assert sum(suite.clients.turned_away.values()) == before
    assert drained <= 30 + 10  # the look itself, and the quiet it waits for, included


@pytest.mark.timeout(400)
async def test_the_checker_from_the_command_line(suite: Town, tmp_path: Path) -> None:
    """Exit 0 and a line per invariant when all is well, 1 when a client was told what is not so, 2 when nobody answers."""
    await People(suite).cancels_before_shipping()
    suite.clients.history.commands()  # everything said so far is in the file
    found = suite.suite()
    where = {"kafka": found.kafka, "databases": found.databases, "simulator": found.simulator, "topics": found.topics}
    stack, history = tmp_path / "stack.json", tmp_path / "history.jsonl"
    stack.write_text(json.dumps(where))
    history.write_text(suite.clients.history.path.read_text())
    sound = await _checked("--stack", str(stack), "--history", str(history))
    assert sound[0] == 0, sound[1]
    assert "sequence 1..n per aggregate" in sound[1]

    told = {"key": "k", "service": "order-svc", "method": "POST", "path": "/v1/orders", "status": 201}
    history.write_text(json.dumps(told | {"id": "ord_never", "version": 1}))
    code, said = await _checked("--stack", str(stack), "--history", str(history))
    assert (code, "order-svc has no ord_never" in said) == (1, True), said

    stack.write_text("{}")
    assert (await _checked("--stack", str(stack)))[0] == 2


async def _checked(*arguments: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "aftercare_checker",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()
