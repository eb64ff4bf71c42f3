"""A database that was set back to an earlier time, and the log that kept what happened since."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from aftercare_chassis.consumer.errors import decode
from aftercare_chassis.jobs.deadlines import Deadlines
from aftercare_chassis.kafka import range_reader
from aftercare_chassis.recovery.lost_events import Versions
from aftercare_chassis.recovery.reconciliation import Reconciliation, Redo
from aftercare_chassis.recovery.report import Report
from aftercare_chassis.recovery.unrestored import close
from aftercare_chassis.relay.relay import Relay
from aftercare_chassis.testing import Harness, until
from aftercare_events import FeedbackReceived
from aiokafka import TopicPartition
from log_support import ORDERS, Make, envelope_of, log_ends, outbox_is_empty, publish, running, start_at_the_end

FEEDBACK = "aftercare.feedback.v1"
_TABLES = "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '%version'"


@dataclass
class Restorable:
    """The service, whose database can be saved and set back. `redo` is what it declares."""

    harness: Harness
    make: Make
    begins: dict[TopicPartition, int]
    redo: Redo[Any] = field(default_factory=dict)

    async def publish(self, order: str, sequence: int, cause: str = "buyer") -> None:
        """Another service publishes an event of the order."""
        await publish(self.harness, envelope_of(self.make(order, cause), sequence))
        await self.relay()

    async def relay(self) -> None:
        async with running(Relay(self.harness.runtime).run):
            await until(lambda: outbox_is_empty(self.harness), "everything is on the log")

    async def consume(self) -> None:
        """Handle everything on the log, and publish what follows from it."""
        ends = await log_ends(self.harness.settings.kafka, ORDERS)

        async def consumed() -> bool:
            query = "SELECT coalesce(sum(next_offset), 0) FROM consumer_cursor WHERE consumer = $1"
            found = await self.harness.runtime.pool.fetchval(query, self.harness.runtime.name)
            return int(found) == sum(ends.values())

        async with running(self.harness.consumer.run):
            await until(consumed, "everything is consumed", 60)
        await self.relay()

    async def command(self, tally: str) -> int:
        """A person's command; the new version."""
        response = await self.harness.client("buyer", "buyer-1").post(f"/v1/tallies/{tally}/up")
        assert response.status_code == 200, response.text
        await self.relay()
        return int(response.json()["version"])

    async def save(self) -> None:
        """Keep the rows as they are now."""
        await self._each("CREATE TABLE saved.{0} AS TABLE public.{0}", first="CREATE SCHEMA saved")

    async def set_back(self) -> None:
        """Let the database have the rows that were saved, and no others; the log has everything."""
        await self._each("DELETE FROM public.{0}; INSERT INTO public.{0} OVERRIDING SYSTEM VALUE TABLE saved.{0}")

    async def _each(self, statement: str, first: str = "") -> None:
        async with self.harness.runtime.connection() as connection:
            names = [row["name"] for row in await connection.fetch(_TABLES)]
            await connection.execute("; ".join([first, *(statement.format(name) for name in names)]).lstrip("; "))

    async def count_up(self, tx: Any, tally: str) -> None:
        """What the timer of the service does."""
        await self.harness.service.deadlines[0].command(tx, SimpleNamespace(id=tally))

    async def reconcile(self, *, apply: bool = True, since: datetime | None = None) -> Report:
        """Reconcile. Nothing waits to be published then: all that the log has stays as it is."""
        runtime, service = self.harness.runtime, self.harness.service
        report = await Reconciliation(
            runtime,
            handlers=service.handlers,
            deadlines=Deadlines(runtime, service.deadlines),
            redo=self.redo,
            metadata=service._metadata,
            topics=[FEEDBACK],
        ).run(since=since, apply=apply)
        assert not apply or await outbox_is_empty(self.harness)
        return report

    async def versions(self, order: str) -> tuple[int, int]:
        """Version and count of the tally of an order."""
        query = "SELECT version, count FROM tallies WHERE id = $1"
        version, count = await self.harness.runtime.pool.fetchrow(query, f"tally_{order}")
        return version, count

    async def numbers(self, order: str) -> list[int]:
        """The numbers of the events of the tally of an order on the log, in its order."""
        ends, found = await log_ends(self.harness.settings.kafka, FEEDBACK), []
        async for records in range_reader.read(self.harness.settings.kafka, self.begins, ends):
            found += [e.sequence for e in map(decode, records) if e.subject == f"tally_{order}"]
        return found


