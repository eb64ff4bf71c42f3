"""The load client, against a small HTTP server."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from load import Load

CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"


@dataclass
class Server:
    """Answers each request with `response`; keeps the heads of the requests and counts the connections."""

    url: str = ""
    response: bytes = CREATED
    delay: float = 0.0
    heads: list[str] = field(default_factory=list)
    connections: int = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
                await reader.readexactly(2)
                await asyncio.sleep(self.delay)
                writer.write(self.response)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    listening = await asyncio.start_server(made.handle, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    yield made
    listening.close()


async def test_closed_load_keeps_its_connections_and_counts_responses(server: Server) -> None:
    load = Load(server.url, "/v1/orders", "a token", itertools.repeat(b"{}"))

    done = await load.closed(2, 0.2)

    assert server.connections == 2
    assert 0 < done <= len(server.heads)
    assert all(head.startswith("POST /v1/orders HTTP/1.1\r\n") for head in server.heads)
    keys = {line for head in server.heads for line in head.splitlines() if line.startswith("Idempotency-Key")}
    assert len(keys) == len(server.heads)


async def test_open_load_waits_where_too_many_responses_are_missing(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("load.OUTSTANDING", 3)
    server.delay = 0.05

    done = await Load(server.url, "/v1/orders", "a token", itertools.repeat(b"{}")).open(1000, 0.02)

    assert (done, server.connections) == (20, 3)


async def test_open_load_does_not_wait_for_responses(server: Server) -> None:
    server.delay = 0.2
    load = Load(server.url, "/v1/orders", "a token", itertools.repeat(b"{}"))

    assert await load.open(per_second=50, seconds=0.2) == 10
    assert server.connections > 2


def test_a_refused_request_ends_the_benchmark() -> None:
    async def run() -> None:
        server = Server(response=b"HTTP/1.1 422 Unprocessable\r\nContent-Length: 8\r\n\r\nnot good")
        listening = await asyncio.start_server(server.handle, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        await Load(url, "/v1/orders", "a token", itertools.repeat(b"{}")).closed(1, 0.1)

    with pytest.raises(SystemExit, match="bench: not good"):
        asyncio.run(run())
