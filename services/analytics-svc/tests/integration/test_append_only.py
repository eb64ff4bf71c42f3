"""What was recorded stays recorded."""

import asyncpg
import pytest
from aftercare_chassis.testing import Harness
from written_log import journey


@pytest.mark.parametrize(
    "change", ["UPDATE trace_events SET handler = 'nobody'", "DELETE FROM trace_events", "TRUNCATE trace_events"]
)
async def test_the_trace_refuses_changes(desk: Harness, change: str) -> None:
    log = journey()
    await log.reach(desk)
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await desk.runtime.pool.execute(change)
    assert await desk.runtime.pool.fetchval("SELECT count(*) FROM trace_events") == len(log.envelopes)
