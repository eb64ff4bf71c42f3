"""The plain endpoint of `baseline.py` at the loads of the commands: what a process that has slept costs is no cost of ours."""

import asyncio
import json
import sys

import asyncpg
import baseline
from aftercare_chassis.testing.databases import with_database
from busy_commands import CASES, CONNECTIONS, WARM_UP, Average
from cpu_meter import CpuMeter
from environment import Environment
from load import Client
from orders import BASELINE_ORDERS, case_of, create_tables

NAME, STATEMENTS = "a bare request", 4
ALONE = 60
"""Requests one after the other, after as many that only warm the server up."""


async def bare(env: Environment) -> tuple[list[tuple[float, float]], Average]:
    """What each request costs that comes alone, of the endpoint and of PostgreSQL, and the average of many at a time."""
    database = with_database(env.servers.postgres, "template1")
    await create_tables(database)
    bodies = [case_of(number) for number in range(2 * ALONE + WARM_UP + CASES)]
    connection = await asyncpg.connect(database)
    await connection.execute(BASELINE_ORDERS, [body["order_id"] for body in bodies])
    await connection.close()
    process = env.start("bare", [sys.executable, baseline.__file__, database, "{port}"])
    client, meter = Client(process.url, ""), CpuMeter(process.process, env.postgres)
    sent = [json.dumps(body).encode() for body in bodies]
    alone = [(await meter.of(client.post("/v1/cases", body)))[1:] for body in sent[: 2 * ALONE]]
    await _together(client, sent[2 * ALONE : 2 * ALONE + WARM_UP])
    before = meter.total()
    await _together(client, sent[2 * ALONE + WARM_UP :])
    service, postgres = ((after - then) / CASES for then, after in zip(before, meter.total(), strict=True))
    env.stop("bare")
    return alone[ALONE:], Average(NAME, service, postgres)


async def _together(client: Client, bodies: list[bytes]) -> None:
    async def send(at: int) -> None:
        for body in bodies[at::CONNECTIONS]:
            await client.post("/v1/cases", body)

    await asyncio.gather(*(send(at) for at in range(CONNECTIONS)))
