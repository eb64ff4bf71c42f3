"""Rows that have served: inbox entries and kept answers are deleted in small steps once nothing can ask for them."""

from datetime import timedelta

from aftercare_chassis.consumer.inbox import KEPT
from aftercare_chassis.jobs.workers import Worker
from aftercare_chassis.runtime import Runtime

STEP = 1000
# Kept answers: as long as the API promises. Inbox: the cursor already keeps a consumer from taking an event twice; the
# inbox covers a log that is read again from an older place.
_STEPS = {
    """DELETE FROM idempotency_key WHERE scope IN
       (SELECT scope FROM idempotency_key WHERE created_at < $1 LIMIT $2)""": timedelta(days=7),
    """DELETE FROM inbox WHERE (consumer, event_id) IN
       (SELECT consumer, event_id FROM inbox WHERE received_at < $1 LIMIT $2)""": KEPT,
}


async def _prune(runtime: Runtime) -> bool:
    full = False
    async with runtime.connection() as connection:
        for statement, kept in _STEPS.items():
            done = await connection.execute(statement, runtime.clock.now() - kept, STEP)
            full = full or done == f"DELETE {STEP}"
    return full


RETENTION = Worker("prune", _prune, idle=60.0)
