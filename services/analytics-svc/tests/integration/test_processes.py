"""The service as it runs: migrated, served by a real uvicorn, stopped by a signal; and its own word of the command line."""

from datetime import UTC, datetime

from aftercare_chassis.database.migrations import Migrations
from aftercare_chassis.testing import Harness
from analytics_svc import tables
from written_log import journey


async def test_a_trace_over_a_real_server(desk: Harness) -> None:
    desk.clock.set(datetime.now(UTC))
    log = journey()
    await log.reach(desk)
    async with desk.serve() as served:
        client = served.client
        client.headers["Authorization"] = f"Bearer {desk.token('buyer', 'buyer-1')}"
        body = (await client.get("/v1/traces", params={"order_id": "ord_1"})).json()
        assert body["complete"] is True
        assert len(body["data"]) == len(log.envelopes) - 1, "all but the sanction, which is not the buyer's to see"
        assert (await client.get("/v1/metrics/after-sales")).status_code == 403
        assert (await client.get("/v1/traces")).status_code == 422


async def test_rebuild_is_a_word_of_the_command_line(desk: Harness) -> None:
    await journey().reach(desk)
    code, output = await desk.run("rebuild")
    assert code == 2, "nothing listens where this harness says that Kafka is"
    assert output == ""


async def test_the_migrations_make_what_the_tables_say(desk: Harness) -> None:
    migrations = Migrations("analytics_svc", desk.settings.database_url, tables.metadata)
    assert await migrations.differences() is None
