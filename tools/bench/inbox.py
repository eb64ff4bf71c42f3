"""The inbox of agents and merchants among a million conversations: how long a page takes over the REST API of cs-svc."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Mapping
from statistics import quantiles
from typing import NamedTuple

import asyncpg
from environment import Environment, environment, script
from load import Client
from order_lists import CHECKED_LATER

CONVERSATIONS, MERCHANTS, AGENTS, BUYERS = 1_000_000, 50, 500, 100_000
LOOKS, WARM_UP, PAGE, MOST_MS = 200, 20, 20, 30
SERVICE = "cs-svc"

TITLE = f"""
## The inbox of customer service

`make bench P=inbox`: `cs-svc serve` with {CONVERSATIONS:,} conversations of {MERCHANTS} merchants and {AGENTS} agents, of which 95 % are closed; {LOOKS} reads of each kind, one after the other. At most: {MOST_MS} ms (p99) for a page of {PAGE}.

| | p50, ms | p99, ms |
|---|---|---|
"""
# Of a thousand: 950 are closed, in 30 the buyer waits for an answer, in 20 the buyer has to write; they are spread over all times.
_CONVERSATIONS = """
WITH drawn AS (
    SELECT n, n % {merchants} AS merchant, n::bigint * 7919 % {agents} AS agent, (n::bigint / {merchants} * 7919 + n) % 1000 AS part,
        now() - ({number} - n) * interval '1 minute' / 2 AS at
    FROM generate_series(1, {number}) n
)
INSERT INTO conversations (id, version, state, order_id, case_id, buyer_id, merchant_id, agent_id, message_count, whose_turn, answer_due_at,
    deadline_at, created_at, updated_at, closed_at, channel, tags, snoozed_until, served_by, places_skipped)
SELECT 'conv_' || lpad(n::text, 32, '0'), 3, CASE WHEN part < 950 THEN 'closed' ELSE 'open' END, 'ord_' || n,
    CASE WHEN n % 2 = 0 THEN 'case_' || n END, 'buyer-' || n % {buyers}, 'm-' || merchant,
    CASE WHEN part < 990 THEN 'agent-' || agent END, 3,
    CASE WHEN part < 950 THEN NULL WHEN part < 970 THEN 'buyer' ELSE 'service' END,
    CASE WHEN part >= 970 THEN now() + (n % 500 - 100) * interval '1 minute' END,
    CASE WHEN part >= 970 THEN now() + (n % 500) * interval '1 minute' END, at, at, CASE WHEN part < 950 THEN at END,
    (ARRAY['web', 'web', 'web', 'web', 'email', 'email', 'wechat', 'wechat', 'sms', 'phone'])[1 + n % 10],
    CASE WHEN n % 100 = 0 THEN ARRAY['vip'] WHEN n % 10007 = 0 THEN ARRAY['recall'] ELSE ARRAY[]::text[] END,
    CASE WHEN part BETWEEN 968 AND 971 THEN now() + interval '1 day' END,
    CASE WHEN part = 951 THEN 'merchant' ELSE 'platform' END, CASE WHEN part % 100 = 71 THEN 2 ELSE 0 END
FROM drawn
"""
# One in a hundred was merged or split, so that its unread messages are counted; the newest one has a hundred messages.
_MESSAGES = """
INSERT INTO messages (id, conversation_id, place, author_role, author_id, text, citations, sent_at, channel)
SELECT 'msg_' || c.id || m, c.id, lpad((m + c.places_skipped)::text, 8, '0'), (ARRAY['buyer', 'agent'])[1 + m % 2],
    (ARRAY[c.buyer_id, 'agent-bench'])[1 + m % 2], '底部一直滴水。', '[]', c.created_at, c.channel
