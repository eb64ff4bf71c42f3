"""What closes a socket of `/v1/live`: tokens that hold no longer, and clients that break a limit. Nobody else is disturbed."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aftercare_chassis.auth import tokens
from aftercare_chassis.auth.errors import TokenWithdrawn
from aftercare_chassis.http import socket_protocol, sockets
from aftercare_chassis.testing import until
from aftercare_chassis.testing.servers import serve_app
from cs_desk import PEOPLE, Desk
from cs_svc.api.live import PROTOCOL
from live_client import live
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode


@pytest.fixture
async def address(prepared: Desk) -> AsyncIterator[str]:
    prepared.harness.runtime.leaving = lambda: False
    async with serve_app(prepared.harness.service.app) as address:
        yield address


def token(desk: Desk, name: str = "buyer", **options: float) -> str:
    return desk.harness.token(*PEOPLE[name], **options)


async def open_sockets(desk: Desk) -> float | None:
    return desk.harness.runtime.metrics.registry.get_sample_value("aftercare_http_open_sockets")


async def test_an_expired_token_closes_a_socket_unless_it_is_renewed(
    prepared: Desk, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "LOOK_SECONDS", 0.05)
    opened = await prepared.conversation()
    short = token(prepared, hours=1)
    async with live(address, short) as expires, live(address, short) as renewed:
        await renewed.send(type="authenticate", token=token(prepared, hours=100))
        welcome = await renewed.next("welcome")
        assert welcome["token_expires_at"] > expires.frames[0]["token_expires_at"]
        prepared.harness.clock.advance(hours=2)
        assert await expires.closed() == (4401, "token_expired")
        await renewed.follow(opened)
        await renewed.send(type="post", id="k", conversation_id=opened["id"], text="!")
        await renewed.next("posted")
        await renewed.send(type="authenticate", token=token(prepared, "agent"))
        assert await renewed.closed() == (4403, "person_differs")


async def test_a_withdrawn_token_closes_a_socket(prepared: Desk, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "LOOK_SECONDS", 0.05)
    mine = token(prepared)
    async with live(address, mine) as buyer, live(address, token(prepared, "agent")) as agent:
        verify, withdrawn = tokens.Verifier.actor, {"authorization": f"Bearer {mine}"}

        def look(self: tokens.Verifier, headers: dict[str, str]) -> object:
            if headers == withdrawn:
                raise TokenWithdrawn
            return verify(self, headers)

        monkeypatch.setattr(tokens.Verifier, "actor", look)
        assert await buyer.closed() == (4401, "token_invalid")
        await agent.follow(await prepared.conversation())


def buyer_headers(desk: Desk) -> dict[str, str]:
    return {"authorization": f"Bearer {token(desk)}"}


async def test_the_token_may_come_in_the_first_frame(
    prepared: Desk, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with live(address, None) as client:
        assert client.connection.subprotocol == PROTOCOL
        await client.send(type="authenticate", token=token(prepared))
        assert (await client.next("welcome"))["person_id"] == "buyer-1"
    for first in ("{}", "?", json.dumps({"type": "authenticate", "token": "x"}), json.dumps({"type": "subscribe"})):
        async with live(address, None) as client:
            await client.connection.send(first)
            code, reason = await client.closed()
            assert (code, reason) in ((4401, "token_missing"), (4401, "token_malformed"))
    monkeypatch.setattr(sockets, "AUTHENTICATE_SECONDS", 0.05)
    async with live(address, None) as client:
        assert await client.closed() == (4401, "token_missing")
    async with live(address, None, subprotocols=None, headers=buyer_headers(prepared)) as program:
        await program.next("welcome")


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        ({"subprotocols": [PROTOCOL, "bearer.x.y.z"]}, 401, "token_malformed"),
        ({"origin": "https://elsewhere.example"}, 403, "origin_foreign"),
    ],
)
async def test_a_handshake_is_refused_with_a_problem(
    address: str, options: dict[str, object], status: int, code: str
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with live(address, None, **options):
            pass
    response = refused.value.response
    assert (response.status_code, json.loads(response.body)["code"]) == (status, code)


async def test_the_sockets_of_a_person_are_bounded(
    prepared: Desk, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "MOST_OF_PERSON", 1)
    async with live(address, token(prepared)):
        with pytest.raises(InvalidStatus) as refused:
            async with live(address, token(prepared)):
                pass
        assert json.loads(refused.value.response.body)["code"] == "too_many_sockets"
        assert refused.value.response.headers["retry-after"] == "5"
        async with live(address, token(prepared, "other_buyer")):
            assert await open_sockets(prepared) == 2

    async def none() -> bool:
        return await open_sockets(prepared) == 0

    await until(none, "all are closed")


def masked(opcode: Opcode, data: bytes, *, fin: bool = True) -> bytes:
    return Frame(opcode, data, fin=fin).serialize(mask=True)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (masked(Opcode.BINARY, b"{}"), 1003),
        (masked(Opcode.TEXT, b'{"type": "\xff"}'), 1007),
        (masked(Opcode.TEXT, b" " * (socket_protocol.MOST_MESSAGE_BYTES + 1)), 1009),
        (masked(Opcode.TEXT, b"{", fin=False) + masked(Opcode.CONT, b"", fin=False) * 100, 1008),
        (masked(Opcode.TEXT, b" " * 70_000, fin=False) + masked(Opcode.CONT, b" " * 70_000), 1009),
        (masked(Opcode.TEXT, b"{}") * 5_000, 1008),
        (masked(Opcode.PING, b"") * 100, 1008),
        (masked(Opcode.PONG, b"") * 100, 1008),
        (Frame(Opcode.TEXT, b"{}").serialize(mask=False), 1002),
    ],
    ids=["binary", "not UTF-8", "huge", "fragments", "huge in parts", "many", "pings", "pongs", "unmasked"],
)
async def test_frames_that_break_a_limit_close_their_socket_alone(
    prepared: Desk, address: str, sent: bytes, code: int
) -> None:
    opened = await prepared.conversation()
    async with live(address, token(prepared)) as broken, live(address, token(prepared, "agent")) as other:
        await other.follow(opened)
        broken.connection.transport.write(sent)
        assert (await broken.closed())[0] == code
        await other.send(type="post", id="k", conversation_id=opened["id"], text="!")
        assert await other.texts(1) == ["!"]


async def test_fragments_of_a_text_are_one_frame(prepared: Desk, address: str) -> None:
    async with live(address, token(prepared)) as buyer:
        await buyer.connection.send(iter(['{"type": "typ', 'ing", "conversation_id"', ': "c"}']))
        assert (await buyer.next("refused"))["problem"]["code"] == "not_followed"


async def test_the_end_of_a_process_states_when_to_return(prepared: Desk) -> None:
    prepared.harness.runtime.leaving = lambda: False
    async with serve_app(prepared.harness.service.app) as address:
        async with asyncio.timeout(60):
            socket = live(address, token(prepared))
            client = await socket.__aenter__()
    code, reason = await client.closed()
    assert code == 1012
    assert reason is not None
    assert reason.startswith("retry_after=")
    await socket.__aexit__(None, None, None)


def test_no_token_is_written_into_an_address() -> None:
    assert "query" not in Path(sockets.__file__).read_text(encoding="utf-8")
