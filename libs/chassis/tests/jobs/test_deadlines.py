"""Timers: each row that is due is handled once, and one that fails does not delay the others."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs import deadlines
from aftercare_chassis.jobs.deadlines import Deadlines, Due, TimerCommands
from aftercare_chassis.refusals import NotFound
from aftercare_chassis.settings import ServiceSettings
from aftercare_chassis.testing import Harness

Command = Callable[[Transaction, str], Awaitable[None]]


class Action(StrEnum):
    COUNT_UP = "count_up"


@pytest.fixture
async def due(tally: Harness) -> list[str]:
    """The ids of three rows that are due, the earliest first."""
    buyer = tally.client("buyer", "buyer-1")
    made = [(await buyer.post("/v1/tallies", json={"count": 0})).json()["id"] for _ in range(3)]
    for tally_id in reversed(made):
        at = tally.clock.advance(seconds=1)
        await tally.runtime.pool.execute("UPDATE tallies SET deadline_at = $1 WHERE id = $2", at, tally_id)
    return made[::-1]


async def fire(tally: Harness, command: Command) -> datetime | None:
    rows: Any = tally.service.deadlines[0].rows
    return await Deadlines(tally.runtime, [Due(rows, command)]).fire()


async def test_a_timer_acts_once_and_checks_the_row_again(tally: Harness, due: list[str]) -> None:
    await tally.run_due()
    await tally.run_due()
    buyer = tally.client("buyer", "buyer-1")
    assert [(await buyer.get(f"/v1/tallies/{each}")).json()["count"] for each in due] == [1, 1, 1]
    event = (await tally.envelopes())[-1].event()
    assert event is not None
    assert event.handler == "system"


async def test_rows_are_handled_in_the_order_of_their_deadlines(tally: Harness, due: list[str]) -> None:
    handled: list[str] = []

    async def note(_: Transaction, tally_id: str) -> None:
        handled.append(tally_id)

    assert await fire(tally, note) is None
    assert handled == due


async def test_a_row_that_is_not_due_yet_is_left_alone(tally: Harness, due: list[str]) -> None:
    await tally.runtime.pool.execute("UPDATE tallies SET deadline_at = $1", tally.clock.now())
    tally.clock.advance(seconds=-1)
    await tally.run_due()
    assert await tally.runtime.pool.fetchval("SELECT sum(count) FROM tallies") == 0


@pytest.mark.parametrize("error", [NotFound(what="tally"), RuntimeError("a fault in one row")])
async def test_a_row_that_fails_does_not_delay_the_others(tally: Harness, due: list[str], error: Exception) -> None:
    handled: list[str] = []

    async def fail_first(_: Transaction, tally_id: str) -> None:
        if tally_id == due[0]:
            raise error
        handled.append(tally_id)

    assert await fire(tally, fail_first) is None
    assert handled == due[1:]


async def test_a_lost_database_is_no_fault_of_the_row(tally: Harness, due: list[str]) -> None:
    async def lose(_: Transaction, tally_id: str) -> None:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await fire(tally, lose)


async def test_a_full_batch_is_all_that_one_round_takes(
    tally: Harness, due: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadlines, "BATCH", 2)
    handled: list[str] = []

    async def note(_: Transaction, tally_id: str) -> None:
        handled.append(tally_id)

    assert await fire(tally, note) == tally.clock.now(), "there may be more"
    assert handled == due[:2]


@pytest.mark.parametrize(("due_after", "acted"), [(0, ["count_up tally-1 of buyer-1"]), (1, [])])
async def test_a_timer_runs_the_command_that_is_registered_for_the_due_action(
    tally: Harness, due_after: int, acted: list[str]
) -> None:
    """What is locked decides, and is what the command is called with."""
    done: list[str] = []

    async def lock(_: Transaction, tally_id: str) -> tuple[str, str]:
        return tally_id, "buyer-1"

    at = tally.clock.now() + timedelta(seconds=due_after)
    timer: TimerCommands[Action, ServiceSettings, str, str] = TimerCommands(
        lock, lambda _, __, now: Action.COUNT_UP if at <= now else None
    )

    @timer(Action.COUNT_UP)
    async def count_up(_: Transaction, tally_id: str, owner: str) -> None:
        done.append(f"count_up {tally_id} of {owner}")

    async with tally.runtime.transaction() as tx:
        await timer.act(tx, "tally-1")
    assert done == acted


async def test_the_next_deadline_is_known_when_it_is_near(tally: Harness, due: list[str]) -> None:
    near = tally.clock.now() + timedelta(seconds=4)
    await tally.runtime.pool.execute("UPDATE tallies SET deadline_at = $1 WHERE id = $2", near, due[1])
    await tally.runtime.pool.execute(
        "UPDATE tallies SET deadline_at = $1 WHERE id = $2", near + timedelta(days=1), due[2]
    )
    handled: list[str] = []

    async def note(_: Transaction, tally_id: str) -> None:
        handled.append(tally_id)

    assert await fire(tally, note) == near
    assert handled == due[:1]
