"""Load at a rate of its own: requests are sent whether earlier ones have responses or not, and may be refused."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
MOST_CONNECTIONS = 512
"""Beyond them a request is not sent and counts as unsent: the load generator, not the server, would be measured."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request: when it was due, in seconds since the load began, and what came of it. `body` is what was posted, None for a read."""

    due: float
    seconds: float
    status: int
    body: bytes | None
    response: bytes

    @property
    def is_done(self) -> bool:
        return 200 <= self.status < 300


@dataclass(slots=True)
class Found:
    """Everything that one load sent."""

    seconds: float
    sent: list[Sent] = field(default_factory=list)
    unsent: int = 0

    @property
    def done(self) -> list[Sent]:
        return [each for each in self.sent if each.is_done]

    @property
    def per_second(self) -> float:
        """Requests a second that were done."""
        return len(self.done) / self.seconds

    def statuses(self) -> dict[int, int]:
        return dict(sorted(Counter(each.status for each in self.sent).items()))

    def percentile(self, percent: float, *, of: Callable[[Sent], bool] = lambda _: True) -> float:
        """Milliseconds within which this part of the requests that were done had their responses."""
        times = sorted(each.seconds for each in self.done if of(each))
        return 1000 * times[min(len(times) - 1, int(len(times) * percent / 100))] if times else 0.0


class Requests:
    """Requests of one caller to one server over kept connections: the next command and a read in turn, or reads only."""

    def __init__(
        self, url: str, token: str, bodies: Iterator[bytes] | None, keys: Callable[[bytes], str], read: str
    ) -> None:
        self._address = urlsplit(url)
        self._head = f" HTTP/1.1\r\nHost: {self._address.netloc}\r\nAuthorization: Bearer {token}\r\n"
        self._keys, self._read = keys, read
        self._idle: list[Connection] = []
        self._open = 0
        self._next: Iterator[bytes | None] = _in_turn(bodies) if bodies is not None else itertools.repeat(None)

    async def closed(self, connections: int, seconds: float) -> Found:
        """Each of these clients waits for its response before it sends the next request."""
        began, found = time.monotonic(), Found(seconds)

        async def one() -> None:
            while (due := time.monotonic() - began) < seconds:
                await self._send(found, began, due)

        await asyncio.gather(*(one() for _ in range(connections)))
        return found

    async def open(self, per_second: float, seconds: float) -> Found:
        """Requests at this rate."""
        began, found, tasks = time.monotonic(), Found(seconds), set[asyncio.Task[None]]()
        for number in range(int(per_second * seconds)):
            due = number / per_second
            if (pause := began + due - time.monotonic()) > 0.001:
                await asyncio.sleep(pause)
            if self._open >= MOST_CONNECTIONS and not self._idle:
                found.unsent += 1
                continue
            task = asyncio.create_task(self._send(found, began, due))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)
        return found

    async def post_all(self, bodies: Iterable[bytes]) -> Found:
        """Send these commands one after the other, with the keys that they had before."""
        began, found = time.monotonic(), Found(1)
        for body in bodies:
            await self._exchange(found, began, 0, body)
        return found

    async def _send(self, found: Found, began: float, due: float) -> None:
        await self._exchange(found, began, due, next(self._next))

    async def _exchange(self, found: Found, began: float, due: float, body: bytes | None) -> None:
        start = max(time.monotonic(), began + due)
        reader, writer = await self._connection()
        writer.write(self._read_request() if body is None else self._post_request(body))
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        response = await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r")[0]))
        self._idle.append((reader, writer))
        found.sent.append(Sent(due, time.monotonic() - start, int(head[9:12]), body, response))

    def _read_request(self) -> bytes:
        return f"GET {self._read}{self._head}\r\n".encode()

    def _post_request(self, body: bytes) -> bytes:
        head = (
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nIdempotency-Key: {self._keys(body)}\r\n"
        )
        return f"POST /v1/cases{self._head}{head}\r\n".encode() + body

    async def _connection(self) -> Connection:
        if self._idle:
            return self._idle.pop()
        self._open += 1
        return await asyncio.open_connection(self._address.hostname, self._address.port)


def _in_turn(bodies: Iterator[bytes]) -> Iterator[bytes | None]:
    """A command, a read, and so on."""
    for body in bodies:
        yield body
        yield None
