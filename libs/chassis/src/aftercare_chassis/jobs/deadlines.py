"""Timers: a deadline is a column of the row that it belongs to. A loop finds the rows that are due and calls a command.

The command locks the row and checks it again, because the row may have changed between the query and the lock. So any
number of processes may run the loop, and a timer never acts on an outdated state.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Generic, TypeVar, TypeVarTuple

import structlog
from asyncpg import Record
from sqlalchemy import bindparam, select

from aftercare_chassis import failpoints
from aftercare_chassis.database.errors import is_unavailable
from aftercare_chassis.database.mapping import Query, Rows
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.observability import tracing
from aftercare_chassis.refusals import Refusal
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S, S_contra, ServiceSettings
from aftercare_chassis.wakeup import set_within

log = structlog.get_logger(__name__)

BATCH = 100

A = TypeVar("A", bound=Enum)
Own = TypeVar("Own", bound=ServiceSettings)  # S has a default, which a parameter before others may not have
R = TypeVar("R")
T = TypeVar("T")
Locked = TypeVarTuple("Locked")
TimerCommand = Callable[[Transaction[Own], *Locked], Awaitable[T]]


@dataclass(frozen=True, slots=True)
class Due(Generic[S_contra]):
    """Rows whose `deadline_at` has passed, and the command that is called with the id of each.

    The command locks the row, checks it again, and acts. A refusal means that there was nothing left to do.
    """

    rows: Rows[Any]  # of any class: only the id is read
    command: Callable[[Transaction[S_contra], str], Awaitable[object]]

    def query(self) -> Query[Record]:
        """The ids and deadlines of the rows that are due until `:end`, earliest first, at most `:limit`."""
        row = self.rows.table.c
        due = select(row.id, row.deadline_at).where(row.deadline_at <= bindparam("end"))
        return Query(due.order_by(row.deadline_at).limit(bindparam("limit")))


class TimerCommands(Generic[A, Own, *Locked]):
    """The commands that timers run on the rows of one table, by the action that the lifecycle of the row names.

    `lock` locks a row by its id, with what else its commands need; `due` is the action that is due for it at a time, or None.
    `spare` may extend a deadline that is due, and returns whether it did; the command is not called then.
    A command is called with what is locked, and is registered where it is defined:

        case_timer = TimerCommands(locking.case_and_order, case_due)

        @case_timer(CaseAction.CLOSE)
        async def close(tx, case, order): ...
    """

    def __init__(
        self,
        lock: Callable[[Transaction[Own], str], Awaitable[tuple[*Locked]]],
        due: Callable[[*Locked, datetime], A | None],
        spare: Callable[[Transaction[Own], *Locked], Awaitable[bool]] | None = None,
    ) -> None:
        self._lock, self._due, self._spare = lock, due, spare
        self._commands: dict[A, TimerCommand[Own, *Locked, object]] = {}

    @staticmethod
    def of_row(
        rows: Rows[R],
        due: Callable[[R, datetime], A | None],
        spare: Callable[[Transaction[Own], R], Awaitable[bool]] | None = None,
    ) -> "TimerCommands[A, Own, R]":
        """Those whose commands need the row alone."""

        async def lock(tx: Transaction[Own], row_id: str) -> tuple[R]:
            return (await tx.lock(rows, row_id),)

        return TimerCommands(lock, due, spare)

    def __call__(self, action: A) -> Callable[[TimerCommand[Own, *Locked, T]], TimerCommand[Own, *Locked, T]]:
        """Register the decorated command for `action`."""

        def register(command: TimerCommand[Own, *Locked, T]) -> TimerCommand[Own, *Locked, T]:
            self._commands[action] = command
            return command

        return register

    @property
    def actions(self) -> frozenset[A]:
        """The actions that have a command."""
        return frozenset(self._commands)

    async def act(self, tx: Transaction[Own], row_id: str) -> None:
        """Lock the row and run the command of the action that is due; do nothing where the row has changed meanwhile."""
        locked = await self._lock(tx, row_id)
        action = self._due(*locked, tx.now)
        if action is not None and not (self._spare is not None and await self._spare(tx, *locked)):
            tx.timer_of = row_id
            await self._commands[action](tx, *locked)


Watch = Callable[[Runtime[S]], Awaitable[None]]
"""Called before each look of the timers of a process, such as to note that they run."""


class Deadlines(Generic[S]):
    """The loop over all timers of a service."""

    def __init__(self, runtime: Runtime[S], dues: Sequence[Due[S]], watch: Watch[S] | None = None) -> None:
        self._runtime, self._dues, self._watch = runtime, [(due.query(), due.command) for due in dues], watch

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set.

        It waits until the next deadline, at most `deadline_poll_seconds`. A deadline further away than that when it is set is
        therefore met on time, one less far away at most so much later.
        """
        while not stop.is_set():
            pause = longest = self._runtime.settings.deadline_poll_seconds
            try:
                if self._watch is not None:
                    await self._watch(self._runtime)
                if next_at := await self.fire():
                    pause = min(longest, (next_at - self._runtime.clock.now()).total_seconds())
            except Exception as error:
                if not is_unavailable(error):
                    raise
                log.warning("deadlines_wait", error=type(error).__name__)
            await set_within(stop, pause)

    async def fire(self) -> datetime | None:
        """Call the commands of the rows that are due now, at most 100 per timer.

        Return when the next row is due, as far as that is within `deadline_poll_seconds`; it may have passed.
        """
        found = [await self._fire(query, command) for query, command in self._dues]
        return min((each for each in found if each is not None), default=None)

    async def _fire(
        self, query: Query[Record], command: Callable[[Transaction[S], str], Awaitable[object]]
    ) -> datetime | None:
        async with self._runtime.reader() as reader:
            now = reader.now
            end = now + timedelta(seconds=self._runtime.settings.deadline_poll_seconds)
            found = await reader.all(query, end=end, limit=BATCH)
        rows = [row for row in found if row["deadline_at"] <= now]
        for row in rows:
            failpoints.point("deadline.found")
            try:
                with tracing.new_trace():
                    async with self._runtime.transaction() as tx:
                        await command(tx, row["id"])
                        failpoints.point("deadline.acted")
            except Refusal as refusal:
                log.info("deadline_obsolete", id=row["id"], code=refusal.code)
            except Exception as error:
                if is_unavailable(error):
                    raise
                # One row whose command fails must not delay the others.
                log.exception("deadline_failed", id=row["id"])
        if len(rows) < len(found):
            next_at: datetime = found[len(rows)]["deadline_at"]
            return next_at
        return now if len(rows) == BATCH else None
