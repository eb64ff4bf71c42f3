"""A TCP proxy that makes the way slow, cuts it, or leaves it half-open: connections stand, nothing comes through."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

SLOW_SECONDS = 0.3


@dataclass(slots=True)
class Proxy:
    """Listens on `port`, leads to `target`."""

    port: int
    target: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    _delay: float = 0.0
    _closed: bool = False
    _through: asyncio.Event = field(default_factory=asyncio.Event)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    @classmethod
    @asynccontextmanager
    async def open(cls, port: int) -> AsyncIterator["Proxy"]:
        made = cls(port)
        made._through.set()
        server = await asyncio.start_server(made._accept, "127.0.0.1", port)
        try:
            yield made
        finally:
            server.close()
            made.cut()

    def slow(self) -> None:
        """Every piece of data takes its time from here on."""
        self.faults["slowed"] += 1
        self._delay = SLOW_SECONDS

    def cut(self) -> None:
        """Everything that stands is torn off, nothing new comes about."""
        self.faults["cut"] += 1
        self._closed = True
        for writer in list(self._writers):
            writer.transport.abort()

    def half_open(self) -> None:
        """Connections stand and can be made, but what is sent does not arrive and nobody is told."""
        self.faults["half-open"] += 1
        self._through.clear()

    def heal(self) -> None:
        """The way is good. What hung in a half-open connection is lost with it, as in a real network."""
        if not self._through.is_set():
            for writer in list(self._writers):
                writer.transport.abort()
        self._delay, self._closed = 0.0, False
        self._through.set()

    def figures(self) -> str:
        return ", ".join(f"{number} × {fault}" for fault, number in self.faults.items())

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._closed:
            writer.transport.abort()
            return
        self._writers.add(writer)
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
            self._writers.add(back)
            await asyncio.gather(self._pump(reader, back), self._pump(there, writer))
        except OSError:
            pass
        finally:
            for one in (writer, *[w for w in [locals().get("back")] if w]):
                self._writers.discard(one)
                one.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                await self._through.wait()
                if self._delay:
                    await asyncio.sleep(self._delay)
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
