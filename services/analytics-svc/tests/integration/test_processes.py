"""The service as it runs: migrated, served by a real uvicorn, stopped by a signal; and its own word of the command line."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
from aftercare_chassis.database.migrations import Migrations
from aftercare_chassis.testing import Harness
from aftercare_chassis.testing.waiting import until
from analytics_svc import tables
from written_log import journey

SECONDS = 60


async def start(desk: Harness, word: str, port: int) -> asyncio.subprocess.Process:
    settings = desk.settings
    environment = {
        "AFTERCARE_DATABASE_URL": settings.database_url,
        "AFTERCARE_KAFKA": settings.kafka,
        "AFTERCARE_JWKS_FILE": settings.jwks_file,
        "AFTERCARE_SIGNING_KEY": settings.signing_key,
        "AFTERCARE_PORT": str(port),
    }
    command = (sys.executable, "-m", "analytics_svc", word)
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(*command, env={**os.environ, **environment}, stdout=pipe, stderr=pipe)


@asynccontextmanager
async def serving(desk: Harness, port: int) -> AsyncIterator[httpx.AsyncClient]:
    process = await start(desk, "serve", port)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            await until(lambda: ready(client), "the service is ready", SECONDS)
            yield client
    finally:
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), SECONDS)
        assert process.returncode == 0


async def ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False


async def test_a_trace_over_a_real_server(desk: Harness, unused_tcp_port: int) -> None:
    desk.clock.set(datetime.now(UTC))
    log = journey()
    await log.reach(desk)
    async with serving(desk, unused_tcp_port) as client:
        client.headers["Authorization"] = f"Bearer {desk.token('buyer', 'buyer-1')}"
        body = (await client.get("/v1/traces", params={"order_id": "ord_1"})).json()
        assert body["complete"] is True
        assert len(body["data"]) == len(log.envelopes) - 1, "all but the sanction, which is not the buyer's to see"
        assert (await client.get("/v1/metrics/after-sales")).status_code == 403
        assert (await client.get("/v1/traces")).status_code == 422


async def test_rebuild_is_a_word_of_the_command_line(desk: Harness, unused_tcp_port: int) -> None:
    await journey().reach(desk)
    process = await start(desk, "rebuild", unused_tcp_port)
    told, _ = await asyncio.wait_for(process.communicate(), SECONDS)
    assert process.returncode == 2, "nothing listens where this harness says that Kafka is"
    assert told == b""


async def test_the_migrations_make_what_the_tables_say(desk: Harness) -> None:
    migrations = Migrations("analytics_svc", desk.settings.database_url, tables.metadata)
    assert await migrations.differences() is None
