"""A command that builds on an event still on its way is tried again by the server, until the event has been handled."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import pytest
from aftercare_chassis.consumer.consumer import Consumer
from aftercare_chassis.database.handled_events import POLL_SECONDS
from aftercare_chassis.http import awaited_events
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.testing import Harness, until
from aftercare_events import OrderCancelled

Make = Callable[..., OrderCancelled]
Start = Callable[..., AbstractAsyncContextManager[Harness]]
LONG = 120.0


@pytest.fixture
async def start_shop(start_tally: Start, monkeypatch: pytest.MonkeyPatch) -> Start:
    """A process that is not about to end, and waits until the test has what it waits for."""

    @asynccontextmanager
    async def start(**settings: Any) -> AsyncIterator[Harness]:
        monkeypatch.setattr(awaited_events, "WAIT_SECONDS", LONG)
        async with start_tally(request_seconds=2 * LONG, **settings) as harness:
            harness.runtime.leaving = lambda: False
            yield harness

    return start


@pytest.fixture
async def shop(start_shop: Start) -> AsyncIterator[Harness]:
    async with start_shop() as harness:
        yield harness


def path(order: str = "ord_1") -> str:
    return f"/v1/tallies/of-order/{order}/up"


@asynccontextmanager
async def waiting(
    shop: Harness, *requests: Awaitable[httpx.Response]
) -> AsyncIterator[list[asyncio.Task[httpx.Response]]]:
    """These requests, once all of them wait."""
    before, tasks = shop.runtime.waiting, [asyncio.ensure_future(request) for request in requests]

    async def all_wait() -> bool:
        return shop.runtime.waiting == before + len(tasks)

    await until(all_wait, "the requests wait")
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def answers(tasks: list[asyncio.Task[httpx.Response]]) -> list[int]:
    async with asyncio.timeout(20):
        return [response.status_code for response in await asyncio.gather(*tasks)]


def attempts(shop: Harness, monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One entry for each transaction that is begun from now on."""
    begun: list[None] = []
    begin = shop.runtime.begin
    monkeypatch.setattr(shop.runtime, "begin", lambda *given: begun.append(None) or begin(*given))
    return begun


async def test_it_succeeds_when_this_process_has_handled_the_event(shop: Harness, order_cancelled: Make) -> None:
    key = {"Idempotency-Key": "mine"}
    buyer = shop.client("buyer", "buyer-1")
    shop.runtime.progress._read = no_news  # the consumer itself says so
    async with waiting(shop, buyer.post(path(), headers=key)) as tasks:
        await shop.consume(order_cancelled("ord_1"))
        assert await answers(tasks) == [200]
    assert tasks[0].result().json()["count"] == 2
    again = await buyer.post(path(), headers=key)
    assert (again.headers["idempotent-replayed"], again.json()) == ("true", tasks[0].result().json())
    assert shop.runtime.waiting == 0


async def test_it_succeeds_when_another_process_has_handled_the_event(shop: Harness, order_cancelled: Make) -> None:
    other = Runtime(shop.runtime.name, shop.settings, shop.clock, shop.ids, shop.runtime.metrics, roles={})
    await other.open()
    shop.consumer = Consumer(other, shop.service.handlers)
    async with waiting(shop, shop.client("buyer", "buyer-1").post(path())) as tasks:
        await shop.consume(order_cancelled("ord_1"))
        assert await answers(tasks) == [200]
    await other.close()


async def test_it_succeeds_when_an_operator_has_handled_the_event(shop: Harness, order_cancelled: Make) -> None:
    """No consumer moves then."""
    async with waiting(shop, shop.client("buyer", "buyer-1").post(path())) as tasks:
        pool = shop.runtime.pool
        await pool.execute("INSERT INTO tallies (id, version, owner, count) VALUES ('tally_ord_1', 1, 'buyer-1', 1)")
        await pool.execute("INSERT INTO subject_state VALUES ($1, 'ord_1', 1)", shop.runtime.name)
        assert await answers(tasks) == [200]


