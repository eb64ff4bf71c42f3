"""Old rows are deleted in bounded steps once they are no longer needed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic

from aftercare_chassis.consumer.inbox import KEPT
from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S, S_contra

STEP_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Retention(Generic[S_contra]):
    """Rows of `table` are deleted once the time in `column` lies further back than `keep(settings)`.

    Rows in which the column is NULL stay. The column needs an index, so that a step does not read the whole table.
    """

    table: str
    column: str
    keep: Callable[[S_contra], timedelta]

    @property
    def statement(self) -> str:
        """DELETE with the parameters $1, the oldest time that is kept, and $2, the rows of one step."""
        old = f"SELECT ctid FROM {self.table} WHERE {self.column} < $1 LIMIT $2"  # noqa: S608 - names of our own tables
        return f"DELETE FROM {self.table} WHERE ctid = ANY (ARRAY({old}))"  # noqa: S608


MESSAGING: tuple[Retention, ...] = (
    # By the API, the response to an Idempotency-Key is repeated for as long.
    Retention("idempotency_key", "created_at", lambda _: timedelta(days=7)),
    # In normal operation the cursor keeps events from being handled twice; the inbox is for a log that is read again.
    Retention("inbox", "received_at", lambda _: KEPT),
)


def retention_worker(retentions: Sequence[Retention[S]]) -> Worker[S]:
    """The worker that deletes the old rows of these tables, at most 1000 of each in a step."""

    async def step(runtime: Runtime[S]) -> datetime | None:
        full = False
        async with runtime.connection() as connection:
            for each in retentions:
                before = runtime.clock.now() - each.keep(runtime.settings)
                done = await connection.execute(each.statement, before, STEP_ROWS)
                full = full or done == f"DELETE {STEP_ROWS}"
        return AT_ONCE if full else None

    return Worker("retention", step, idle=60.0)
