"""The middleware behind a real uvicorn: what only a socket can show."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aftercare_chassis.testing.servers import serve_app
from fastapi import FastAPI

JSON = b"content-type: application/json\r\n"


@pytest.fixture
async def port(app: FastAPI) -> AsyncIterator[int]:
    async with serve_app(app) as address:
        yield int(address.rpartition(":")[2])


async def exchange(port: int, *sent: bytes, until_closed: bool = False) -> tuple[int, dict[str, str], Any]:
    """Send these bytes and read one response: status, headers, body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in sent:
            writer.write(part)
            await writer.drain()
        async with asyncio.timeout(60):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            if until_closed:
                assert await reader.read() == b""
    finally:
        writer.close()
    return int(head[0].split(" ")[1]), headers, json.loads(body)


def post(path: str, *headers: bytes) -> bytes:
    return b"POST " + path.encode() + b" HTTP/1.1\r\nhost: x\r\n" + b"".join(headers) + b"\r\n"


async def test_a_body_that_stops_halfway_is_refused_and_the_connection_closed(port: int) -> None:
    head = post("/echo", b"content-length: 100\r\n")
    status, headers, problem = await exchange(port, head, b"only this", until_closed=True)
    assert (status, problem["code"], headers["connection"]) == (408, "body_too_slow", "close")


async def test_a_body_declared_too_large_is_refused_before_it_is_sent(port: int) -> None:
    status, _, problem = await exchange(port, post("/echo", b"content-length: 9999999999\r\n"))
    assert (status, problem["code"]) == (413, "body_too_large")


async def test_a_streamed_body_is_refused_once_it_is_too_large(port: int) -> None:
    chunk = b"2000\r\n" + b"x" * 0x2000 + b"\r\n"
    status, _, problem = await exchange(port, post("/echo", b"transfer-encoding: chunked\r\n"), chunk, chunk, chunk)
    assert (status, problem["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("path", ["/orders/1", "/stream"])
async def test_a_connection_can_be_used_after_head(port: int, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(60):
        for method in ("HEAD", "HEAD", "GET"):
            writer.write(f"{method} {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 404" if path == "/orders/1" else b"HTTP/1.1 200"), head
        assert await reader.readexactly(1)
    writer.close()


async def test_a_client_that_waits_for_continue_gets_it(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(post("/echo", b"content-length: 2\r\n", b"expect: 100-continue\r\n"))
    async with asyncio.timeout(60):
        assert b"100 Continue" in await reader.readuntil(b"\r\n\r\n")
        writer.write(b"ab")
        assert b"200 OK" in await reader.readuntil(b"\r\n\r\n")
    writer.close()


@pytest.mark.parametrize("path", ["/orders/%00", "/orders/%FF", "/orders/a?b=%00", "/orders/%ed%a0%80"])
async def test_an_invalid_address_is_refused(port: int, path: str) -> None:
    status, _, problem = await exchange(port, f"GET {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
    assert (status, problem["code"]) == (400, "address_malformed")


async def test_an_internal_error_has_the_trace_id_of_the_header(port: int) -> None:
    status, headers, problem = await exchange(port, b"GET /broken HTTP/1.1\r\nhost: x\r\n\r\n")
    assert (status, problem["code"]) == (500, "internal_error")
    assert problem["trace_id"] == headers["trace-id"]


async def test_a_client_that_disconnects_causes_no_error(port: int, app: FastAPI) -> None:
    for _ in range(5):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(post("/orders", JSON, b"content-length: 50\r\n") + b'{"lines"')
        await writer.drain()
        writer.close()
        await writer.wait_closed()
    status, _, _ = await exchange(port, b"GET /refused HTTP/1.1\r\nhost: x\r\n\r\n")
    assert status == 422
    metrics = app.state.runtime.metrics.exposition().decode()
    assert 'status="500"' not in metrics
