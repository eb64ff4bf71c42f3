"""Events of the trace cannot be changed or deleted."""

import asyncpg
import pytest
from aftercare_chassis.testing import Harness
from example_log import returned_order


@pytest.mark.parametrize(
    "change", ["UPDATE trace_events SET handler = 'nobody'", "DELETE FROM trace_events", "TRUNCATE trace_events"]
)
async def test_the_trace_refuses_changes(analytics: Harness, change: str) -> None:
    log = returned_order()
    await log.deliver_to(analytics)
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await analytics.runtime.pool.execute(change)
    assert await analytics.runtime.pool.fetchval("SELECT count(*) FROM trace_events") == len(log.envelopes)
