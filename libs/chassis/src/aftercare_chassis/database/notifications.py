"""Wake-ups between the processes of a service: a commit in one of them leaves work for a loop in another one.

A process sends the names of the work with `pg_notify` on a connection of its own, after the commit. Not inside the
transaction: a transaction that notifies takes a lock of the whole database server for its commit. A notification may be lost,
with the process that was to send it or with a connection; so whoever waits for one polls as well, every few seconds.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import asyncpg
import structlog
from asyncpg.pool import PoolConnectionProxy

from aftercare_chassis.database.errors import DATABASE_ERRORS
from aftercare_chassis.wakeup import Wakeup, set_within

log = structlog.get_logger(__name__)

OUTBOX = "outbox"
"""The work of the relay."""
CHANNEL = "aftercare_work"
GATHER_SECONDS = 0.01
"""From one notification to the next, which has the names of all commits until then."""
CHECK_SECONDS = 30.0
"""How often an idle connection is checked: where the network is cut, nothing tells us that it has ended."""
RETRY_SECONDS = 1.0
MOST_WAITING = 10_000
"""Names that wait to be sent while there is no connection; others are lost, as notifications may be."""
_SEPARATOR = ":"
Connection = asyncpg.Connection | PoolConnectionProxy
_SEND = f"SELECT pg_notify('{CHANNEL}', name) FROM unnest($1::text[]) AS name"  # noqa: S608 - our own channel


def keyed(name: str, key: str) -> str:
    """The name of what concerns one key: listeners of `name` are called with it, and no loop is notified."""
    return f"{name}{_SEPARATOR}{key}"


def key_of(name: str) -> tuple[str, str] | None:
    """The name and the key of a name that is `keyed`, else None."""
    first, separator, key = name.partition(_SEPARATOR)
    return (first, key) if separator else None


class Notifications:
    """Those that a process sends and receives.

    `received` is called with the name of the work, or with None where notifications may have been lost. `waiting` are the names
    that have not been sent yet, in the order in which they are, each with the number of its last notification.
    """

    def __init__(
        self, connect: Callable[[], Awaitable[asyncpg.Connection]], received: Callable[[str | None], None]
    ) -> None:
        self._connect, self._received = connect, received
        self.waiting: dict[str, int] = {}
        self._number = 0
        self._wakeup = Wakeup()

    def send(self, name: str) -> None:
        """Notify the other processes; at once, or 10 ms after the notification before. Without a connection it waits."""
        if len(self.waiting) >= MOST_WAITING:
            return
        # The last one again: what a name stands for has happened after what stands before it.
        self.waiting.pop(name, None)
        self._number += 1
        self.waiting[name] = self._number
        self._wakeup.notify()

    async def run(self, stop: asyncio.Event, *, listen: bool) -> None:
        """Send until `stop` is set, and receive where `listen` says so. A lost connection is replaced."""
        with self._wakeup.ending(stop):
            while not stop.is_set():
                try:
                    await self._session(stop, listen)
                except (TimeoutError, *DATABASE_ERRORS) as error:
                    log.warning("notifications_lost", error=type(error).__name__)
                    await set_within(stop, RETRY_SECONDS)

    async def _session(self, stop: asyncio.Event, listen: bool) -> None:
        connection = await self._connect()
        try:
            connection.add_termination_listener(lambda _: self._wakeup.notify())
            if listen:
                await connection.add_listener(CHANNEL, self._receive)
                self._received(None)
            while not stop.is_set():
                await self._send(connection)
                await set_within(stop, GATHER_SECONDS)
                await self._wakeup.wait(CHECK_SECONDS)
        finally:
            with suppress(Exception):
                await connection.close(timeout=2)

    async def _send(self, connection: asyncpg.Connection) -> None:
        """Send what waits; nothing to send checks the connection."""
        sent = dict(self.waiting)
        await connection.execute(_SEND, list(sent))
        for name, number in sent.items():
            if self.waiting.get(name) == number:  # else there was a commit that this notification may have preceded
                del self.waiting[name]

    def _receive(self, connection: Connection, sender: int, _: str, name: object) -> None:
        if sender != connection.get_server_pid():
            self._received(str(name))
