"""The processes as they run: migrate, seed, serve under a real uvicorn, stop by signal."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from aftercare_chassis.testing import Harness

READY_SECONDS = 60
# The database as revision 0001 left it, with an index that has not every term of today.
FIRST_SCHEMA = """
ALTER TABLE search_documents DROP COLUMN text, DROP COLUMN analyser;
DELETE FROM search_postings WHERE term = 'wifi';
UPDATE search_terms SET documents = 0 WHERE term = 'wifi';
UPDATE alembic_version SET version_num = '0001';
"""


async def run(environment: dict[str, str], *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "kb_svc", *arguments, env=environment)
    assert await asyncio.wait_for(process.wait(), READY_SECONDS) == 0


@asynccontextmanager
async def serving(environment: dict[str, str], base: str) -> AsyncIterator[httpx.AsyncClient]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "kb_svc", "serve", env=environment)
    try:
        async with httpx.AsyncClient(base_url=base) as client:
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


@pytest.fixture
def environment(shelf: Harness, unused_tcp_port: int) -> dict[str, str]:
    settings = shelf.settings
    given = {
        "AFTERCARE_DATABASE_URL": settings.database_url,
        "AFTERCARE_KAFKA": settings.kafka,
        "AFTERCARE_JWKS_FILE": settings.jwks_file,
        "AFTERCARE_SIGNING_KEY": settings.signing_key,
        "AFTERCARE_PORT": str(unused_tcp_port),
    }
    return {**os.environ, **given}


async def test_a_seeded_service_answers_over_a_real_server(shelf: Harness, environment: dict[str, str]) -> None:
    await run(environment, "migrate")
    await run(environment, "seed")
    headers = {"Authorization": f"Bearer {shelf.token('agent', 'agent-1')}"}
    async with serving(environment, f"http://127.0.0.1:{environment['AFTERCARE_PORT']}") as client:
        client.headers.update(headers)
        hits = (await client.get("/v1/search", params={"q": "退货运费谁承担"})).json()["data"]
        assert hits[0]["slug"] == "return-freight"
        text = {"kind": "article", "slug": "hours", "language": "en", "title": "Hours", "body": "We answer by day."}
        created = await client.post("/v1/articles", json=text, headers={"Idempotency-Key": "k-1"})
        assert created.status_code == 201
        # What a client holds a 201 for is there for everybody else.
        path = f"/v1/articles/{created.json()['id']}"
        assert (await client.get(path)).json()["body"] == text["body"]
        refused = await client.post("/v1/articles", json=text)
        assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_missing")


async def test_migrating_an_older_database_indexes_its_articles_anew(
    shelf: Harness, environment: dict[str, str]
) -> None:
    agent = shelf.client("agent", "agent-1")
    text = {"kind": "article", "slug": "wifi", "language": "en", "title": "Network", "body": "The **Wi-Fi** box."}
    article = (await agent.post("/v1/articles", json=text)).json()
    await agent.post(f"/v1/articles/{article['id']}/publish")
    await shelf.runtime.pool.execute(FIRST_SCHEMA)
    try:
        await run(environment, "migrate")
        [hit] = (await agent.get("/v1/search", params={"q": "wifi"})).json()["data"]
        assert (hit["snippet"], hit["highlights"]) == ("The Wi-Fi box.", [[4, 9]])
    finally:
        await run(environment, "migrate")
