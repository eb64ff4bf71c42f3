"""What waits for a client is bounded, and what a client sends too fast waits."""

import asyncio
from typing import Any
from unittest.mock import Mock

import pytest
import uvicorn
from aftercare_chassis.http import socket_connection, socket_protocol
from aftercare_chassis.http.socket_connection import Socket
from aftercare_chassis.http.socket_protocol import LimitedSocketProtocol
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.testing import until
from starlette.types import Message
from uvicorn.server import ServerState

READER = Actor("reader-1", "reader")


class Client:
    """A connection whose client reads while `reads` is set."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.reads = asyncio.Event()

    async def send(self, message: Message) -> None:
        await self.reads.wait()
        self.sent.append(message)

    def socket(self) -> Socket:
        return Socket({}, self.send, READER, {}, "en")


async def test_frames_are_sent_in_their_order() -> None:
    client = Client()
    socket = client.socket()
    for number in range(5):
        socket.send(str(number))
    client.reads.set()
    await socket.drained()
    socket.send("5")
    await socket.drained()
    assert [each["text"] for each in client.sent] == ["0", "1", "2", "3", "4", "5"]


async def test_a_client_that_never_reads_is_disconnected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_connection, "MOST_WAITING_BYTES", 100)
    client = Client()
    socket = client.socket()
    for _ in range(20):
        socket.send("x" * 30)
    assert socket.is_closing
    client.reads.set()

    async def is_closed() -> bool:
        return client.sent[-1:] == [{"type": "websocket.close", "code": 4408, "reason": "too_slow"}]

    await until(is_closed, "closed")
    assert len(client.sent) <= 2, "what waited is not sent"


async def test_a_frame_beyond_the_burst_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_connection, "BURST", 2.0)
    monkeypatch.setattr(socket_connection, "FRAMES_PER_SECOND", 0.001)
    socket = Client().socket()
    async with asyncio.timeout(30):
        await socket.turn()
        await socket.turn()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await socket.turn()


async def test_a_connection_from_which_nothing_is_read_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_protocol, "WRITE_SECONDS", 0.01)
    transport, other = Mock(), Mock()

    def made(used: Mock) -> LimitedSocketProtocol:
        async def app(*_: Any) -> None: ...

        protocol = LimitedSocketProtocol(
            uvicorn.Config(app, ws=LimitedSocketProtocol, lifespan="off"), ServerState(), {}
        )
        protocol.connection_made(used)
        protocol.pause_writing()
        return protocol

    made(other).resume_writing()
    made(transport)

    async def is_cut() -> bool:
        return bool(transport.abort.called)

    await until(is_cut, "cut")
    assert not other.abort.called
