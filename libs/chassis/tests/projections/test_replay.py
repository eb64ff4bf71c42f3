"""The replay of a projection from a real log: identical, different, switched, and not possible."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from aftercare_chassis.consumer.consumer import Consumer
from aftercare_chassis.consumer.parked_events import ParkedEvents
from aftercare_chassis.projections import rebuild
from aftercare_chassis.projections.projection import Projection
from aftercare_chassis.projections.replay import ReplayOptions, replay
from aftercare_chassis.relay.relay import Relay
from aftercare_chassis.testing import Harness, until
from log_support import ORDERS, Make, envelope_of, log_ends, outbox_is_empty, publish, running
from tally_projection import REFUSED, projection_of


@dataclass
class Shop:
    """The service with its projection, and the output of its command."""

    harness: Harness
    projection: Projection
    make: Make
    output: pytest.CaptureFixture[str]

    async def consume(self, *causes: str, order: str | None = None, first: int = 1) -> str:
        """Publish an event of one order per cause, and wait until all of the log is consumed."""
        order = order or uuid4().hex
        events = [envelope_of(self.make(order, cause), first + n) for n, cause in enumerate(causes)]
        await publish(self.harness, *events)
        consumer = Consumer(self.harness.runtime, self.projection.handlers)
        async with running(Relay(self.harness.runtime).run, consumer.run):
            await until(lambda: outbox_is_empty(self.harness), "everything is on the log")
            ends = await log_ends(self.harness.settings.kafka, ORDERS)

            async def consumed() -> bool:
                query = "SELECT coalesce(sum(next_offset), 0) FROM consumer_cursor WHERE consumer = $1"
                found = await self.harness.runtime.pool.fetchval(query, self.harness.runtime.name)
                return int(found) == sum(ends.values())

            await until(consumed, "everything is consumed", 60)
        return order

    async def replay(self, **options: object) -> tuple[int, str]:
        """Exit code, and output (of stderr where the replay was not possible)."""
        self.output.readouterr()
        code = await replay(self.harness.runtime, self.projection, ReplayOptions(**options))  # type: ignore[arg-type]
        out, err = self.output.readouterr()
        return code, err.strip() if code == 2 else out

    async def count(self, order: str) -> int | None:
        found: int | None = await self.harness.runtime.pool.fetchval("SELECT count FROM tallies WHERE id = $1", order)
        return found

    async def schemas(self) -> set[str]:
        query = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'shadow%'"
        return {row["nspname"] for row in await self.harness.runtime.pool.fetch(query)}


@pytest.fixture
async def shop(on_log: Harness, order_cancelled: Make, capsys: pytest.CaptureFixture[str]) -> AsyncIterator[Shop]:
    projection, _ = projection_of(on_log)
    yield Shop(on_log, projection, order_cancelled, capsys)
    await replay(on_log.runtime, projection, ReplayOptions(drop=True))


async def test_a_projection_of_the_same_log_is_identical_and_leaves_nothing(shop: Shop) -> None:
    await shop.consume("buyer", "seller", "buyer")
    code, output = await shop.replay()
    live, rebuilt = output.splitlines()[:2]
    assert code == 0, output
    assert rebuilt.endswith("same")
    assert live.split()[2:5] == rebuilt.split()[1:4]
    assert await shop.schemas() == set()


async def test_a_difference_is_shown_and_the_shadow_kept(shop: Shop) -> None:
    order = await shop.consume("buyer")
    await shop.harness.runtime.pool.execute("UPDATE tallies SET count = 99 WHERE id = $1", order)
    code, output = await shop.replay(as_json=True)
    facts = json.loads(output)
    assert code == 1
    assert facts["tables"]["tallies"]["same"] is False
    assert (facts["refused"], facts["switched"]) == ({}, False)
    assert await shop.schemas() == {"shadow"}
    code, output = await shop.replay(resume=True)
    assert code == 1
    assert "DIFFERENT" in output
    assert "the rebuilt tables are in the schema shadow" in output


async def test_a_switch_puts_the_rebuilt_tables_in_place(shop: Shop) -> None:
    order = await shop.consume("buyer", "buyer")
    await shop.harness.runtime.pool.execute("UPDATE tallies SET count = 99 WHERE id = $1", order)
    code, output = await shop.replay(switch=True)
    assert code == 0, output
    assert "switched; the live tables were locked for" in output
    assert await shop.count(order) == 2
    assert await shop.harness.runtime.pool.fetchval("SELECT max(count) FROM shadow_before.tallies") == 99
    await shop.consume("buyer", order=order, first=3)
    assert await shop.count(order) == 3, "the consumer goes on with the new tables"
    assert (await shop.replay(drop=True))[0] == 0
    assert await shop.schemas() == set()


async def test_parked_and_discarded_events_are_left_out(shop: Shop) -> None:
    parked = await shop.consume("buyer", REFUSED, "buyer")
    discarded = await shop.consume("buyer", REFUSED)
    operator = ParkedEvents(shop.harness.runtime, shop.projection.handlers)
    [event] = [each for each in await operator.list() if each.aggregateid == discarded]
    await operator.discard(event.id, by="op-1", reason="a test")
    await shop.consume("buyer", order=discarded, first=3)
    assert (await shop.count(parked), await shop.count(discarded)) == (1, 2)
    code, output = await shop.replay()
    assert code == 0, output


async def test_an_event_that_the_live_tables_have_and_the_handler_refuses_is_reported(shop: Shop) -> None:
    order = await shop.consume("buyer", "seller")
    stricter = dict(shop.projection.handlers)
    [(cls, handler)] = stricter.items()

    async def refuse_sellers(tx, event):  # type: ignore[no-untyped-def]
        if event.cause == "seller":
            raise ValueError("not by the seller")
        await handler(tx, event)

    shop.projection = Projection(shop.projection.tables, {cls: refuse_sellers})
    code, output = await shop.replay(as_json=True)
    assert code == 1
    assert json.loads(output)["refused"][order] == "OrderCancelled.v1: ValueError: not by the seller"


@pytest.mark.parametrize("name", ["", "Shadow", "1shadow", "public", "pg_shadow", "a-b", "x" * 42, "a; DROP TABLE x"])
async def test_a_name_that_is_no_schema_is_refused(shop: Shop, name: str) -> None:
    code, output = await shop.replay(consumer=name)
    assert code == 2
    assert output.startswith("replay: a consumer's name is lower-case letters")


async def test_without_an_interrupted_replay_there_is_nothing_to_resume(shop: Shop) -> None:
    assert await shop.replay(resume=True) == (2, "replay: no replay of shadow was interrupted here")


async def test_without_a_projection_a_replay_is_not_possible(shop: Shop) -> None:
    assert await replay(shop.harness.runtime, None, ReplayOptions()) == 2


async def test_tables_that_are_never_free_are_not_switched(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    await shop.consume("buyer")
    monkeypatch.setattr(rebuild, "SWITCH_SECONDS", 0.2)
    monkeypatch.setattr(rebuild, "SWITCH_TRIES", 2)
    async with shop.harness.runtime.pool.acquire() as other, other.transaction():
        await other.execute("LOCK TABLE tallies IN ACCESS SHARE MODE")
        code, output = await shop.replay(switch=True)
    assert code == 2
    assert output.endswith("the live tables are too busy to be locked; try again later: --switch --from last")
    assert await shop.schemas() == {"shadow"}