async def test_it_is_tried_again_for_its_own_order_alone(
    shop: Harness, order_cancelled: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = attempts(shop, monkeypatch)
    async with waiting(shop, shop.client("buyer", "buyer-1").post(path())) as tasks:
        for number in range(2, 7):
            await shop.consume(order_cancelled(f"ord_{number}"))
        assert len(begun) == 1 + 5, "the first try, and five chunks of the consumer"
        await shop.consume(order_cancelled("ord_1"))
        assert await answers(tasks) == [200]
    assert len(begun) == 1 + 5 + 2


async def test_an_event_that_does_not_help_is_waited_beyond(
    shop: Harness, order_cancelled: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's order stays unknown, however often something happens to it; that is not tried over and over."""
    await shop.consume(order_cancelled("ord_1"))
    begun, looks = attempts(shop, monkeypatch), noted_looks(shop)
    async with waiting(shop, shop.client("buyer", "stranger").post(path())) as tasks:

        async def tries(number: int) -> None:
            await until(lambda: _reached(begun, number), f"{number} transactions")
            looks.clear()
            await until(lambda: _reached(looks, 5), "some more looks")
            assert len(begun) == number

        await tries(2)  # once more, for the event may have come while it was tried
        await shop.consume(order_cancelled("ord_1"))
        await tries(4)  # the chunk, and a try for it
        assert not tasks[0].done()


def noted_looks(shop: Harness) -> list[tuple[float, list[str]]]:
    """Each question to the database from now on: when it was asked, and for which aggregates."""
    looks: list[tuple[float, list[str]]] = []
    read, clock = shop.runtime.progress._read, asyncio.get_running_loop().time

    async def noted(aggregates: Any) -> Any:
        looks.append((clock(), sorted(aggregates)))
        return await read(aggregates)

    shop.runtime.progress._read = noted
    return looks


async def no_news(_: Any) -> dict[str, int]:
    return {}


async def _reached(found: list[Any], number: int) -> bool:
    return len(found) >= number


async def test_after_a_second_it_is_refused_be_the_object_unknown_or_foreign(
    tally: Harness, order_cancelled: Make
) -> None:
    tally.runtime.leaving = lambda: False
    await tally.consume(order_cancelled("ord_1"))
    stranger, clock = tally.client("buyer", "stranger"), asyncio.get_running_loop().time
    refusals = []
    for order in ("ord_1", "ord_unknown"):
        began = clock()
        refused = await stranger.post(path(order), headers={"Idempotency-Key": "k"})
        assert clock() - began >= awaited_events.WAIT_SECONDS == 1.0
        refusals.append(Harness.problem(refused, 404, "order_unknown") | {"trace_id": ""})
        assert refused.headers["retry-after"] == "1"
    assert refusals[0] == refusals[1]
    assert b'aftercare_command_wait_seconds_count{arrived="no"} 2.0' in tally.runtime.metrics.exposition()


async def test_no_connection_is_held_meanwhile(start_shop: Start, order_cancelled: Make) -> None:
    async with start_shop(pool_size=1) as shop:
        buyer = shop.client("buyer", "buyer-1")
        async with waiting(shop, *(buyer.post(path()) for _ in range(10))) as tasks:
            assert (await buyer.post("/v1/tallies", json={"count": 1})).status_code == 201
            await shop.consume(order_cancelled("ord_1"))
            assert await answers(tasks) == [200] * 10


async def test_one_statement_looks_for_all_that_waits_and_none_when_nobody_does(
    shop: Harness, order_cancelled: Make
) -> None:
    buyer, looks = shop.client("buyer", "buyer-1"), noted_looks(shop)
    async with waiting(shop, *(buyer.post(path(f"ord_{1 + n % 2}")) for n in range(20))) as tasks:
        looks.clear()
        await until(lambda: _reached(looks, 5), "five looks")
        assert [asked for _, asked in looks[1:5]] == [["ord_1", "ord_2"]] * 4
        assert looks[4][0] - looks[0][0] >= 4 * POLL_SECONDS, "with pauses between them"
        for order in ("ord_1", "ord_2"):
            await shop.consume(order_cancelled(order))
        assert await answers(tasks) == [200] * 20
    poll: Any = shop.runtime.progress._poll
    await asyncio.wait_for(poll, 10)


async def test_so_many_wait_and_no_more(shop: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(awaited_events, "MAX_WAITING", 2)
    buyer = shop.client("buyer", "buyer-1")
    async with waiting(shop, buyer.post(path()), buyer.post(path("ord_2"))):
        refused = await asyncio.wait_for(buyer.post(path()), 10)
        Harness.problem(refused, 404, "order_unknown")
        assert shop.runtime.waiting == 2
    assert shop.runtime.waiting == 0


async def test_a_process_that_is_about_to_end_waits_no_longer(shop: Harness) -> None:
    async with waiting(shop, shop.client("buyer", "buyer-1").post(path())) as tasks:
        shop.runtime.leaving = lambda: True
        assert await answers(tasks) == [404]


async def test_who_has_gone_away_waits_no_longer(shop: Harness, order_cancelled: Make) -> None:
    gone = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if not begun:
            begun.append(None)
            return {"type": "http.request", "body": b"", "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    begun: list[None] = []
    token = shop.token("buyer", "buyer-1")
    headers = [(b"authorization", f"Bearer {token}".encode()), (b"idempotency-key", b"k")]
    scope = {"type": "http", "method": "POST", "path": path(), "raw_path": path().encode(), "query_string": b""}
    scope |= {"headers": headers, "http_version": "1.1", "scheme": "http", "server": ("s", 80), "client": ("c", 1)}
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    task = asyncio.ensure_future(shop.service.app(scope | {"root_path": "", "state": {}}, receive, send))
    await until(lambda: _waits(shop, 1), "it waits")
    gone.set()
    await asyncio.wait_for(task, 10)
    assert (shop.runtime.waiting, sent) == (0, [])
    await shop.consume(order_cancelled("ord_1"))
    assert await shop.runtime.pool.fetchval("SELECT count FROM tallies WHERE id = 'tally_ord_1'") == 1


async def _waits(shop: Harness, number: int) -> bool:
    return shop.runtime.waiting == number


async def test_requests_of_one_key_wait_side_by_side_and_one_of_them_counts(
    shop: Harness, order_cancelled: Make
) -> None:
    buyer, key = shop.client("buyer", "buyer-1"), {"Idempotency-Key": "one"}
    async with (
        waiting(shop, buyer.post(path(), headers=key)) as first,
        waiting(shop, buyer.post(path(), headers=key)) as second,
    ):
        await shop.consume(order_cancelled("ord_1"))
        found = await answers(first + second)
    assert 200 in found
    assert set(found) <= {200, 409}, "counted, replayed, or in flight at that moment"
    assert await shop.runtime.pool.fetchval("SELECT count FROM tallies WHERE id = 'tally_ord_1'") == 2


async def test_it_waits_for_less_than_a_request_may_take(start_tally: Start) -> None:
    async with start_tally(request_seconds=0.4) as harness:
        harness.runtime.leaving = lambda: False
        refused = await harness.client("buyer", "buyer-1").post(path())
        Harness.problem(refused, 404, "order_unknown")


async def test_a_database_that_is_away_ends_no_wait(shop: Harness, order_cancelled: Make) -> None:
    read, failed = shop.runtime.progress._read, list[None]()

    async def failing(_: Any) -> Any:
        failed.append(None)
        raise ConnectionResetError

    shop.runtime.progress._read = failing
    async with waiting(shop, shop.client("buyer", "buyer-1").post(path())) as tasks:
        await until(lambda: _reached(failed, 3), "looks that fail")
        shop.runtime.progress._read = read
        await shop.consume(order_cancelled("ord_1"))
        assert await answers(tasks) == [200]
