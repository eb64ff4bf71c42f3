"""One database transaction as a context manager: begun for a command, committed with its events, or rolled back."""

import asyncio
from types import TracebackType
from typing import Generic, Protocol

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from aftercare_chassis import failpoints
from aftercare_chassis.database.connections import prepare_look_up
from aftercare_chassis.database.notifications import OUTBOX
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.observability import tracing
from aftercare_chassis.preconditions import IfMatch
from aftercare_chassis.settings import S_co

ROLLBACK_SECONDS = 5.0


class Connections(Protocol[S_co]):
    """What a unit of work needs of the runtime of its process."""

    @property
    def pool(self) -> asyncpg.Pool: ...
    async def acquire(self) -> PoolConnectionProxy: ...
    def begin(self, connection: PoolConnectionProxy, actor: Actor, if_match: IfMatch | None) -> Transaction[S_co]: ...
    def wake(self, name: str) -> None: ...


def _postgresql() -> tracing.Attributes:
    return {"db.system.name": "postgresql"}


class UnitOfWork(Generic[S_co]):
    """One database transaction as a context manager; `found` is whether the `look` sent with the BEGIN returned a row.

    A class and not a generator: it is entered for every command.
    """

    __slots__ = ("_actor", "_connection", "_if_match", "_look", "_runtime", "_span", "_tx", "found")

    def __init__(self, runtime: Connections[S_co], actor: Actor, if_match: IfMatch | None, look: str | None) -> None:
        self._runtime, self._actor, self._if_match, self._look = runtime, actor, if_match, look
        self._span: tracing.Span | None = None

    async def __aenter__(self) -> Transaction[S_co]:
        self._connection = await self._runtime.acquire()
        if tracing.recorded():
            self._span = tracing.span("transaction", kind="CLIENT", attributes=_postgresql).__enter__()
        try:
            status = await self._begin()
            self.found = status not in ("BEGIN", "SELECT 0")
            self._tx = self._runtime.begin(self._connection, self._actor, self._if_match)
        except BaseException as error:
            await self._roll_back()
            self._end_span(error)
            raise
        return self._tx

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._end(error)
        except BaseException as failure:
            error = failure
            raise
        finally:
            self._end_span(error)

    def _end_span(self, error: BaseException | None) -> None:
        if self._span is not None:
            self._span.__exit__(None, error, None)

    async def _end(self, error: BaseException | None) -> None:
        if error is not None:
            await self._roll_back(error)
            return
        try:
            await self._tx.finish()
            failpoints.point("transaction.flushed")
            await self._commit()
        except BaseException as failed:
            await self._roll_back(failed)
            raise
        await self._runtime.pool.release(self._connection)
        self._after_commit()

    async def _begin(self) -> str:
        # Not asyncpg's transaction object: it sends its BEGIN alone, and a round trip costs more than the SELECT.
        begin = f"BEGIN; {self._look}" if self._look else "BEGIN"
        try:
            return await self._connection.execute(begin)
        except asyncpg.InvalidSQLStatementNameError:  # the connection is older than the tables
            await self._connection.execute("ROLLBACK")
            await prepare_look_up(self._connection)
            return await self._connection.execute(begin)

    async def _commit(self) -> None:
        if await self._connection.execute("COMMIT") != "COMMIT":
            # PostgreSQL answers the COMMIT of a failed transaction with ROLLBACK, and with no error.
            raise asyncpg.InFailedSQLTransactionError("an error in this transaction was ignored: it was rolled back")

    async def _roll_back(self, error: BaseException | None = None) -> None:
        """Roll back and release the connection. One to a former primary, which takes no writes, is closed with all others of the pool."""
        if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
            await self._runtime.pool.expire_connections()
        try:
            if not self._connection.is_closed() and self._connection.is_in_transaction():
                # Not asyncpg's own timeout: that one starts when the query that was cancelled has ended.
                async with asyncio.timeout(ROLLBACK_SECONDS):
                    await self._connection.execute("ROLLBACK")
        finally:
            await self._runtime.pool.release(self._connection, timeout=ROLLBACK_SECONDS)

    def _after_commit(self) -> None:
        if self._tx.recorded:
            self._runtime.wake(OUTBOX)
        for callback in self._tx.callbacks:
            callback()
        for worker in self._tx.woken:
            self._runtime.wake(worker)