@pytest.fixture
async def tallies(on_log: Harness, order_cancelled: Make) -> AsyncIterator[Restorable]:
    await start_at_the_end(on_log, [ORDERS])
    yield Restorable(on_log, order_cancelled, await log_ends(on_log.settings.kafka, FEEDBACK))
    await on_log.runtime.pool.execute("DROP SCHEMA IF EXISTS saved CASCADE")


async def with_a_lost_command(tallies: Restorable) -> str:
    """The order of a tally whose last command the restored database has lost."""
    order = uuid4().hex
    await tallies.publish(order, 1)
    await tallies.consume()
    await tallies.save()
    await tallies.command(f"tally_{order}")
    await tallies.set_back()
    return order


async def test_what_other_services_caused_is_handled_again_and_not_published_twice(tallies: Restorable) -> None:
    order, new = uuid4().hex, uuid4().hex
    await tallies.publish(order, 1)
    await tallies.consume()
    await tallies.save()
    await tallies.publish(order, 2)
    await tallies.publish(new, 1)
    await tallies.consume()
    await tallies.set_back()
    found = await tallies.reconcile(apply=False)
    assert (found.lost, found.redone) == ({"FeedbackReceived.v1": 2}, 0)
    assert await tallies.versions(order) == (1, 1), "nothing is changed by looking"
    whole = await tallies.reconcile(apply=False, since=datetime(1900, 1, 1, tzinfo=UTC))
    assert whole.lost["FeedbackReceived.v1"] >= 2  # of earlier tests, too
    done = await tallies.reconcile()
    assert (done.redone, done.unrestored, done.parked) == (2, [], 0)
    assert (await tallies.versions(order), await tallies.versions(new)) == ((2, 2), (1, 1))
    assert (await tallies.reconcile()).lost == {}
    await tallies.publish(order, 3)
    await tallies.consume()
    assert await tallies.numbers(order) == [1, 2, 3]
    assert await tallies.numbers(new) == [1]


async def test_what_a_person_did_is_listed_and_its_number_is_passed(tallies: Restorable) -> None:
    order = await with_a_lost_command(tallies)
    done = await tallies.reconcile()
    [left] = done.unrestored
    assert (left.sequence, left.type, left.reason) == (2, "FeedbackReceived.v1", "no command is known that records it")
    assert (await tallies.reconcile()).unrestored == [left], "a later run reports it too"
    assert await tallies.versions(order) == (2, 1)
    assert await tallies.command(f"tally_{order}") == 3
    assert await tallies.numbers(order) == [1, 2, 3]


async def test_what_a_person_has_dealt_with_is_closed_and_not_reported_again(tallies: Restorable) -> None:
    runtime = tallies.harness.runtime
    await with_a_lost_command(tallies)
    [left] = (await tallies.reconcile()).unrestored
    assert not await close(runtime, uuid4(), by="ops-1", reason="another one")
    assert await close(runtime, left.event_id, by="ops-1", reason="the buyer has done it again")
    assert not await close(runtime, left.event_id, by="ops-2", reason="once more")
    again = await tallies.reconcile()
    assert (again.unrestored, again.lost, again.needs_a_person) == ([], {}, False)
    query = "SELECT closed_by, closing_reason, closed_at IS NOT NULL FROM unrestored_event WHERE event_id = $1"
    assert tuple(await runtime.pool.fetchrow(query, left.event_id)) == ("ops-1", "the buyer has done it again", True)


