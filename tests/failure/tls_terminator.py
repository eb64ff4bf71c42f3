"""PostgreSQL with TLS in front of a server that has none: the server's part of its negotiation, then a tunnel."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from certificates import Issued

SSL_REQUEST = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")
"""The first message of a client that wants TLS (PostgreSQL's documentation, "Message Formats")."""


@dataclass(slots=True)
class TlsTerminator:
    """Listens on `port` and connects to `target`. `use` changes the certificate of later connections."""

    port: int
    target: int
    context: ssl.SSLContext = field(default_factory=lambda: ssl.create_default_context(ssl.Purpose.CLIENT_AUTH))
    served: int = 0
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    @classmethod
    @asynccontextmanager
    async def listening(cls, port: int, target: int) -> AsyncIterator["TlsTerminator"]:
        """A terminator that listens during the block."""
        made = cls(port, target)
        server = await asyncio.start_server(made._accept, "127.0.0.1", port)
        try:
            yield made
        finally:
            server.close()
            made.cut()

    def use(self, issued: Issued) -> None:
        """Show this certificate from now on."""
        self.context.load_cert_chain(issued.certificate, issued.key)

    def cut(self) -> None:
        """Abort every connection; new ones are taken."""
        for writer in list(self._writers):
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        own = [writer]
        try:
            assert await reader.readexactly(len(SSL_REQUEST)) == SSL_REQUEST, "a client without TLS"
            writer.write(b"S")
            await writer.drain()
            await writer.start_tls(self.context)
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
            own.append(back)
            self._writers.update(own)
            self.served += 1
            await asyncio.gather(_pump(reader, back), _pump(there, writer))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.difference_update(own)
            for each in own:
                each.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()
