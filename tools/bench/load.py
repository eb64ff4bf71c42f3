"""Load on one endpoint from inside this process, by a client so plain that it leaves the machine to the servers."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import uuid4


class Load:
    """POSTs of one body, each with an Idempotency-Key of its own, over a few lasting connections."""

    def __init__(self, url: str, path: str, token: str, body: bytes) -> None:
        self._place = urlsplit(url)
        self._head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._place.netloc}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nIdempotency-Key: "
        ).encode()
        self._body = body
        self._idle: asyncio.LifoQueue[Line] = asyncio.LifoQueue()

    async def closed(self, connections: int, seconds: float) -> int:
        """As fast as so many clients get their answers; how many they got."""
        end = time.monotonic() + seconds

        async def one() -> int:
            async with self._line() as line:
                for done in itertools.count():
                    if time.monotonic() > end:
                        return done
                    await self._post(line)
            raise AssertionError

        return sum(await asyncio.gather(*(one() for _ in range(connections))))

    async def open(self, per_second: float, seconds: float) -> int:
        """One every so often, whether the ones before were answered or not; how many there were."""
        began, posts = asyncio.get_running_loop().time(), []
        for number in range(round(per_second * seconds)):
            await asyncio.sleep(began + number / per_second - asyncio.get_running_loop().time())
            posts.append(asyncio.create_task(self._somehow()))
        await asyncio.gather(*posts)
        return len(posts)

    async def _somehow(self) -> None:
        async with self._line() as line:
            await self._post(line)

    @asynccontextmanager
    async def _line(self) -> AsyncIterator["Line"]:
        try:
            line = self._idle.get_nowait()
        except asyncio.QueueEmpty:
            line = await asyncio.open_connection(self._place.hostname, self._place.port)
        yield line
        self._idle.put_nowait(line)

    async def _post(self, line: "Line") -> None:
        reader, writer = line
        writer.write(b"%b%b\r\n\r\n%b" % (self._head, uuid4().hex.encode(), self._body))
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        rest = await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r")[0]))
        if b" 201 " not in head:
            raise SystemExit(f"bench: {rest.decode()}")


Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]
