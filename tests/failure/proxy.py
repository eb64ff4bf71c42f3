"""A TCP proxy that delays data, cuts connections, or leaves them half-open: established, but nothing gets through."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

DELAY_SECONDS = 0.3


@dataclass(slots=True)
class Proxy:
    """Listens on `port` and connects to `target`."""

    port: int
    target: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    _delay: float = 0.0
    _closed: bool = False
    _open: asyncio.Event = field(default_factory=asyncio.Event)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    @classmethod
    @asynccontextmanager
    async def listening(cls, port: int) -> AsyncIterator["Proxy"]:
        """A proxy that listens during the block."""
        proxy = cls(port)
        proxy._open.set()
        server = await asyncio.start_server(proxy._accept, "127.0.0.1", port)
        try:
            yield proxy
        finally:
            server.close()
            proxy.cut()

    def slow(self) -> None:
        """Delay each piece of data from here on."""
        self.faults["slowed"] += 1
        self._delay = DELAY_SECONDS

    def cut(self) -> None:
        """Abort every connection and accept no new one."""
        self.faults["cut"] += 1
        self._closed = True
        for writer in list(self._writers):
            writer.transport.abort()

    def half_open(self) -> None:
        """Keep and accept connections, but hold their data back."""
        self.faults["half-open"] += 1
        self._open.clear()

    def restore(self) -> None:
        """End all faults. Data that were held back are lost with their connections, as in a real network."""
        if not self._open.is_set():
            for writer in list(self._writers):
                writer.transport.abort()
        self._delay, self._closed = 0.0, False
        self._open.set()

    def summary(self) -> str:
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
                await self._open.wait()
                if self._delay:
                    await asyncio.sleep(self._delay)
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