async def test_an_event_without_a_row_is_not_found_again_once_it_is_closed(tallies: Restorable) -> None:
    order, runtime = uuid4().hex, tallies.harness.runtime
    await tallies.save()
    await tallies.publish(order, 1)
    await tallies.consume()
    await tallies.command(f"tally_{order}")
    await tallies.set_back()
    await runtime.pool.execute("TRUNCATE consumer_cursor")
    await start_at_the_end(tallies.harness, [ORDERS])
    found = (await tallies.reconcile()).unrestored
    assert found, "its tally is not there, and no event is handled that makes it"
    for each in found:
        assert await close(runtime, each.event_id, by="ops-1", reason="made by hand")
    assert (await tallies.reconcile()).unrestored == []


async def test_what_the_service_declares_is_done_again(tallies: Restorable) -> None:
    order = await with_a_lost_command(tallies)

    async def counted(tx: Any, event: FeedbackReceived) -> None:
        tx.actor = type(tx.actor)(event.handler, "buyer")
        await tallies.count_up(tx, event.feedback_id)

    tallies.redo = {FeedbackReceived: counted}
    done = await tallies.reconcile()
    assert (done.redone, done.unrestored) == (1, [])
    assert await tallies.versions(order) == (2, 2)
    assert await tallies.numbers(order) == [1, 2]


async def test_what_would_be_something_else_is_undone_and_listed(tallies: Restorable) -> None:
    order = await with_a_lost_command(tallies)

    async def by_another(tx: Any, event: FeedbackReceived) -> None:
        tx.actor = type(tx.actor)("somebody else", "agent")
        await tallies.count_up(tx, event.feedback_id)

    tallies.redo = {FeedbackReceived: by_another}
    [left] = (await tallies.reconcile()).unrestored
    assert left.reason == "Diverged: FeedbackReceived.v1 would have another handler"
    assert await tallies.versions(order) == (2, 1)


async def test_rows_of_the_outbox_that_were_sent_are_not_sent_again(tallies: Restorable) -> None:
    order = uuid4().hex
    await tallies.publish(order, 1)
    await tallies.consume()
    async with tallies.harness.runtime.transaction() as tx:
        await tallies.count_up(tx, f"tally_{order}")
    await tallies.save()
    await tallies.relay()
    await tallies.set_back()
    done = await tallies.reconcile()
    assert (done.already_sent, done.lost) == (1, {})
    await tallies.relay()
    assert await tallies.numbers(order) == [1, 2]


async def test_a_service_that_ran_before_it_was_reconciled_is_reported(tallies: Restorable) -> None:
    order = await with_a_lost_command(tallies)
    await tallies.command(f"tally_{order}")
    found = await tallies.reconcile()
    assert found.published_twice == [f"tally_{order} #2 FeedbackReceived.v1"]
    assert found.needs_a_person


async def test_what_is_published_meanwhile_is_not_lost(tallies: Restorable, monkeypatch: pytest.MonkeyPatch) -> None:
    order, read = uuid4().hex, Versions.read
    await tallies.publish(order, 1)
    await tallies.consume()

    async def at_work(*arguments: Any) -> Versions:
        found = await read(*arguments)
        await tallies.command(f"tally_{order}")
        return found

    monkeypatch.setattr(Versions, "read", at_work)
    assert (await tallies.reconcile(apply=False)).lost == {}


async def test_an_interrupted_reconciliation_goes_on(tallies: Restorable) -> None:
    order, new = uuid4().hex, uuid4().hex
    await tallies.publish(order, 1)
    await tallies.consume()
    await tallies.save()
    await tallies.publish(new, 1)
    await tallies.consume()
    await tallies.command(f"tally_{order}")
    await tallies.set_back()

    async def lost(*_: object) -> None:
        raise ConnectionError("the database is away")

    tallies.redo = {FeedbackReceived: lost}
    with pytest.raises(ConnectionError):
        await tallies.reconcile()
    assert await tallies.versions(new) == (1, 1), "what came before was done again"
    tallies.redo = {}
    done = await tallies.reconcile()
    assert (done.lost, done.redone, len(done.unrestored)) == ({"FeedbackReceived.v1": 1}, 0, 1)
    await tallies.publish(new, 2)
    await tallies.consume()
    assert await tallies.numbers(new) == [1, 2]