FROM conversations c, LATERAL generate_series(1, CASE WHEN c.places_skipped > 0 THEN 3 ELSE 100 END) m
WHERE c.places_skipped > 0 OR c.id = (SELECT max(id) FROM conversations)
"""
_MARKS = """
INSERT INTO read_marks (conversation_id, reader_role, reader_id, read_place, delivered_place, updated_at)
SELECT id, 'agent', agent_id, '00000002', '00000003', updated_at FROM conversations WHERE state = 'open' AND agent_id IS NOT NULL
"""
_TABLES = ("conversations", "messages", "read_marks")


class Took(NamedTuple):
    """How long reads of one kind take, in milliseconds."""

    p50: float
    p99: float


def measure(log: Callable[[str], None], number: int = CONVERSATIONS, looks: int = LOOKS) -> str:
    """Start cs-svc with so many conversations, read the lists so often each, and return the section of the page."""
    with environment() as env:
        env.migrate(SERVICE)
        began = time.monotonic()
        asyncio.run(_fill(env, number))
        log(f"{number:,} conversations inserted in {time.monotonic() - began:.0f} s")
        server = env.start(SERVICE, [script(SERVICE), "serve"], env.variables(SERVICE))
        return section(asyncio.run(_times(env, server.url, looks, log)))


def section(found: Mapping[str, Took]) -> str:
    """The section of the page."""
    text = TITLE
    for name, took in found.items():
        last = f"**{took.p99:.1f}**" if took.p99 > MOST_MS else f"{took.p99:.1f}"
        text += f"| {name} | {took.p50:.1f} | {last} |\n"
    return text


async def _fill(env: Environment, number: int) -> None:
    connection = await asyncpg.connect(env.variables(SERVICE)["AFTERCARE_MIGRATION_DATABASE_URL"])
    sizes = {"number": number, "merchants": MERCHANTS, "agents": AGENTS, "buyers": BUYERS}
    try:
        for name in ("work_mem", "maintenance_work_mem"):
            await connection.execute(f"SET {name} = '256MB'")
        later = await connection.fetch(CHECKED_LATER, list(_TABLES))
        fill = (_CONVERSATIONS.format(**sizes), _MESSAGES, _MARKS)
        for statement in (
            *(each["drop"] for each in later),
            *fill,
            *(each["make"] for each in later),
            "VACUUM ANALYZE",
        ):
            await connection.execute(statement, timeout=600)
    finally:
        await connection.close()


def reads(newest: str) -> Iterator[tuple[str, str, str]]:
    """The name of each kind of read, the role of its reader and its path; `newest` is the id of a conversation with a hundred messages."""
    agents = {
        "an agent's conversations that wait": "agent_id=agent-7&state=open&whose_turn=service&snoozed=false",
        "those that wait, closed ones not left out": "agent_id=agent-7&whose_turn=service",
        "an agent's open conversations": "agent_id=agent-7&state=open",
        "those that are put off": "agent_id=agent-7&snoozed=true",
        "those over a channel": "agent_id=agent-7&state=open&channel=sms",
        "those with a tag": "agent_id=agent-7&state=open&tag=vip",
        "all of an agent": "agent_id=agent-7",
        "all closed ones of an agent": "agent_id=agent-7&state=closed",
        "all that wait": "whose_turn=service",
        "all that wait and are not put off": "whose_turn=service&snoozed=false",
        "all that wait over a channel": "whose_turn=service&channel=sms",
        "all that wait with a tag": "whose_turn=service&tag=vip",
        "all open ones": "state=open",
        "all that are put off": "snoozed=true",
        "all that merchants serve": "served_by=merchant",
        "all with a rare tag": "tag=recall",
        "all with a common tag": "tag=vip",
        "all over a channel": "channel=phone",
        "all of a buyer": "buyer_id=buyer-7",
        "all about an order": "order_id=ord_77",
        "all about a case": "case_id=case_78",
        "the newest": "",
    }
    merchants = {
        "a merchant's conversations that wait": "whose_turn=service",
        "a merchant's open conversations": "state=open",
        "those that the merchant serves": "served_by=merchant",
        "the newest of a merchant": "",
    }
    for role, queries in (("agent", agents), ("seller", merchants)):
        for name, query in queries.items():
            yield name, role, f"/v1/conversations?{query}&limit={PAGE}".replace("?&", "?")
    yield "a conversation with a hundred messages", "agent", f"/v1/conversations/{newest}"
    yield "the queues", "agent", "/v1/queues"


async def _times(env: Environment, url: str, looks: int, log: Callable[[str], None]) -> dict[str, Took]:
    tokens = {"agent": env.token("agent", "agent-7"), "seller": env.token("seller", "seller-bench", "m-7")}
    first = json.loads(await Client(url, tokens["agent"]).get(f"/v1/conversations?whose_turn=service&limit={PAGE}"))
    newest = json.loads(await Client(url, tokens["agent"]).get("/v1/conversations?limit=1"))["data"][0]["id"]
    after = f"/v1/conversations?whose_turn=service&limit={PAGE}&cursor={first['next_cursor']}"
    found = {}
    for name, role, path in (*reads(newest), ("all that wait: the next page", "agent", after)):
        client = Client(url, tokens[role])  # the server closes a connection that is idle for long
        took = quantiles([1000 * await _seconds(client, path) for _ in range(WARM_UP + looks)][WARM_UP:], n=100)
        found[name] = Took(took[49], took[98])
        log(f"{name}: {took[49]:.1f} ms ({took[98]:.1f})")
    return found


async def _seconds(client: Client, path: str) -> float:
    began = time.perf_counter()
    await client.get(path)
    return time.perf_counter() - began
