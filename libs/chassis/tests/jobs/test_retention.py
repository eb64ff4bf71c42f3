"""Old rows are deleted in bounded steps; those that may still be needed stay."""

from datetime import timedelta
from typing import Any

from aftercare_chassis.jobs.retention import MESSAGING, STEP_ROWS, Retention, retention_worker
from aftercare_chassis.jobs.workers import AT_ONCE
from aftercare_chassis.testing import Harness

INBOX = """
INSERT INTO inbox (consumer, event_id, content, received_at) SELECT 'tally-svc', gen_random_uuid(), 0, $1 FROM generate_series(1, $2)
"""
KEYS = """
INSERT INTO idempotency_key (scope, fingerprint, status, headers, body, created_at)
SELECT gen_random_uuid(), '', 200, '{}', '', $1 FROM generate_series(1, $2)
"""


RETENTION = retention_worker(MESSAGING)


async def remaining(tally: Harness) -> tuple[int, int]:
    counts: Any = await tally.runtime.pool.fetchrow(
        "SELECT (SELECT count(*) FROM inbox) AS inbox, (SELECT count(*) FROM idempotency_key) AS keys"
    )
    return counts["inbox"], counts["keys"]


async def test_old_rows_are_deleted_in_steps_and_young_ones_stay(tally: Harness) -> None:
    now, run = tally.clock.now(), tally.runtime.pool.execute
    await run(INBOX, now - timedelta(days=14, seconds=1), 2 * STEP_ROWS + 5)
    await run(INBOX, now - timedelta(days=13), 7)
    await run(KEYS, now - timedelta(days=7, seconds=1), STEP_ROWS + 1)
    await run(KEYS, now - timedelta(days=6), 3)
    assert await RETENTION.step(tally.runtime) is AT_ONCE
    assert await remaining(tally) == (STEP_ROWS + 5 + 7, 1 + 3)
    assert await RETENTION.step(tally.runtime) is AT_ONCE, "the inbox had a full step"
    assert await RETENTION.step(tally.runtime) is None
    assert await remaining(tally) == (7, 3)
    assert await RETENTION.step(tally.runtime) is None


async def test_a_step_finds_its_rows_by_an_index(tally: Harness) -> None:
    """A step must not read every row of a large table: there is an index on the time."""
    run = tally.runtime.pool.fetch
    for table, column in (("inbox", "received_at"), ("idempotency_key", "created_at")):
        plan = await run(f"EXPLAIN SELECT 1 FROM {table} WHERE {column} < now() - interval '14 days' LIMIT 1000")
        found: Any = await run("SELECT indexdef FROM pg_indexes WHERE tablename = $1", table)
        assert any(f"({column})" in row["indexdef"] for row in found), plan


async def test_a_service_keeps_rows_of_its_own_tables_for_as_long_as_its_settings_say(tally: Harness) -> None:
    """A row without a time in that column stays."""
    pool, now = tally.runtime.pool, tally.clock.now()
    hours = Retention("tallies", "deadline_at", lambda settings: timedelta(seconds=settings.deadline_poll_seconds))
    insert = "INSERT INTO tallies (id, version, owner, count, deadline_at) VALUES ($1, 1, 'me', 0, $2)"
    for name, deadline in (("old", now - timedelta(days=1)), ("young", now), ("open", None)):
        await pool.execute(insert, name, deadline)
    assert await retention_worker([hours]).step(tally.runtime) is None
    assert {row["id"] for row in await pool.fetch("SELECT id FROM tallies")} == {"young", "open"}
