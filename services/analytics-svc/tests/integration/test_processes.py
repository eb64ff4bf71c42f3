"""The service as processes: served by a real uvicorn and stopped by a signal, rebuilt by its command."""

from datetime import UTC, datetime

from aftercare_chassis.database.migrations import Migrations
from aftercare_chassis.testing import Harness
from analytics_svc import tables
from example_log import returned_order


async def test_a_trace_over_a_real_server(analytics: Harness) -> None:
    analytics.clock.set(datetime.now(UTC))
    log = returned_order()
    await log.deliver_to(analytics)
    async with analytics.serve() as served:
        client = served.client
        client.headers["Authorization"] = f"Bearer {analytics.token('buyer', 'buyer-1')}"
        body = (await client.get("/v1/traces", params={"order_id": "ord_1"})).json()
        assert body["complete"] is True
        assert len(body["data"]) == len(log.envelopes) - 1, "all but the sanction, which the buyer may not see"
        assert (await client.get("/v1/metrics/after-sales")).status_code == 403
        assert (await client.get("/v1/traces")).status_code == 422


async def test_rebuild_is_a_command(analytics: Harness) -> None:
    await returned_order().deliver_to(analytics)
    code, output = await analytics.run("rebuild")
    assert code == 2, "there is no Kafka at the address that the harness gives"
    assert output == ""


async def test_the_migrations_create_the_declared_tables(analytics: Harness) -> None:
    migrations = Migrations("analytics_svc", analytics.settings.database_url, tables.metadata)
    assert await migrations.differences() is None
