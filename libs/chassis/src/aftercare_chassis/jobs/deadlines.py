"""Timers: a deadline is a column of the row that it belongs to. A loop locks the rows that are due, many in one transaction, and
calls a command for each.

Rows that another transaction has locked are left out, so any number of processes may run the loop: each row is fired by one of
them, none waits for another one, and what is locked is what the command sees (ADR 46).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Generic, TypeVar, TypeVarTuple

import structlog
from asyncpg import Record, TransactionRollbackError
from sqlalchemy import ColumnElement, Text, all_, any_, bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

from aftercare_chassis import failpoints
from aftercare_chassis.database.errors import is_unavailable
from aftercare_chassis.database.mapping import Query, Rows
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.metrics import DeadlineMetrics
from aftercare_chassis.jobs.put_off import PutOff
from aftercare_chassis.observability import tracing
from aftercare_chassis.observability.tracing import TraceContext
from aftercare_chassis.refusals import Refusal
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S, S_contra, ServiceSettings
from aftercare_chassis.wakeup import set_within

log = structlog.get_logger(__name__)

BATCH = 100
"""The most rows of one transaction."""
LOCKED_PAUSE = timedelta(seconds=0.1)
"""From one look to the next while other transactions have locked all rows that are due."""
RETRY_SECONDS = 1.0
"""After the database was not available."""
COUNT_SECONDS = 60.0
MOST_COUNTED = 10_000
"""How often the deadlines that are set are counted, and up to how many of a timer: to count all would read an index of any size."""

A = TypeVar("A", bound=Enum)
Own = TypeVar("Own", bound=ServiceSettings)  # S has a default, which a parameter before others may not have
T = TypeVar("T")
Locked = TypeVarTuple("Locked")
TimerCommand = Callable[[Transaction[Own], *Locked], Awaitable[T]]


async def alone(_: Transaction[Any], rows: Sequence[Any]) -> Mapping[str, tuple[Any, ...]]:
    """The rows by themselves, for commands that need nothing else."""
    return {row.id: (row,) for row in rows}


@dataclass(frozen=True, slots=True)
class Due(Generic[S_contra]):
    """Rows whose time has passed, and the command that is called for each.

    `lock` is called with rows that are locked, and returns by their ids what the command is called with: the row, and what else it
    needs. It waits for no lock, since locks are taken in another order elsewhere: a row for which another transaction has locked
    something is left out, and tried again. `column` has the time. A refusal of the command means that there was nothing left to do.
    """

    # Any: the rows of each table have a class of their own, and the command takes what `lock` returns.
    rows: Rows[Any]
    command: Callable[..., Awaitable[object]]
    lock: Callable[[Transaction[S_contra], Sequence[Any]], Awaitable[Mapping[str, tuple[Any, ...]]]] = alone
    column: str = "deadline_at"


class TimerCommands(Generic[A, Own, *Locked]):
    """The commands that timers run on the rows of one table, by the action that the lifecycle of the row names.

    `due` is the action that is due at a time for a locked row, or None. `spare` may extend a deadline that is due, and returns whether
    it did; the command is not called then. Both are called with what the `lock` of `Due` returns for the row, and so is a command. It is
    registered where it is defined:

        door_timer = TimerCommands(door_due)

        @door_timer(DoorAction.CLOSE)
        async def close(tx, door, house): ...

        DUE = Due(DOORS, door_timer.act, doors_and_houses)
    """

    def __init__(
        self,
        due: Callable[[*Locked, datetime], A | None],
        spare: Callable[[Transaction[Own], *Locked], Awaitable[bool]] | None = None,
    ) -> None:
        self._due, self._spare = due, spare
        self._commands: dict[A, TimerCommand[Own, *Locked, object]] = {}

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

    async def act(self, tx: Transaction[Own], *locked: *Locked) -> None:
        """Run the command of the action that is due for a locked row; nothing where none is."""
        action = self._due(*locked, tx.now)
        if action is not None and not (self._spare is not None and await self._spare(tx, *locked)):
            await self._commands[action](tx, *locked)


class _Timer(Generic[S_contra]):
    """The statements about the rows of one Due; `put_off` are ids of rows that are left out."""

    def __init__(self, due: Due[S_contra]) -> None:
        self.due = due
        columns, key, at = due.rows.columns, due.rows.table.c.id, due.rows.table.c[due.column]
        self.name = due.rows.table.name if due.column == "deadline_at" else f"{due.rows.table.name}.{due.column}"
        passed, chosen = at <= bindparam("now"), key == any_(_ids("ids"))
        kept = key != all_(_ids("put_off"))
        # A number and not a parameter: the plan for any number of rows would read and sort all that are due.
        most: ColumnElement[int] = literal_column(str(BATCH))
        first = select(*columns).where(passed, kept).order_by(at).limit(most)
        self.claim = Query(first.with_for_update(key_share=True, skip_locked=True), due.rows.cls)
        self.claim_one = Query(
            select(*columns).where(passed, chosen).with_for_update(key_share=True, skip_locked=True), due.rows.cls
        )
        self.ids: Query[Record] = Query(select(key).where(passed, kept).order_by(at).limit(most))
        self.unmoved: Query[Record] = Query(select(key).where(passed, chosen))
        soon = select(at).where(at <= bindparam("end"), kept).order_by(at).limit(literal_column("1"))
        self.next_at: ColumnElement[Any] = soon.scalar_subquery()
        some = select(at).where(at.is_not(None)).limit(literal_column(str(MOST_COUNTED))).subquery()
        self.open: ColumnElement[Any] = select(func.count()).select_from(some).scalar_subquery()

    def attributes(self) -> tracing.Attributes:
        """What the spans of these timers have."""
        return {"aftercare.table": self.due.rows.table.name}


def _ids(name: str) -> Any:  # a parameter, of which SQLAlchemy has no public type for any_ and all_
    return bindparam(name, type_=ARRAY(Text))


Watch = Callable[[Runtime[S]], Awaitable[None]]
"""Called before each look of the timers of a process, such as to note that they run."""


class Deadlines(Generic[S]):
    """The loop over all timers of a service. Rows that fail are put off, so that they delay no others."""

    def __init__(self, runtime: Runtime[S], dues: Sequence[Due[S]], watch: Watch[S] | None = None) -> None:
        self._runtime, self._watch = runtime, watch
        self._timers = [_Timer(due) for due in dues]
        columns = [timer.next_at.label(f"timer_{number}") for number, timer in enumerate(self._timers)]
        self._next: Query[Record] = Query(select(*columns))
        self._open: Query[Record] = Query(select(*(each.open.label(each.name) for each in self._timers)))
        self._counted_at = -COUNT_SECONDS
        self._metrics = runtime.metrics.of(DeadlineMetrics)
        for timer in self._timers:
            self._metrics.watches(timer.name)
        self._put_off: PutOff[_Timer[S]] = PutOff()

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
                await self._count()
                if next_at := await self.fire():
                    pause = min(longest, (next_at - self._runtime.clock.now()).total_seconds())
            except Exception as error:
                if not is_unavailable(error):
                    raise
                pause = RETRY_SECONDS
                log.warning("deadlines_wait", error=type(error).__name__)
            await set_within(stop, pause)

    async def _count(self) -> None:
        if time.monotonic() - self._counted_at < COUNT_SECONDS:
            return
        async with self._runtime.reader() as reader:
            [found] = await reader.all(self._open)
        self._metrics.counted(dict(found))
        self._counted_at = time.monotonic()

    async def fire(self) -> datetime | None:
        """Fire the rows that are due now, at most 100 per table.

        Return when to look again, which may have passed; None: after `deadline_poll_seconds`.
        """
        for timer, row_id in self._put_off.to_retry(self._runtime.clock.now()):
            await self._alone(timer, row_id)
        async with self._runtime.reader() as reader:
            now = reader.now
            end = now + timedelta(seconds=self._runtime.settings.deadline_poll_seconds)
            [found] = await reader.all(self._next, end=end, put_off=self._put_off.ids)
        times = list(zip(self._timers, found.values(), strict=True))
        self._report(times, now)
        due = [timer for timer, at in times if at is not None and at <= now]
        fired = [await self._fire(timer) for timer in due]
        if not due:
            return min((at for at in found.values() if at is not None), default=None)
        return now if any(fired) else now + LOCKED_PAUSE

    def _report(self, times: Sequence[tuple[_Timer[S], datetime | None]], now: datetime) -> None:
        overdue = {each.name: 0.0 if at is None else max(0.0, (now - at).total_seconds()) for each, at in times}
        self._metrics.looked(overdue, {each.name: number for each, number in self._put_off.numbers().items()})

    async def fire_row(self, row_id: str) -> None:
        """Fire the timers of one row that are due. Raises: whatever the command raises, a refusal too."""
        for timer in self._timers:
            async with self._runtime.transaction() as tx:
                await self._act(tx, timer, await tx.lock_all(timer.claim_one, ids=[row_id], now=tx.now))

    async def _fire(self, timer: _Timer[S]) -> int:
        """Fire the first rows that are due in one transaction, or one by one where that fails; return how many were tried."""
        try:
            async with self._runtime.transaction() as tx:
                rows = await tx.lock_all(timer.claim, now=tx.now, put_off=self._put_off.ids)
                return await self._act(tx, timer, rows)
        except Exception as error:
            if is_unavailable(error) and not isinstance(error, TransactionRollbackError):
                raise
            log.info("deadlines_one_by_one", error=type(error).__name__)
        async with self._runtime.reader() as reader:
            found = await reader.all(timer.ids, now=reader.now, put_off=self._put_off.ids)
        for row in found:
            await self._alone(timer, row["id"])
        return len(found)

    async def _alone(self, timer: _Timer[S], row_id: str) -> None:
        """Fire one row, if it is still due; put it off where that fails."""
        try:
            async with self._runtime.transaction() as tx:
                rows = await tx.lock_all(timer.claim_one, ids=[row_id], now=tx.now)
                if not rows:
                    self._put_off.forget(row_id)
                await self._act(tx, timer, rows)
            return
        except Refusal as refusal:
            log.info("deadline_obsolete", id=row_id, code=refusal.code)
        except Exception as error:
            if is_unavailable(error):
                raise
            log.exception("deadline_failed", id=row_id)
        self._put_off.add(timer, row_id, self._runtime.clock.now())

    async def _act(self, tx: Transaction[S], timer: _Timer[S], rows: Sequence[Any]) -> int:
        """Call the command for the locked rows, in their order; return for how many, without those that `lock` has left out."""
        if not rows:
            return 0
        locked = await timer.due.lock(tx, rows)
        for row_id in [row.id for row in rows if row.id in locked]:
            failpoints.point("deadline.found")
            with tracing.new_trace(f"deadline {timer.due.rows.table.name}", attributes=timer.attributes):
                tx.begin_unit(tracing.current() or TraceContext.fresh())
                tx.timer_of, tx.caused_by = row_id, None
                await timer.due.command(tx, *locked[row_id])
            failpoints.point("deadline.acted")
        await tx.finish()  # so that each row's writes are one statement
        await self._put_off_unmoved(
            tx, timer, {row.id: getattr(row, timer.due.column) for row in rows if row.id in locked}
        )
        return len(locked)

    async def _put_off_unmoved(self, tx: Transaction[S], timer: _Timer[S], due_at: Mapping[str, datetime]) -> None:
        """After the commit, put off the rows that are due as before: their command has found nothing to do."""
        unmoved = {row["id"] for row in await tx.all(timer.unmoved, ids=list(due_at), now=tx.now)}

        def note() -> None:
            for row_id, at in due_at.items():
                if row_id in unmoved:
                    self._put_off.add(timer, row_id, tx.now)
                else:
                    self._put_off.forget(row_id)
                    self._metrics.fired(timer.name, (tx.now - at).total_seconds())

        tx.after_commit(note)
