"""How soon an event of a case is in the conversation about its order, and a message there in the timeline of the case.

On the whole suite, one case after the other. Both ends are commit times of one PostgreSQL server: of the case and its
notification, and of the message and its step.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import asyncpg
import httpx
from aftercare_chassis.testing.databases import with_database
from aftercare_cli.stack.interface import Addresses, NoProgress
from aftercare_cli.stack.layout import SERVICES, Layout
from commit_lag import Ends, Lag
from environment import track_commit_times
from suite import WAIT_SECONDS, People, refund_of, stack

CASES, WARM_UP, POLL_SECONDS = 200, 10, 0.1
LOOKS = int(WAIT_SECONDS / POLL_SECONDS)
TITLE = f"""
## Cases and conversations

{CASES} cases in the running suite, one after the other: the buyer opens a conversation about a paid order, then a case, then leaves a message for the case in the
conversation. Both ends are commit times of PostgreSQL (`make bench P=case-link`).

| from a commit to its effect in the other service | p50, ms | p95, ms (at most 2,000) | p99, ms |
|---|---|---|---|
"""
_CASE = "SELECT pg_xact_commit_timestamp(xmin) FROM cases WHERE id = $1"
_STEP = "SELECT pg_xact_commit_timestamp(xmin) FROM case_timeline WHERE case_id = $1 AND message->>'message_id' = $2"
_NOTIFICATION = "SELECT pg_xact_commit_timestamp(xmin) FROM messages WHERE conversation_id = $1 AND code IS NOT NULL"
_MESSAGE = "SELECT pg_xact_commit_timestamp(xmin) FROM messages WHERE id = $1"


def measure(log: Callable[[str], None]) -> str:
    """Start a suite, measure both directions, and return the section of the page."""
    with stack() as (local, servers, _):
        local.up(NoProgress())
        asyncio.run(track_commit_times(servers.postgres))
        local.down(NoProgress())
        local.up(NoProgress())
        addresses = Addresses.read(local.layout.stack_file)
        shown, left = asyncio.run(_measure(addresses, local.layout, servers.postgres))
        local.down(NoProgress())
    log(f"a case in its conversation: {shown}; a message in its case: {left}")
    return TITLE + _row("an event of a case, in the conversation", shown) + _row("a message, in the timeline", left)


def _row(name: str, lag: Lag) -> str:
    return f"| {name} | {lag.p50:.0f} | **{lag.p95:.0f}** | {lag.p99:.0f} |\n"


async def _measure(addresses: Addresses, layout: Layout, admin: str) -> tuple[Lag, Lag]:
    databases = {one.name: one.database for one in SERVICES}
    aftersale = await asyncpg.connect(with_database(admin, databases["aftersale-svc"]))
    cs = await asyncpg.connect(with_database(admin, databases["cs-svc"]))
    shown: Ends = []
    left: Ends = []
    async with httpx.AsyncClient(trust_env=False, timeout=WAIT_SECONDS) as client:
        people = People(client, addresses, layout)
        for _ in range(WARM_UP + CASES):  # the first ones open connections and plan queries
            order = await people.paid_order()
            talk = await _posted(people, "cs-svc", "/v1/conversations", {"order_id": order["id"], "text": "?"})
            case = await _posted(people, "aftersale-svc", "/v1/cases", refund_of(order))
            begun = await _committed(aftersale, _CASE, case["id"])
            shown.append((begun, await _committed(cs, _NOTIFICATION, talk["id"])))
            answer = {"text": "!", "case_id": case["id"]}
            message = await _posted(people, "cs-svc", f"/v1/conversations/{talk['id']}/messages", answer)
            begun = await _committed(cs, _MESSAGE, message["id"])
            left.append((begun, await _committed(aftersale, _STEP, case["id"], message["id"])))
    await aftersale.close()
    await cs.close()
    return Lag.of(shown[WARM_UP:]), Lag.of(left[WARM_UP:])


async def _posted(people: People, service: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The response to a command; one that is sooner than an event that it needs is sent again."""
    for _ in range(LOOKS):
        response = await people.post(service, path, "buyer", body)
        if response.status_code == 201:
            return dict(response.json())
        if response.status_code != 404:
            break
        await asyncio.sleep(POLL_SECONDS)
    raise SystemExit(f"bench: {path} returns {response.text}")


async def _committed(connection: asyncpg.Connection, sql: str, *args: str) -> datetime:
    """When the row was committed, once it is there."""
    for _ in range(LOOKS):
        found: datetime | None = await connection.fetchval(sql, *args)
        if found is not None:
            return found
        await asyncio.sleep(POLL_SECONDS)
    raise SystemExit(f"bench: an event had no effect within {WAIT_SECONDS:.0f} s")
