"""Writes of one transaction that are sent while it records more of them, so that this process and PostgreSQL work beside each other."""

import asyncio
from types import TracebackType
from typing import Any, Self

from aftercare_chassis.database.transaction import Transaction


class Sending:
    """Within `async with`, a transaction may only record, and yield to the event loop: its connection is in use.

    The block ends when what was started is sent, and raises what that raised: see `Transaction.flush`. Where the block itself raises, what is
    being sent is cancelled, so that the connection is free for the rollback.
    """

    def __init__(self, tx: Transaction[Any]) -> None:  # Any: of every service
        self._tx = tx
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is None:
            return
        if error is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            return
        try:
            await self._task
        except asyncio.CancelledError:
            await asyncio.wait([self._task])
            raise

    def start(self) -> None:
        """Start sending what waits, unless what was started before is still being sent. Raises: see `Transaction.flush`."""
        if self._task is not None:
            if not self._task.done():
                return
            self._task.result()
        self._task = asyncio.create_task(self._tx.flush())
