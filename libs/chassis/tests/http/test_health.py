"""Probes of a real service on a real database."""

import time
from collections.abc import AsyncIterator

import pytest
from aftercare_chassis.database.revisions import History, Revisions
from aftercare_chassis.http import health
from aftercare_chassis.service import ProcessRole
from aftercare_chassis.testing import Harness
from httpx import ASGITransport, AsyncClient


@pytest.fixture
async def probes(tally: Harness) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(tally.service.app), base_url="http://test") as client:
        yield client


async def test_a_healthy_service_is_ok(probes: AsyncClient) -> None:
    for path in ("/livez", "/readyz", "/startupz"):
        response = await probes.get(path)
        assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "aftercare_service_info" in (await probes.get("/metrics")).text


async def test_probes_are_not_part_of_the_api(tally: Harness) -> None:
    assert not {"/livez", "/readyz", "/startupz", "/metrics"} & tally.service.app.openapi()["paths"].keys()


async def test_a_stalled_consumer_makes_its_own_process_unready_only(tally: Harness, probes: AsyncClient) -> None:
    reason: list[str | None] = [None]
    tally.runtime.watchdogs["consumer"] = lambda: reason[0]
    consuming = ASGITransport(tally.service.process(ProcessRole.CONSUME))
    async with AsyncClient(transport=consuming, base_url="http://test") as consume:
        assert (await consume.get("/readyz")).status_code == 200
        reason[0] = "stalled"
        response = await consume.get("/readyz")
        assert (response.status_code, response.json()["why"]) == (503, {"consumer": "stalled"})
        assert (await consume.get("/livez")).status_code == 200, "a restart would repair nothing"
    assert (await probes.get("/readyz")).status_code == 200


async def test_a_lost_database_makes_the_process_unready_but_live(tally: Harness, probes: AsyncClient) -> None:
    await tally.runtime.pool.close()
    response = await probes.get("/readyz")
    assert (response.status_code, response.json()["why"]) == (503, {"database": "database_unreachable"})
    assert (await probes.get("/livez")).status_code == 200


async def test_a_read_only_database_is_not_ready(tally: Harness) -> None:
    name = await tally.runtime.pool.fetchval("SELECT current_database()")
    await tally.runtime.pool.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    await tally.runtime.pool.expire_connections()
    try:
        assert await health.Readiness(tally.runtime).check() == "database_read_only"
    finally:  # the next test may get this database
        connection = await tally.runtime.connect(default_transaction_read_only="off")
        await connection.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
        await connection.close()


async def test_an_incompatible_schema_is_not_ready(tally: Harness) -> None:
    tally.runtime.revisions = Revisions(History(("0001", "0002")))
    assert await health.Readiness(tally.runtime).check() == "schema_missing: this build needs revision 0002"
    await tally.runtime.pool.execute("CREATE TABLE alembic_version (version_num text)")
    assert await health.Readiness(tally.runtime).check() == "schema_missing: this build needs revision 0002"
    await tally.runtime.pool.execute("INSERT INTO alembic_version VALUES ('0001')")
    behind = "schema_behind: the database is at revision 0001, this build needs 0002"
    assert await health.Readiness(tally.runtime).check() == behind
    await tally.runtime.pool.execute("UPDATE alembic_version SET version_num = '0002'")
    assert await health.Readiness(tally.runtime).check() is None
    await tally.runtime.pool.execute("DROP TABLE alembic_version")


async def test_a_newer_schema_is_ready_where_it_declares_compatibility(tally: Harness) -> None:
    """The column comes with the first revision that is applied by a build that declares; the same connection reads on."""
    tally.runtime.revisions = Revisions(History(("0001", "0002")))
    await tally.runtime.pool.execute("CREATE TABLE alembic_version (version_num text)")
    await tally.runtime.pool.execute("INSERT INTO alembic_version VALUES ('0004')")
    needs = "schema_incompatible: the database is at revision 0004, which needs a build of revision {} or later; this build has 0002"
    assert await health.Readiness(tally.runtime).check() == needs.format("0004")
    await tally.runtime.pool.execute("ALTER TABLE alembic_version ADD COLUMN compatible_with text")
    for declared, expected in (("0001", None), ("0002", None), ("0003", needs.format("0003"))):
        await tally.runtime.pool.execute("UPDATE alembic_version SET compatible_with = $1", declared)
        assert await health.Readiness(tally.runtime).check() == expected
    await tally.runtime.pool.execute("DROP TABLE alembic_version")


async def test_the_database_is_queried_at_most_once_a_second(tally: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    readiness = health.Readiness(tally.runtime)
    assert await readiness.check() is None
    await tally.runtime.pool.close()
    assert await readiness.check() is None
    now[0] += 1.1
    assert await readiness.check() == "database_unreachable"


async def test_a_busy_pool_keeps_the_last_result(start_tally: object) -> None:
    async with start_tally(pool_size=1) as tally:  # type: ignore[operator]
        readiness = health.Readiness(tally.runtime)
        assert await readiness.check() is None
        readiness._checked_at = -10.0
        async with tally.runtime.pool.acquire():
            assert await readiness.check() is None
