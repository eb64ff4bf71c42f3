"""The service as it runs: migrated, served by a real uvicorn, stopped by a signal."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
from aftercare_chassis.migrate import Migrations
from cs_desk import CASE, Desk, complaint_body
from cs_svc import tables

READY_SECONDS = 60


@asynccontextmanager
async def serving(desk: Desk, port: int) -> AsyncIterator[httpx.AsyncClient]:
    settings = desk.harness.settings
    environment = {
        "AFTERCARE_DATABASE_URL": settings.database_url,
        "AFTERCARE_KAFKA": settings.kafka,
        "AFTERCARE_JWKS_FILE": settings.jwks_file,
        "AFTERCARE_SIGNING_KEY": str(getattr(settings.signing_key, "get_secret_value", settings.signing_key.__str__)()),
        "AFTERCARE_PORT": str(port),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cs_svc", "serve", env={**os.environ, **environment}
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            await ready(client)
            yield client
    finally:
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), READY_SECONDS) == 0


async def ready(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(READY_SECONDS):
        while True:
            try:
                if (await client.get("/readyz")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)


async def test_a_created_answer_is_durable_when_it_is_given(served: Desk, unused_tcp_port: int) -> None:
    served.harness.clock.set(datetime.now(UTC))
    token = {"Authorization": f"Bearer {served.harness.token('buyer', 'buyer-1')}"}
    async with serving(served, unused_tcp_port) as client:
        client.headers.update(token)
        said = {"case_id": CASE, "text": "什么时候退款?"}
        for number in range(20):
            key = {"Idempotency-Key": f"k-{number}"}
            opened = await client.post("/v1/conversations", json=said, headers=key)
            assert opened.status_code == 201, opened.text
            # Another connection of another process sees at once what the client was told.
            query = "SELECT message_count FROM conversations WHERE id = $1"
            assert await served.harness.runtime.pool.fetchval(query, opened.json()["id"]) == 1
        first = await client.post("/v1/complaints", json=complaint_body(), headers={"Idempotency-Key": "c"})
        again = await client.post("/v1/complaints", json=complaint_body(), headers={"Idempotency-Key": "c"})
        assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
        refused = await client.post("/v1/complaints", json=complaint_body())
        assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_missing")


async def test_the_migrations_make_what_the_tables_say(desk: Desk) -> None:
    migrations = Migrations("cs_svc", desk.harness.settings.database_url, tables.metadata)
    assert await migrations.differences() is None
