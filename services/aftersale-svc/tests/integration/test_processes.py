"""The service as it runs: migrated, under a real uvicorn, stopped by a signal."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from aftersale_shop import Shop

SECONDS = 60


def steps_in(lines: list[str]) -> list[dict[str, Any]]:
    """The steps that a stream has sent, each under its own id."""
    ids = [line.removeprefix("id: ") for line in lines if line.startswith("id: ")]
    steps = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    return [step for step, name in zip(steps, ids, strict=False) if step["id"] == name]


async def more(lines: AsyncIterator[str], seen: list[str], number: int) -> list[dict[str, Any]]:
    """Read on until so many steps were event."""
    async with asyncio.timeout(SECONDS):
        while len(steps_in(seen)) < number:
            seen.append(await anext(lines))
    return steps_in(seen)


async def test_a_timeline_is_followed_as_it_grows(shop: Shop) -> None:
    await shop.delivered()
    case_id = (await shop.case())["id"]
    path, token = f"/v1/cases/{case_id}/timeline/live", shop.harness.token("buyer", "buyer-1")
    async with shop.harness.serve() as served:
        client = served.client
        client.headers["Authorization"] = f"Bearer {token}"
        async with client.stream("GET", path) as stream:
            lines, seen = stream.aiter_lines(), list[str]()
            await more(lines, seen, 1)
            await shop.approve(case_id)
            steps = await more(lines, seen, 2)
        assert [step["action"] for step in steps] == ["request", "approve"]
        async with client.stream("GET", path, headers={"Last-Event-ID": steps[0]["id"]}) as stream:
            lines = stream.aiter_lines()
            assert await more(lines, [], 1) == steps[1:], "behind what the client has"
            served.stop()
            async with asyncio.timeout(9):  # less than the 10 s that the server waits for its connections
                async for _ in lines:
                    pass


async def test_a_second_signal_to_stop_changes_nothing(shop: Shop) -> None:
    async with shop.harness.serve() as served:
        served.stop()
        async with asyncio.timeout(SECONDS):
            while served.process.returncode is None:
                with suppress(ProcessLookupError):
                    os.kill(served.process.pid, signal.SIGTERM)
                await asyncio.sleep(0.002)


async def test_whoever_holds_a_201_finds_the_case_at_once(shop: Shop) -> None:
    """Over a real socket: the transport of the other tests would hide a commit that comes after the answer."""
    await shop.delivered()
    body = {
        "order_id": "ord_1",
        "type": "return_refund",
        "reason": "quality_defect",
        "lines": [{"line_id": "line_1", "quantity": 1}],
    }
    async with shop.harness.serve() as served:
        client = served.client
        client.headers["Authorization"] = f"Bearer {shop.harness.token('buyer', 'buyer-1')}"
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
