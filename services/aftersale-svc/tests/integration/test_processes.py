"""The service as it runs: migrated, under a real uvicorn, stopped by a signal."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from aftercare_chassis.testing import until
from aftersale_shop import Shop

SECONDS = 60


@pytest.fixture
def environment(shop: Shop, unused_tcp_port: int) -> dict[str, str]:
    settings = shop.harness.settings
    given = {
        "AFTERCARE_DATABASE_URL": settings.database_url,
        "AFTERCARE_KAFKA": settings.kafka,
        "AFTERCARE_JWKS_FILE": settings.jwks_file,
        "AFTERCARE_SIGNING_KEY": settings.signing_key,
        "AFTERCARE_PORT": str(unused_tcp_port),
    }
    return {**os.environ, **given}


@asynccontextmanager
async def serving(environment: dict[str, str]) -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "aftersale_svc", "serve", env=environment)
    address = f"http://127.0.0.1:{environment['AFTERCARE_PORT']}"
    try:
        async with httpx.AsyncClient(base_url=address) as client:
            await until(lambda: _ready(client), "the service is ready", SECONDS)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), SECONDS) == 0


async def _ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False


async def test_whoever_holds_a_201_finds_the_case_at_once(shop: Shop, environment: dict[str, str]) -> None:
    """Over a real socket: the transport of the other tests would hide a commit that comes after the answer."""
    await shop.delivered()
    body = {
        "order_id": "ord_1",
        "type": "return_refund",
        "reason": "quality_defect",
        "lines": [{"line_id": "line_1", "quantity": 1}],
    }
    async with serving(environment) as address:
        token = {"Authorization": f"Bearer {shop.harness.token('buyer', 'buyer-1')}"}
        async with httpx.AsyncClient(base_url=address, headers=token) as client:
            for number in range(3):
                made = await client.post("/v1/cases", json=body, headers={"Idempotency-Key": f"k-{number}"})
                assert made.status_code == 201
                version = "SELECT version FROM cases WHERE id = $1"
                assert await shop.harness.runtime.pool.fetchval(version, made.json()["id"]) == 1
            refused = await client.post("/v1/cases", json=body, headers={"Idempotency-Key": "k-9"})
            assert (refused.status_code, refused.json()["code"]) == (409, "units_in_live_case")
            assert (await client.get("/metrics")).status_code == 200


async def test_the_database_matches_the_tables(shop: Shop) -> None:
    migrations = shop.harness.service.migrations.at(shop.harness.settings.database_url)
    assert await migrations.differences() is None
