"""Load on one endpoint from this process, with a minimal HTTP client that takes little CPU from the servers."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import uuid4


class Load:
    """POSTs of one body, each with a new Idempotency-Key, over kept connections."""

    def __init__(self, url: str, path: str, token: str, body: bytes) -> None:
        self._address = urlsplit(url)
        self._head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._address.netloc}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nIdempotency-Key: "
        ).encode()
        self._body = body
        self._idle: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()

    async def closed(self, connections: int, seconds: float) -> int:
        """Load from this number of clients, each of which waits for its response; the number of responses."""
        end = time.monotonic() + seconds

        async def one() -> int:
            async with self._connection() as connection:
                for done in itertools.count():
                    if time.monotonic() > end:
                        return done
                    await self._post(connection)
            raise AssertionError

        return sum(await asyncio.gather(*(one() for _ in range(connections))))

    async def open(self, per_second: float, seconds: float) -> int:
        """Load at a fixed rate, whether earlier requests have responses or not; the number of requests."""
        began, posts = asyncio.get_running_loop().time(), []
        for number in range(round(per_second * seconds)):
            await asyncio.sleep(began + number / per_second - asyncio.get_running_loop().time())
            posts.append(asyncio.create_task(self._post_once()))
        await asyncio.gather(*posts)
        return len(posts)

    async def _post_once(self) -> None:
        async with self._connection() as connection:
            await self._post(connection)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator["Connection"]:
        try:
            connection = self._idle.get_nowait()
        except asyncio.QueueEmpty:
            connection = await asyncio.open_connection(self._address.hostname, self._address.port)
        yield connection
        self._idle.put_nowait(connection)

    async def _post(self, connection: "Connection") -> None:
        reader, writer = connection
        writer.write(b"%b%b\r\n\r\n%b" % (self._head, uuid4().hex.encode(), self._body))
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        rest = await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r")[0]))
        if b" 201 " not in head:
            raise SystemExit(f"bench: {rest.decode()}")


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
