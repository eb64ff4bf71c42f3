"""Background loops: they begin when the schema fits, and end the process when one of them fails."""

import asyncio
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from aftercare_chassis.database.revisions import History, Revisions
from aftercare_chassis.jobs import background
from aftercare_chassis.jobs.workers import Worker
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.service import ProcessRole, Service
from aftercare_chassis.testing import Harness, until
from fastapi import FastAPI
from sqlalchemy import MetaData


@dataclass(slots=True)
class Early:
    """A process that does background work, and how many steps it has done."""

    app: FastAPI
    steps: int = 0

    async def status(self) -> str:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://test") as client:
            return (await client.get("/startupz")).text


@pytest.fixture
async def early(tally: Harness, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Early]:
    """It starts before the first revision; the test creates `alembic_version`."""
    monkeypatch.setattr(background, "SCHEMA_SECONDS", 0.05)

    async def step(_: Runtime) -> None:
        made.steps += 1

    worker = Worker("probe", step)
    built = Service(
        name="tally-svc",
        package="aftercare_chassis",
        settings=tally.settings,
        roles={},
        routers=[],
        metadata=MetaData(),
        workers=[worker],
    )
    built.runtime.revisions = Revisions(History(("0001",)))
    made = Early(built.process(ProcessRole.CONSUME))
    async with asyncio.timeout(30), made.app.router.lifespan_context(made.app):
        yield made


async def test_background_work_begins_when_the_schema_is_there(tally: Harness, early: Early) -> None:
    assert "schema_missing" in await early.status()
    assert early.steps == 0
    await tally.runtime.pool.execute("CREATE TABLE alembic_version (version_num text)")
    await tally.runtime.pool.execute("INSERT INTO alembic_version VALUES ('0001')")

    async def worked() -> bool:
        return early.steps > 0

    await until(worked, "background work has begun")
    await tally.runtime.pool.execute("DROP TABLE alembic_version")


async def test_a_process_that_waits_for_its_schema_can_be_ended(early: Early) -> None:
    assert "schema_missing" in await early.status()


@pytest.fixture
def signals(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The signals that the process has sent to itself."""
    raised: list[int] = []
    monkeypatch.setattr(background.signal, "raise_signal", raised.append)
    return raised


@pytest.mark.parametrize("failure", [RuntimeError, asyncio.CancelledError])
async def test_a_loop_that_fails_ends_its_process(signals: list[int], failure: type[BaseException]) -> None:
    """A cancellation that nobody asked for, too: the loop would do nothing more, and nobody would know."""

    async def loop(_: asyncio.Event) -> None:
        raise failure

    await background.guarded(loop, asyncio.Event())
    assert signals == [signal.SIGTERM]


async def test_a_loop_may_be_cancelled_once_the_process_ends(signals: list[int]) -> None:
    stop = asyncio.Event()
    stop.set()

    async def loop(_: asyncio.Event) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await background.guarded(loop, stop)
    assert signals == []


async def test_a_loop_may_finish_and_is_cancelled_when_it_takes_too_long(
    tally: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "STOP_SECONDS", 0.2)
    ends: list[str] = []

    async def finishes(stop: asyncio.Event) -> None:
        await stop.wait()
        ends.append("finished")

    async def hangs(_: asyncio.Event) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ends.append("cancelled")
            raise

    begun = asyncio.Event()
    async with background.running(tally.runtime, [finishes, hangs]):
        await asyncio.wait_for(begun.wait(), 30)
    assert sorted(ends) == ["cancelled", "finished"]
