"""Operators retry parked events in order, one by one or all of an aggregate, or discard one with a reason."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aftercare_chassis.consumer.parked_events import NotTheFirst, ParkedEvents
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.testing import Harness, until
from aftercare_events import OrderCancelled

Make = Callable[..., OrderCancelled]


@pytest.fixture
def operator(tally: Harness) -> ParkedEvents:
    return ParkedEvents(tally.runtime, tally.service.handlers)


async def correct(tally: Harness) -> None:
    """Make the parked events processable, as a fixed handler would."""
    await tally.runtime.pool.execute(
        "UPDATE parked_event SET payload = convert_to(replace(convert_from(payload, 'UTF8'), 'unprocessable', 'buyer'), 'UTF8')"
    )


async def _count(tally: Harness) -> int:
    found: Any = await tally.runtime.pool.fetchval("SELECT coalesce(sum(count), 0) FROM tallies")
    return int(found)


async def _park_some(tally: Harness, make: Make) -> None:
    for cause in ("buyer", "unprocessable", "buyer", "buyer"):
        await tally.consume(make("ord_1", cause))


async def test_a_corrected_aggregate_ends_as_if_nothing_had_happened(
    tally: Harness, operator: ParkedEvents, order_cancelled: Make
) -> None:
    await _park_some(tally, order_cancelled)
    assert (await _count(tally), len(await operator.list())) == (1, 3)
    await correct(tally)
    assert await operator.retry_key("ord_1", by="op-1") == 3
    assert (await _count(tally), await operator.list()) == (4, [])
    await tally.consume(order_cancelled("ord_1"))
    assert await _count(tally) == 5


async def test_an_event_that_still_fails_stays_parked_and_none_overtakes_it(
    tally: Harness, operator: ParkedEvents, order_cancelled: Make
) -> None:
    await _park_some(tally, order_cancelled)
    with pytest.raises(ValueError, match="never be handled"):
        await operator.retry_key("ord_1", by="op-1")
    assert (await _count(tally), len(await operator.list())) == (1, 3)


async def test_a_later_event_cannot_be_retried_first(
    tally: Harness, operator: ParkedEvents, order_cancelled: Make
) -> None:
    await _park_some(tally, order_cancelled)
    first, second, _ = await operator.list()
    with pytest.raises(NotTheFirst):
        await operator.retry(second.id, by="op-1")
    await correct(tally)
    await operator.retry(first.id, by="op-1")
    await operator.retry(second.id, by="op-1")
    assert await _count(tally) == 3


async def test_an_event_that_arrives_while_its_aggregate_is_released_is_not_left_parked(
    tally: Harness, order_cancelled: Make
) -> None:
    """The consumer must not park an event by an outdated state: nothing would ever release it."""
    await tally.consume(order_cancelled("ord_1"))
    await tally.consume(order_cancelled("ord_1", "unprocessable"))
    started, go = asyncio.Event(), asyncio.Event()

    async def slowly(tx: Transaction, event: OrderCancelled) -> None:
        started.set()
        await go.wait()

    operator = ParkedEvents(tally.runtime, {OrderCancelled: slowly})
    [parked] = await operator.list()
    retrying = asyncio.create_task(operator.retry(parked.id, by="op-1"))
    await started.wait()
    arriving = asyncio.create_task(tally.consume(order_cancelled("ord_1")))
    await until(lambda: somebody_waits(tally), "the consumer waits for the operator")
    go.set()
    await asyncio.gather(retrying, arriving)
    assert (await _count(tally), await operator.list()) == (2, [])


async def somebody_waits(tally: Harness) -> bool:
    return bool(await tally.runtime.pool.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"))


async def test_a_discarded_event_is_kept_with_who_decided_and_why(
    tally: Harness, operator: ParkedEvents, order_cancelled: Make
) -> None:
    await tally.consume(order_cancelled("ord_1", "unprocessable"))
    [parked] = await operator.list()
    await operator.discard(parked.id, by="op-1", reason="sent twice by a test shop")
    row: Any = await tally.runtime.pool.fetchrow("SELECT * FROM parked_decision")
    assert (row["decision"], row["decided_by"], row["reason"]) == ("discarded", "op-1", "sent twice by a test shop")
    await tally.consume(order_cancelled("ord_1"))
    assert (await _count(tally), await operator.list()) == (1, [])
