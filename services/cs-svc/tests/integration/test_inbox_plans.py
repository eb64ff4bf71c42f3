"""Lists of agents and merchants read what they show, and not all conversations that have ended."""

import re

import pytest
from cs_desk import Desk
from cs_svc.tables.conversations import CONVERSATION_LIST

MANY = 20_000
FILL = f"""
INSERT INTO conversations (id, version, state, buyer_id, merchant_id, agent_id, message_count, whose_turn, served_by, created_at, updated_at,
    closed_at)
SELECT 'conv_' || lpad(n::text, 8, '0'), 1, CASE WHEN n <= 10 THEN 'open' ELSE 'closed' END, 'buyer-1', 'm-' || n % 2,
    'agent-' || n % 2, 1, CASE WHEN n <= 5 THEN 'service' WHEN n <= 10 THEN 'buyer' END, CASE WHEN n <= 2 THEN 'merchant' ELSE 'platform' END,
    now(), now(), CASE WHEN n > 10 THEN now() END
FROM generate_series(1, {MANY}) n
"""
READ = re.compile(r"on conversations.*\(actual rows=([0-9.]+) loops=1\)|Rows Removed by \w+: ([0-9]+)")


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize(
    ("role", "used", "found"),
    [
        ("agent", {"agent_id": "agent-1", "whose_turn": "service"}, 3),
        ("agent", {"agent_id": "agent-1", "state": "open"}, 5),
        ("agent", {"agent_id": "agent-new"}, 0),
        ("agent", {"agent_id": "agent-new", "state": "closed"}, 0),
        ("seller", {"whose_turn": "service"}, 3),
        ("seller", {"state": "open"}, 5),
        ("seller", {"served_by": "merchant"}, 1),
    ],
)
async def test_a_list_of_few_reads_few(desk: Desk, mode: str, role: str, used: dict[str, str], found: int) -> None:
    pool = desk.harness.runtime.pool
    await pool.execute(FILL)
    await pool.execute("ANALYZE conversations")
    compiled = CONVERSATION_LIST.statement(role, used, after=False)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(f"SET LOCAL plan_cache_mode = {mode}")
        arguments = compiled.args({**used, "viewer": "m-1", "rows": 21})
        assert len(await connection.fetch(compiled.sql, *arguments)) == found
        plan = await connection.fetch(
            f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, BUFFERS OFF) {compiled.sql}", *arguments
        )
    read = [float(first or second) for [line] in plan for first, second in READ.findall(line)]
    assert read, plan
    assert max(read) < 200, "\n".join(line for [line] in plan)
