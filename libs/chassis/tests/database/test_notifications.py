"""A commit of one process wakes the loops of another one; lost connections are replaced."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import asyncpg
import pytest
from aftercare_chassis.database import notifications
from aftercare_chassis.database.notifications import CHANNEL, OUTBOX, Notifications
from aftercare_chassis.relay import relay
from aftercare_chassis.relay.relay import Relay
from aftercare_chassis.testing import Harness, until
from log_support import Make, envelope_of, outbox_is_empty, publish, running

_PROCESS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE $1"


class Process:
    """Sends and receives like a process over the harness's database; `received` is what it was notified of."""

    def __init__(self, harness: Harness) -> None:
        self.received: list[str | None] = []
        self.notifications = Notifications(harness.runtime.connect, self.received.append)

    async def reach(self, *names: str | None) -> None:
        async def found() -> bool:
            return self.received == list(names)

        await until(found, f"notified of {names}")


@asynccontextmanager
async def process(harness: Harness, *, listen: bool = True) -> AsyncIterator[Process]:
    made = Process(harness)
    async with running(partial(made.notifications.run, listen=listen)):
        if listen:
            await made.reach(None)
        yield made


async def test_the_other_processes_are_notified(tally: Harness) -> None:
    async with process(tally, listen=False) as sender, process(tally) as one, process(tally) as other:
        sender.notifications.send("calls")
        await one.reach(None, "calls")
        await other.reach(None, "calls")
        one.notifications.send("outbox")
        await other.reach(None, "calls", "outbox")
        assert one.received == [None, "calls"], "but not by themselves"


async def test_commits_in_quick_succession_are_one_notification(tally: Harness) -> None:
    async with process(tally) as other, process(tally, listen=False) as sender:
        sender.notifications.send("outbox")
        await other.reach(None, "outbox")
        for _ in range(100):
            sender.notifications.send("outbox")
            sender.notifications.send("calls")
        await until(partial(_sent, sender), "everything is sent")
        async with tally.runtime.connection() as connection:
            await connection.execute(f"NOTIFY {CHANNEL}, 'last'")

        async def last() -> bool:
            return other.received[-1] == "last"

        await until(last, "the last one has arrived")
        assert sorted(each for each in other.received[2:-1] if each) == ["calls", "outbox"]


async def _sent(process: Process) -> bool:
    return not process.notifications.waiting


async def test_a_lost_connection_is_replaced_and_whatever_was_missed_is_looked_for(
    tally: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "RETRY_SECONDS", 0.01)
    async with process(tally) as one, process(tally, listen=False) as sender:
        sender.notifications.send("outbox")
        await one.reach(None, "outbox")
        async with tally.runtime.connection() as connection:
            ended = await connection.fetch(_PROCESS, "%LISTEN%") + await connection.fetch(_PROCESS, "%pg_notify%")
            others = {row["pid"] for row in ended} - {connection.get_server_pid()}
            for pid in others:
                await connection.execute("SELECT pg_terminate_backend($1)", pid)
        await one.reach(None, "outbox", None)
        sender.notifications.send("calls")
        await one.reach(None, "outbox", None, "calls")


async def test_what_could_not_be_sent_is_sent_later(tally: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifications, "RETRY_SECONDS", 0.01)
    refusals = 3

    async def connect() -> asyncpg.Connection:
        nonlocal refusals
        if refusals:
            refusals -= 1
            raise ConnectionRefusedError
        return await tally.runtime.connect()

    sender = Notifications(connect, lambda _: None)
    sender.send("outbox")
    async with process(tally) as other, running(partial(sender.run, listen=False)):
        await other.reach(None, "outbox")


async def test_a_commit_elsewhere_wakes_the_relay(
    on_log: Harness, order_cancelled: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would look again after minutes."""
    monkeypatch.setattr(relay, "LEASE_SECONDS", 600.0)
    runtime = on_log.runtime
    loops = (partial(runtime.notifications.run, listen=True), Relay(runtime).run)
    async with process(on_log, listen=False) as server, running(*loops):
        await publish(on_log, envelope_of(order_cancelled("ord_1")))
        await until(partial(outbox_is_empty, on_log), "the relay runs")
        relays = runtime.wakeups.pop(OUTBOX)  # from here on, a commit wakes nobody in this process
        await publish(on_log, envelope_of(order_cancelled("ord_2")))
        runtime.wakeups[OUTBOX] = relays
        server.notifications.send(OUTBOX)
        await until(partial(outbox_is_empty, on_log), "the event is on the log")


async def test_a_relay_that_owns_all_shards_needs_no_notification(on_log: Harness, order_cancelled: Make) -> None:
    runtime = on_log.runtime
    await publish(on_log, envelope_of(order_cancelled("ord_1")))
    assert set(runtime.notifications.waiting) == {OUTBOX}, "no relay runs in this process"
    runtime.notifications.waiting.clear()
    async with running(Relay(runtime).run):
        await until(partial(outbox_is_empty, on_log), "the relay runs")
        await publish(on_log, envelope_of(order_cancelled("ord_2")))
        await until(partial(outbox_is_empty, on_log), "the event is on the log")
        assert not runtime.notifications.waiting
    await publish(on_log, envelope_of(order_cancelled("ord_3")))
    assert set(runtime.notifications.waiting) == {OUTBOX}, "it has ended"


async def test_a_process_ends_at_once(tally: Harness) -> None:
    async with asyncio.timeout(10), process(tally):
        pass
