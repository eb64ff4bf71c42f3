"""Load from this process, with a minimal HTTP client that takes little CPU from the servers."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import uuid4

OUTSTANDING = 64
"""Requests without a response at a fixed rate. A server that cannot keep up with the rate is loaded at its own."""

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Client:
    """Requests to one server with one token, over kept connections; each with a new Idempotency-Key."""

    def __init__(self, url: str, token: str) -> None:
        self._address = urlsplit(url)
        self._head = f" HTTP/1.1\r\nHost: {self._address.netloc}\r\nAuthorization: Bearer {token}\r\n"
        self._idle: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()

    async def get(self, path: str) -> bytes:
        """The body of a successful response. Raises: SystemExit after any other response."""
        return await self._send(f"GET {path}{self._head}\r\n".encode())

    async def post(self, path: str, body: bytes) -> bytes:
        """Send a command as JSON; the rest as `get`."""
        return await self._write("POST", path, body)

    async def put(self, path: str, body: bytes) -> bytes:
        """Store a document as JSON; the rest as `get`."""
        return await self._write("PUT", path, body)

    async def _write(self, method: str, path: str, body: bytes) -> bytes:
        head = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nIdempotency-Key: {uuid4().hex}\r\n"
        return await self._send(f"{method} {path}{self._head}{head}\r\n".encode() + body)

    async def _send(self, request: bytes) -> bytes:
        async with self._connection() as (reader, writer):
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            rest = await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r")[0]))
        if not head.startswith(b"http/1.1 2"):
            raise SystemExit(f"bench: {rest.decode()}")
        return rest

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        try:
            connection = self._idle.get_nowait()
        except asyncio.QueueEmpty:
            connection = await asyncio.open_connection(self._address.hostname, self._address.port)
        yield connection
        self._idle.put_nowait(connection)


class Load:
    """POSTs to one path, with the next of `bodies` each."""

    def __init__(self, url: str, path: str, token: str, bodies: Iterator[bytes]) -> None:
        self._client, self._path, self._bodies = Client(url, token), path, bodies

    async def closed(self, connections: int, seconds: float) -> int:
        """Load from this number of clients, each of which waits for its response; the number of responses."""
        return await repeat(self._post, connections, seconds)

    async def open(self, per_second: float, seconds: float) -> int:
        """Load at a fixed rate, whether earlier requests have responses or not, up to OUTSTANDING of them; the number of
        requests."""
        began, posts, free = asyncio.get_running_loop().time(), [], asyncio.Semaphore(OUTSTANDING)
        for number in range(round(per_second * seconds)):
            await asyncio.sleep(began + number / per_second - asyncio.get_running_loop().time())
            await free.acquire()
            posts.append(asyncio.create_task(self._post()))
            posts[-1].add_done_callback(lambda _: free.release())
        await asyncio.gather(*posts)
        return len(posts)

    async def _post(self) -> None:
        await self._client.post(self._path, next(self._bodies))


async def repeat(once: Callable[[], Awaitable[object]], at_a_time: int, seconds: float) -> int:
    """Call `once` again and again in this number of tasks; the number of calls that were completed."""
    end = time.monotonic() + seconds

    async def one() -> int:
        for done in itertools.count():
            if time.monotonic() > end:
                return done
            await once()
        raise AssertionError

    return sum(await asyncio.gather(*(one() for _ in range(at_a_time))))
