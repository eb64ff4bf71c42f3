"""Every place where a crash could matter: the process dies there, another goes on, and the checker finds nothing."""

import asyncio
import itertools
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aftercare_cli.journey import HOME
from meters import Meters
from servers import Servers
from stories import People
from town import Town, town

ROOT = Path(__file__).resolve().parents[2]
SERVING = ["command.claimed", "command.decided", "transaction.flushed", "command.kept", "command.committed"]
RELAYING = ["relay.read", "relay.acknowledged", "relay.deleted"]
CONSUMING = ["consumer.handled", "consumer.committed"]
PAYING = ["provider_call.leased", "provider_call.prepared", "provider_call.answered"]
ELSEWHERE = ["consumer.parked", "deadline.found", "deadline.acted", "worker.begins"]
REFUND_PATH = (
    *(("aftersale-svc", "serve", label) for label in SERVING),
    *(("aftersale-svc", "relay", label) for label in RELAYING),
    *(("order-svc", "consume", label) for label in CONSUMING),
    *(("order-svc", "consume", label) for label in PAYING),
    *(("order-svc", "relay", label) for label in RELAYING),
    *(("aftersale-svc", "consume", label) for label in CONSUMING),
)
Point = tuple[str, str, str]


def test_every_label_is_crashed_at() -> None:
    """A new label needs a test that dies there."""
    sources = [*ROOT.glob("libs/*/src/**/*.py"), *ROOT.glob("services/*/src/**/*.py")]
    found = {label for file in sources for label in re.findall(r'crash\.point\("([^"]+)"\)', file.read_text())}
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
    await meter.new("consume", AFTERCARE_CRASH_AT="consumer.parked:1", FAILURE_SESSION_MS="6000").start().gone()
    await meter.start(consume=1, FAILURE_SESSION_MS="6000")
    await meter.judged(allow_parked=True)
    assert len(await meter.fetch("SELECT 1 FROM parked_event")) == 3


@pytest.fixture(scope="module")
async def suite(one_server: Servers) -> AsyncIterator[Town]:
    """The whole suite, one process per part."""
    async with town(one_server) as made:
        made.clients.patience = 90
        yield made


async def _crash_there(town: Town, points: tuple[Point, ...]) -> None:
    """A refund during which these processes die, one after the other; whoever died is started again."""
    people = People(town)
    order, _ = await people.paid()
    case = await people.ask(order, 3, "refund_only", "not_shipped_in_time")
    first, *later = points
    dying = _arm(town, first)
    await dying.ready(60)
    refunding = asyncio.create_task(_refund(people, case))
    await dying.gone(60)
    for each in later:
        # The next one dies in the same refund, wherever that has come to meanwhile; it may already be past that place.
        await (dying := _arm(town, each)).ready(60)
    while not refunding.done():
        town.revive()
        await asyncio.wait({refunding}, timeout=0.5)
    await refunding
    if later and dying.found():
        dying.environment.pop("AFTERCARE_CRASH_AT", None)
        dying.stop()
    town.revive()
    await asyncio.gather(*(each.ready(60) for each in town.all()))


async def _refund(people: People, case: dict[str, Any]) -> None:
    await people.approve(case)
    await people.completed(case)


def _arm(town: Town, point: Point) -> Any:
    """The process of this part, started anew so that it dies at the label."""
    service, part, label = point
    [process] = town.parts[service, part]
    process.kill()
    process.environment["AFTERCARE_CRASH_AT"] = label
    return process.start()


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    "point",
    [("order-svc", "consume", label) for label in PAYING] + [("order-svc", "consume", "worker.begins")],
    ids=lambda point: point[2],
)
async def test_a_refund_killed_on_the_way_to_the_provider(suite: Town, point: Point) -> None:
    """The payment worker dies before, after and in the middle of asking for money back: it comes back once."""
    if point[2] == "worker.begins":
        await _arm(suite, point).gone(60)
        suite.revive()
        return
    await _crash_there(suite, (point,))
    await suite.judged()


@pytest.mark.long
@pytest.mark.timeout(3000)
async def test_a_refund_killed_at_every_point_and_pair(suite: Town) -> None:
    """All labels of the refund's path, then all pairs of them."""
    await suite.judged()
    for number, points in enumerate([*((one,) for one in REFUND_PATH), *itertools.combinations(REFUND_PATH, 2)]):
        await _crash_there(suite, points)
        if number % 10 == 0:
            await suite.judged()
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
