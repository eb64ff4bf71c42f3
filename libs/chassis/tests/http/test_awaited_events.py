"""A command that depends on an event still on its way is attempted again by the server, until the event is handled."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
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
LONG = 120.0  # seconds; no test waits that long


@pytest.fixture
async def start_shop(start_tally: Start, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Starts a service that keeps running and lets requests wait for as long as a test needs."""

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
    """Sends these requests; the block starts once all of them wait."""
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


async def statuses(tasks: list[asyncio.Task[httpx.Response]]) -> list[int]:
    async with asyncio.timeout(60):
        return [response.status_code for response in await asyncio.gather(*tasks)]


def attempts(shop: Harness, monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One entry for each transaction that is started from now on."""
    started: list[None] = []
    begin = shop.runtime.begin
    monkeypatch.setattr(shop.runtime, "begin", lambda *given: started.append(None) or begin(*given))
    return started


async def test_it_succeeds_once_this_process_has_handled_the_event(shop: Harness, order_cancelled: Make) -> None:
    key = {"Idempotency-Key": "mine"}
    buyer = shop.client("buyer", "buyer-1")
    shop.runtime.progress._read = nothing_handled  # so only the consumer of this process can report it
    async with waiting(shop, buyer.post(path(), headers=key)) as tasks:
        await shop.consume(order_cancelled("ord_1"))
        assert await statuses(tasks) == [200]
    assert tasks[0].result().json()["count"] == 2
    again = await buyer.post(path(), headers=key)
    assert (again.headers["idempotent-replayed"], again.json()) == ("true", tasks[0].result().json())
    assert shop.runtime.waiting == 0


async def test_a_question_is_answered_once_the_event_was_handled(shop: Harness, order_cancelled: Make) -> None:
    asked = shop.client("buyer", "buyer-1").post("/v1/tallies/compare?order_id=ord_1", json={"count": 0})
    async with waiting(shop, asked) as tasks:
        await shop.consume(order_cancelled("ord_1"))
        assert await statuses(tasks) == [200]
    assert tasks[0].result().json() == {"more": 1}


async def test_it_succeeds_once_another_process_has_handled_the_event(shop: Harness, order_cancelled: Make) -> None:
    other = Runtime(shop.runtime.name, shop.settings, shop.clock, shop.ids, shop.runtime.metrics, roles={})
    await other.open()
    shop.consumer = Consumer(other, shop.service.handlers)
    async with waiting(shop, shop.client("buyer", "buyer-1").post(path())) as tasks:
        await shop.consume(order_cancelled("ord_1"))
        assert await statuses(tasks) == [200]
    await other.close()


async def test_it_succeeds_once_an_operator_has_handled_the_event(shop: Harness, order_cancelled: Make) -> None:
    """No consumer makes progress then."""
    async with waiting(shop, shop.client("buyer", "buyer-1").post(path())) as tasks:
        pool = shop.runtime.pool
        await pool.execute("INSERT INTO tallies (id, version, owner, count) VALUES ('tally_ord_1', 1, 'buyer-1', 1)")
        await pool.execute("INSERT INTO subject_state VALUES ($1, 'ord_1', 1)", shop.runtime.name)
        assert await statuses(tasks) == [200]


async def test_it_is_attempted_again_for_events_of_its_own_order_only(
    shop: Harness, order_cancelled: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = attempts(shop, monkeypatch)
    async with waiting(shop, shop.client("buyer", "buyer-1").post(path())) as tasks:
        for number in range(2, 7):
            await shop.consume(order_cancelled(f"ord_{number}"))
        assert len(started) == 1 + 5, "the first attempt, and five chunks of the consumer"
        await shop.consume(order_cancelled("ord_1"))
        assert await statuses(tasks) == [200]
    assert len(started) == 1 + 5 + 2


async def test_after_an_event_that_does_not_help_it_waits_for_the_next(
    shop: Harness, order_cancelled: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A foreign order stays unknown, whatever happens to it; each of its events causes one attempt, not many."""
    await shop.consume(order_cancelled("ord_1"))
    started, polls = attempts(shop, monkeypatch), recorded_polls(shop)
    async with waiting(shop, shop.client("buyer", "other").post(path())) as tasks:

        async def attempted(number: int) -> None:
            await until(lambda: _reached(started, number), f"{number} transactions")
            polls.clear()
            await until(lambda: _reached(polls, 5), "five more polls")
            assert len(started) == number

        await attempted(2)  # a second attempt, for the event may have been handled during the first
        await shop.consume(order_cancelled("ord_1"))
        await attempted(4)  # the chunk, and an attempt after it
        assert not tasks[0].done()


def recorded_polls(shop: Harness) -> list[tuple[float, list[str]]]:
    """Each poll of the database from now on: its time, and its aggregates."""
    polls: list[tuple[float, list[str]]] = []
    read, clock = shop.runtime.progress._read, asyncio.get_running_loop().time

    async def recorded(aggregates: Any) -> Any:
        polls.append((clock(), sorted(aggregates)))
        return await read(aggregates)

    shop.runtime.progress._read = recorded
    return polls


async def nothing_handled(_: Any) -> dict[str, int]:
    return {}


async def _reached(found: list[Any], number: int) -> bool:
    return len(found) >= number


async def test_after_a_second_an_unknown_and_a_foreign_object_are_refused_alike(
    tally: Harness, order_cancelled: Make
) -> None:
    tally.runtime.leaving = lambda: False
    await tally.consume(order_cancelled("ord_1"))
    other, clock = tally.client("buyer", "other"), asyncio.get_running_loop().time
    refusals = []
    for order in ("ord_1", "ord_unknown"):
        began = clock()
        refused = await other.post(path(order), headers={"Idempotency-Key": "k"})
        assert clock() - began >= awaited_events.WAIT_SECONDS == 1.0
        refusals.append(Harness.problem(refused, 404, "order_unknown") | {"trace_id": ""})
        assert refused.headers["retry-after"] == "1"
    assert refusals[0] == refusals[1]
    assert b'aftercare_command_wait_seconds_count{arrived="no"} 2.0' in tally.runtime.metrics.exposition()


async def test_no_connection_is_held_while_waiting(start_shop: Start, order_cancelled: Make) -> None:
    async with start_shop(pool_size=1) as shop:
        buyer = shop.client("buyer", "buyer-1")
        async with waiting(shop, *(buyer.post(path()) for _ in range(10))) as tasks:
            assert (await buyer.post("/v1/tallies", json={"count": 1})).status_code == 201
            await shop.consume(order_cancelled("ord_1"))
            assert await statuses(tasks) == [200] * 10


async def test_one_statement_polls_for_all_waiting_requests_and_none_when_there_are_none(
    shop: Harness, order_cancelled: Make
) -> None:
    buyer, polls = shop.client("buyer", "buyer-1"), recorded_polls(shop)
    async with waiting(shop, *(buyer.post(path(f"ord_{1 + n % 2}")) for n in range(20))) as tasks:
        polls.clear()
        await until(lambda: _reached(polls, 5), "five polls")
        assert [aggregates for _, aggregates in polls[1:5]] == [["ord_1", "ord_2"]] * 4
        assert polls[4][0] - polls[0][0] >= 4 * POLL_SECONDS, "with pauses between them"
        for order in ("ord_1", "ord_2"):
            await shop.consume(order_cancelled(order))
        assert await statuses(tasks) == [200] * 20
    poll: Any = shop.runtime.progress._poll
    await asyncio.wait_for(poll, 60)


async def test_waiting_requests_are_limited_and_shared(shop: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of eight places the first caller has four at most, then another one two, and a third one."""
    monkeypatch.setattr(awaited_events, "MAX_WAITING", 8)
    async with AsyncExitStack() as stack:
        for number, places in enumerate((4, 2, 1)):
            buyer = shop.client("buyer", f"buyer-{number}")
            await stack.enter_async_context(waiting(shop, *(buyer.post(path(f"ord_{n}")) for n in range(places))))
            Harness.problem(await asyncio.wait_for(buyer.post(path("ord_9")), 60), 404, "order_unknown")


async def test_others_run_meanwhile(shop: Harness) -> None:
    async with waiting(shop, shop.client("buyer", "buyer-1").post(path())):
        assert shop.runtime.metrics.registry.get_sample_value("aftercare_http_running") == 0


async def test_a_stopping_process_ends_the_wait(shop: Harness) -> None:
    async with waiting(shop, shop.client("buyer", "buyer-1").post(path())) as tasks:
        shop.runtime.leaving = lambda: True
        assert await statuses(tasks) == [404]


async def test_a_disconnected_client_ends_the_wait(shop: Harness, order_cancelled: Make) -> None:
    disconnected = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if not started:
            started.append(None)
            return {"type": "http.request", "body": b"", "more_body": False}
        await disconnected.wait()
        return {"type": "http.disconnect"}

    started: list[None] = []
    token = shop.token("buyer", "buyer-1")
    headers = [(b"authorization", f"Bearer {token}".encode()), (b"idempotency-key", b"k")]
    scope = {"type": "http", "method": "POST", "path": path(), "raw_path": path().encode(), "query_string": b""}
    scope |= {"headers": headers, "http_version": "1.1", "scheme": "http", "server": ("s", 80), "client": ("c", 1)}
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    task = asyncio.ensure_future(shop.service.app(scope | {"root_path": "", "state": {}}, receive, send))
    await until(lambda: _waits(shop, 1), "it waits")
    disconnected.set()
    await asyncio.wait_for(task, 60)
    assert (shop.runtime.waiting, sent) == (0, [])
    await shop.consume(order_cancelled("ord_1"))
    assert await shop.runtime.pool.fetchval("SELECT count FROM tallies WHERE id = 'tally_ord_1'") == 1


async def _waits(shop: Harness, number: int) -> bool:
    return shop.runtime.waiting == number


async def test_of_several_waiting_requests_with_one_key_one_has_an_effect(shop: Harness, order_cancelled: Make) -> None:
    buyer, key = shop.client("buyer", "buyer-1"), {"Idempotency-Key": "one"}
    async with (
        waiting(shop, buyer.post(path(), headers=key)) as first,
        waiting(shop, buyer.post(path(), headers=key)) as second,
    ):
        await shop.consume(order_cancelled("ord_1"))
        found = await statuses(first + second)
    assert 200 in found
    assert set(found) <= {200, 409}, "counted, replayed, or in flight at that moment"
    assert await shop.runtime.pool.fetchval("SELECT count FROM tallies WHERE id = 'tally_ord_1'") == 2


async def test_it_waits_for_less_than_the_time_limit_of_a_request(start_tally: Start) -> None:
    async with start_tally(request_seconds=0.4) as harness:
        harness.runtime.leaving = lambda: False
        refused = await harness.client("buyer", "buyer-1").post(path())
        Harness.problem(refused, 404, "order_unknown")


async def test_an_unavailable_database_does_not_end_the_wait(shop: Harness, order_cancelled: Make) -> None:
    read, failed = shop.runtime.progress._read, list[None]()

    async def failing(_: Any) -> Any:
        failed.append(None)
        raise ConnectionResetError

    shop.runtime.progress._read = failing
    async with waiting(shop, shop.client("buyer", "buyer-1").post(path())) as tasks:
        await until(lambda: _reached(failed, 3), "three polls that fail")
        shop.runtime.progress._read = read
        await shop.consume(order_cancelled("ord_1"))
        assert await statuses(tasks) == [200]
