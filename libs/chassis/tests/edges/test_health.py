"""Probes of a real service on a real database; `tally` is the small service of the tests beside."""

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


async def test_a_healthy_service_says_so(probes: AsyncClient) -> None:
    for path in ("/livez", "/readyz", "/startupz"):
        response = await probes.get(path)
        assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "aftercare_service_info" in (await probes.get("/metrics")).text


async def test_probes_are_not_part_of_the_api(tally: Harness) -> None:
    assert not {"/livez", "/readyz", "/startupz", "/metrics"} & tally.service.app.openapi()["paths"].keys()


async def test_a_stuck_consumer_makes_its_process_unready_but_keeps_no_customer_out(
    tally: Harness, probes: AsyncClient
) -> None:
    trouble: list[str | None] = [None]
    tally.runtime.watchdogs["consumer"] = lambda: trouble[0]
    apart = ASGITransport(tally.service.process(ProcessRole.CONSUME))
    async with AsyncClient(transport=apart, base_url="http://test") as consume:
        assert (await consume.get("/readyz")).status_code == 200
        trouble[0] = "stalled"
        response = await consume.get("/readyz")
        assert (response.status_code, response.json()["why"]) == (503, {"consumer": "stalled"})
        assert (await consume.get("/livez")).status_code == 200, "a restart heals nothing that a new client does not"
    assert (await probes.get("/readyz")).status_code == 200


async def test_a_lost_database_makes_unready_but_not_dead(tally: Harness, probes: AsyncClient) -> None:
    await tally.runtime.pool.close()
    response = await probes.get("/readyz")
    assert (response.status_code, response.json()["why"]) == (503, {"database": "database_unreachable"})
    assert (await probes.get("/livez")).status_code == 200


async def test_a_database_that_takes_no_writes_is_not_ready(tally: Harness) -> None:
    name = await tally.runtime.pool.fetchval("SELECT current_database()")
    await tally.runtime.pool.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    await tally.runtime.pool.expire_connections()
    try:
        assert await health.Readiness(tally.runtime).check() == "database_read_only"
    finally:  # the next test may get this database
        connection = await tally.runtime.connect(default_transaction_read_only="off")
        await connection.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
        await connection.close()


async def test_a_schema_that_this_build_does_not_work_with_is_not_ready(tally: Harness) -> None:
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


async def test_a_newer_schema_is_fine_where_it_declares_so(tally: Harness) -> None:
    """The column comes with the first revision that is applied by a build that declares; the same connection reads on."""
    tally.runtime.revisions = Revisions(History(("0001", "0002")))
    await tally.runtime.pool.execute("CREATE TABLE alembic_version (version_num text)")
    await tally.runtime.pool.execute("INSERT INTO alembic_version VALUES ('0004')")
    needs = "schema_incompatible: the database is at revision 0004, which needs a build of revision {} or later; this build has 0002"
    assert await health.Readiness(tally.runtime).check() == needs.format("0004")
    await tally.runtime.pool.execute("ALTER TABLE alembic_version ADD COLUMN compatible_with text")
    for declared, verdict in (("0001", None), ("0002", None), ("0003", needs.format("0003"))):
        await tally.runtime.pool.execute("UPDATE alembic_version SET compatible_with = $1", declared)
        assert await health.Readiness(tally.runtime).check() == verdict
    await tally.runtime.pool.execute("DROP TABLE alembic_version")


async def test_the_database_is_asked_once_a_second_at_the_most(tally: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    readiness = health.Readiness(tally.runtime)
    assert await readiness.check() is None
    await tally.runtime.pool.close()
    assert await readiness.check() is None
    now[0] += 1.1
    assert await readiness.check() == "database_unreachable"


async def test_a_busy_pool_is_not_an_ill_one(start_tally: object) -> None:
    async with start_tally(pool_size=1) as tally:  # type: ignore[operator]
        readiness = health.Readiness(tally.runtime)
        assert await readiness.check() is None
        readiness._looked_at = -10.0
        async with tally.runtime.pool.acquire():
            assert await readiness.check() is None
