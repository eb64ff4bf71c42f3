"""The service as it runs: migrated, served by a real uvicorn, stopped by a signal."""

import asyncio
import json
from datetime import UTC, datetime
from functools import partial

from aftercare_chassis.database.migrations import Migrations
from aftercare_chassis.testing import until
from cs_desk import CASE, Desk, complaint_body
from cs_svc import tables


async def test_a_created_answer_is_durable_when_it_is_given(served: Desk) -> None:
    served.harness.clock.set(datetime.now(UTC))
    token = {"Authorization": f"Bearer {served.harness.token('buyer', 'buyer-1')}"}
    async with served.harness.serve() as process:
        client = process.client
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


async def test_a_client_that_goes_away_is_waited_for_no_longer(desk: Desk) -> None:
    desk.harness.clock.set(datetime.now(UTC))
    body = json.dumps({"case_id": CASE, "text": "?"})
    head = f"POST /v1/conversations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {desk.harness.token('buyer', 'buyer-1')}\r\n"
    head += f"Idempotency-Key: k\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    async with desk.harness.serve() as process:
        client = process.client
        _, writer = await asyncio.open_connection("127.0.0.1", process.port)
        writer.write((head + body).encode())
        await until(partial(looks, desk), "it looks for the case")
        writer.close()

        async def given_up() -> bool:
            figures = (await client.get("/metrics")).text
            assert 'route="/v1/conversations",status="404"' not in figures
            return 'route="/v1/conversations",status="499"' in figures

        await until(given_up, "the request has ended without an answer")


LOOKS = """
SELECT count(*) FROM pg_stat_activity
WHERE application_name = 'cs-svc' AND pid <> pg_backend_pid() AND query LIKE '%FROM subject_state%'
"""


async def looks(desk: Desk) -> bool:
    """Whether the other process has asked how far its consumer has come."""
    return bool(await desk.harness.runtime.pool.fetchval(LOOKS))


async def test_a_process_that_serves_hears_of_what_another_one_has_consumed(desk: Desk) -> None:
    desk.harness.clock.set(datetime.now(UTC))
    token = {"Authorization": f"Bearer {desk.harness.token('buyer', 'buyer-1')}"}
    said = {"case_id": CASE, "text": "什么时候退款?"}
    async with desk.harness.serve() as process:
        client = process.client
        client.headers.update(token)
        asked = asyncio.ensure_future(client.post("/v1/conversations", json=said, headers={"Idempotency-Key": "k"}))
        await until(partial(looks, desk), "it looks for the case")
        await desk.case()
        assert (await asked).status_code == 201
        assert 'aftercare_command_wait_seconds_count{arrived="yes"} 1.0' in (await client.get("/metrics")).text


async def test_the_migrations_make_what_the_tables_say(desk: Desk) -> None:
    migrations = Migrations("cs_svc", desk.harness.settings.database_url, tables.metadata)
    assert await migrations.differences() is None
