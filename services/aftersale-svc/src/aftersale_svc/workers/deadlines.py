"""Reminders before deadlines end, and provisional deadlines that a newer calendar moves."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from aftercare_chassis.database.errors import is_unavailable
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_chassis.refusals import Refusal
from aftercare_chassis.runtime import Runtime

from aftersale_svc.commands.deadlines import moved_deadlines, reminders
from aftersale_svc.domain.deadlines.ledger import Deadline
from aftersale_svc.queries import deadlines as queries
from aftersale_svc.settings import Settings

log = structlog.get_logger(__name__)

BATCH = 100
REMIND, MOVE = "reminders", "provisional-deadlines"
IDLE_SECONDS = 30.0
Change = Callable[[Transaction[Settings], str], Awaitable[Deadline]]


async def remind(runtime: Runtime[Settings]) -> datetime | None:
    """Send the reminders that are due, at most a hundred; return when the next one is."""
    async with runtime.reader() as reader:
        found = await queries.reminders(reader, BATCH)
    due = [deadline_id for deadline_id, at in found if at <= runtime.clock.now()]
    await _each(runtime, due, reminders.remind)
    if len(due) == BATCH:
        return AT_ONCE
    return found[len(due)][1] if len(due) < len(found) else None


async def move(runtime: Runtime[Settings], after: str = "") -> datetime | None:
    """Compute provisional deadlines again for which a newer calendar has come, each in a transaction of its own."""
    while True:
        async with runtime.reader() as reader:
            found = await queries.to_move(reader, after, BATCH)
        await _each(runtime, found, moved_deadlines.move)
        if len(found) < BATCH:
            return None
        after = found[-1]


async def _each(runtime: Runtime[Settings], deadline_ids: list[str], change: Change) -> None:
    for deadline_id in deadline_ids:
        try:
            async with runtime.transaction(SYSTEM) as tx:
                await change(tx, deadline_id)
        except Refusal as refusal:
            log.info("deadline_obsolete", id=deadline_id, code=refusal.code)
        except Exception as error:
            if is_unavailable(error):
                raise
            # One of them must not delay the others.
            log.exception("deadline_failed", id=deadline_id)


WORKERS = (Worker(REMIND, remind, idle=IDLE_SECONDS), Worker(MOVE, move, idle=IDLE_SECONDS))
