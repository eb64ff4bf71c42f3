"""Connections of clients that send too much, too slowly or what is not HTTP, against the server as we start it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from aftercare_chassis.http import protocol
from aftercare_chassis.testing.servers import serve_app
from aftercare_chassis.testing.waiting import until
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

HOST = b"host: x\r\n"
GET = b"GET /refused HTTP/1.1\r\n" + HOST + b"\r\n"


@pytest.fixture
async def port(app: FastAPI) -> AsyncIterator[int]:
    async with serve_app(app) as address:
        yield int(address.rpartition(":")[2])
        assert 'status="500"' not in app.state.runtime.metrics.exposition().decode()


async def answers(port: int, *sent: bytes) -> bytes:
    """Send these bytes; everything that comes back until the server closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    received = b""
    try:
        async with asyncio.timeout(60):
            for each in sent:
                writer.write(each)
                await writer.drain()
            while chunk := await reader.read(65536):
                received += chunk
    except ConnectionError:
        pass  # closed while we were still sending
    finally:
        writer.close()
    return received


def problem(answer: bytes) -> tuple[int, str]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    assert b"connection: close" in head
    return int(head.split()[1]), json.loads(body)["code"]


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01 TLS or anything else\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET /a b HTTP/1.1\r\n" + HOST + b"\r\n",
        b"CONNECT x:80 HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET / HTTP/1.1\r\nna me: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b" folded: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nname: a\x00b\r\n\r\n",
    ],
)
async def test_what_is_not_http_is_refused(port: int, request_: bytes) -> None:
    assert problem(await answers(port, request_)) == (400, "malformed_request")


SMUGGLED = b"0\r\n\r\nGET /broken HTTP/1.1\r\n" + HOST + b"\r\n"


@pytest.mark.parametrize(
    "headers",
    [
        b"content-length: 5\r\ntransfer-encoding: chunked\r\n",
        b"transfer-encoding: chunked\r\ncontent-length: 5\r\n",
        b"content-length: 5\r\ncontent-length: 60\r\n",
        b"content-length: +5\r\n",
        b"content-length: 5, 60\r\n",
        b"content-length: -1\r\n",
        b"transfer-encoding: xchunked\r\n",
        b"transfer-encoding: chunked, identity\r\n",
        b"transfer-encoding : chunked\r\n",
        b"content-length: 99999999999999999999999\r\n",
    ],
)
async def test_a_request_of_ambiguous_length_is_refused(port: int, headers: bytes) -> None:
    answer = await answers(port, b"POST /echo HTTP/1.1\r\n" + HOST + headers + b"\r\n" + SMUGGLED)
    assert problem(answer) == (400, "malformed_request")
    assert answer.count(b"HTTP/1.1") == 1, "nothing of its body is taken for a request"


async def test_a_chunk_without_a_length_ends_the_request(port: int) -> None:
    head = b"POST /echo HTTP/1.1\r\n" + HOST + b"transfer-encoding: chunked\r\n\r\n"
    assert problem(await answers(port, head, b"3\r\nabc\r\nZZ\r\n")) == (400, "malformed_request")


async def test_an_address_that_is_too_long_is_refused(port: int) -> None:
    whole = b"GET /" + b"a" * protocol.MOST_ADDRESS_BYTES + b" HTTP/1.1\r\n" + HOST + b"\r\n"
    assert problem(await answers(port, whole)) == (414, "address_too_long")


async def test_an_address_without_end_is_refused(port: int) -> None:
    answer = await answers(port, b"GET /", *[b"a" * 16_384] * 20)
    assert answer == b"" or problem(answer) == (
        414,
        "address_too_long",
    )  # nothing, where it was lost as we went on sending


@pytest.mark.parametrize(
    "headers",
    [
        b"".join(b"name-%d: x\r\n" % number for number in range(protocol.MOST_HEADERS)),
        b"name: " + b"x" * protocol.MOST_HEADER_BYTES + b"\r\n",
        b"".join(b"name-%d: %b\r\n" % (number, b"x" * 1000) for number in range(40)),
    ],
    ids=["many", "large", "many and large"],
)
async def test_headers_that_are_too_large_are_refused(port: int, headers: bytes) -> None:
    answer = await answers(port, b"GET / HTTP/1.1\r\n" + HOST + headers + b"\r\n")
    assert problem(answer) == (431, "headers_too_large")


async def test_a_header_without_end_is_refused(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nname: ")
    sent = 0
    async with asyncio.timeout(60):
        with suppress(ConnectionError):
            while not reader.at_eof():
                writer.write(b"x" * 1024)
                await writer.drain()
                sent += 1024
    writer.close()
    assert sent < 10_000_000


@pytest.mark.parametrize(
    "sent", [(), (b"GET / HT",), (b"GET / HTTP/1.1\r\nhost:", b" x")], ids=["none", "part", "parts"]
)
async def test_headers_have_to_arrive_in_time(
    port: int, sent: tuple[bytes, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.05)
    assert await answers(port, *sent) == b""


async def test_empty_lines_between_requests_do_not_keep_a_connection(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(60):
        writer.write(GET)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split()[0]))
        writer.write(b"\r\n")
        assert await reader.read() == b""
    writer.close()


async def test_the_time_for_headers_is_not_that_of_the_request(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.05)
    answer = await answers(port, b"GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 503"), "it had request_seconds"


async def test_a_client_that_reads_nothing_is_disconnected(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "WRITE_SECONDS", 0.05)
    ended = asyncio.Event()

    @app.get("/endless")
    async def endless() -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            try:
                while True:
                    await asyncio.sleep(0)
                    yield b"x" * 65536
            finally:
                ended.set()

        return StreamingResponse(pieces())

    async with serve_app(app) as address:
        _, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]), limit=1024)
        writer.write(b"GET /endless HTTP/1.1\r\nhost: x\r\n\r\n")
        async with asyncio.timeout(60):
            await ended.wait()
        writer.close()


async def test_pipelined_requests_are_answered_in_order(port: int) -> None:
    closing = GET.replace(HOST, HOST + b"connection: close\r\n")
    answer = await answers(port, GET * 3 + closing)
    assert answer.count(b"HTTP/1.1 422") == 4


async def test_a_flood_of_pipelined_requests_is_answered_in_part(port: int) -> None:
    answer = await answers(port, GET * 1000)
    assert 1 <= answer.count(b"HTTP/1.1 422") <= protocol.MOST_PIPELINED + 1
    assert answer.count(b"HTTP/1.1") == answer.count(b"HTTP/1.1 422")


async def test_what_cannot_be_parsed_after_a_request_does_not_overtake_its_response(port: int) -> None:
    answer = await answers(port, GET + b"\x00\x01\x02\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 422")
    assert answer.count(b"HTTP/1.1") == 1


async def test_connections_beyond_the_limit_are_closed(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "MOST_CONNECTIONS", 2)
    first, second = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
    assert await answers(port, GET) == b""
    for reader, writer in (first, second):
        writer.write(GET)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 422")
        writer.close()

    async def is_served() -> bool:
        return (await answers(port, GET.replace(HOST, HOST + b"connection: close\r\n"))).startswith(b"HTTP/1.1 422")

    await until(is_served, "there is room again")
