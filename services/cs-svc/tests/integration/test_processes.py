"""The service in a process of its own, behind a real uvicorn."""

import asyncio
import json
from datetime import UTC, datetime
from functools import partial

from aftercare_chassis.database.migrations import Migrations
from aftercare_chassis.testing import until
from cs_desk import CASE, Desk, complaint_body
from cs_svc import tables

BODY = {"case_id": CASE, "text": "什么时候退款?"}


async def test_a_response_is_sent_after_the_commit(prepared: Desk) -> None:
    prepared.harness.clock.set(datetime.now(UTC))
    token = {"Authorization": f"Bearer {prepared.harness.token('buyer', 'buyer-1')}"}
    async with prepared.harness.serve() as process:
        client = process.client
        client.headers.update(token)
        for number in range(20):
            key = {"Idempotency-Key": f"k-{number}"}
            opened = await client.post("/v1/conversations", json=BODY, headers=key)
            assert opened.status_code == 201, opened.text
            # Another connection sees the row as soon as the client has the response.
            query = "SELECT message_count FROM conversations WHERE id = $1"
            assert await prepared.harness.runtime.pool.fetchval(query, opened.json()["id"]) == 1
        first = await client.post("/v1/complaints", json=complaint_body(), headers={"Idempotency-Key": "c"})
        again = await client.post("/v1/complaints", json=complaint_body(), headers={"Idempotency-Key": "c"})
        assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
        refused = await client.post("/v1/complaints", json=complaint_body())
        assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_missing")


async def test_a_command_stops_waiting_when_its_client_disconnects(desk: Desk) -> None:
    desk.harness.clock.set(datetime.now(UTC))
    body = json.dumps({"case_id": CASE, "text": "?"})
    head = f"POST /v1/conversations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {desk.harness.token('buyer', 'buyer-1')}\r\n"
    head += f"Idempotency-Key: k\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    async with desk.harness.serve() as process:
        client = process.client
        _, writer = await asyncio.open_connection("127.0.0.1", process.port)
        writer.write((head + body).encode())
        await until(partial(is_waiting, desk), "the command waits for the case")
        writer.close()

        async def is_abandoned() -> bool:
            metrics = (await client.get("/metrics")).text
            assert 'route="/v1/conversations",status="404"' not in metrics
            return 'route="/v1/conversations",status="499"' in metrics

        await until(is_abandoned, "the request has ended without a response")


READING_PROGRESS = """
SELECT count(*) FROM pg_stat_activity
WHERE application_name = 'cs-svc' AND pid <> pg_backend_pid() AND query LIKE '%FROM subject_state%'
"""


async def is_waiting(desk: Desk) -> bool:
    """Whether the other process has read the progress of its consumer, as a waiting command does."""
    return bool(await desk.harness.runtime.pool.fetchval(READING_PROGRESS))


async def test_a_waiting_command_sees_what_another_process_consumed(desk: Desk) -> None:
    desk.harness.clock.set(datetime.now(UTC))
    token = {"Authorization": f"Bearer {desk.harness.token('buyer', 'buyer-1')}"}
    async with desk.harness.serve() as process:
        client = process.client
        client.headers.update(token)
        response = asyncio.ensure_future(client.post("/v1/conversations", json=BODY, headers={"Idempotency-Key": "k"}))
        await until(partial(is_waiting, desk), "the command waits for the case")
        await desk.case()
        assert (await response).status_code == 201
        assert 'aftercare_command_wait_seconds_count{arrived="yes"} 1.0' in (await client.get("/metrics")).text


async def test_the_migrations_make_the_schema_of_the_tables(desk: Desk) -> None:
    migrations = Migrations("cs_svc", desk.harness.settings.database_url, tables.metadata)
    assert await migrations.differences() is None
