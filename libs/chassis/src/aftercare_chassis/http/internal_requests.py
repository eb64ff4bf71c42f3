"""Requests to the app of this process itself: what arrives in another form than HTTP takes the same way as a request.

So it is admitted, counted, traced, authorised, validated and made idempotent as any other.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Scope


@dataclass(frozen=True, slots=True)
class Response:
    """What the app responded."""

    status: int
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether it is no problem."""
        return self.status < 400


async def request(app: ASGIApp, caller: Scope, path: str, headers: Mapping[str, str], body: bytes) -> Response:
    """Send a POST with this JSON body. `caller` is the scope of the connection for which it is sent."""
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    raw += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    scope: Scope = {
        "type": "http",
        "asgi": caller["asgi"],
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": raw,
        "server": caller.get("server"),
        "client": caller.get("client"),
        "state": {},
    }
    received, status, sent = False, 500, bytearray()

    async def receive() -> Message:
        nonlocal received
        if received:
            await asyncio.Event().wait()  # the caller does not leave; whoever waits for that is cancelled
        received = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            sent.extend(message.get("body", b""))

    await app(scope, receive, send)
    return Response(status, bytes(sent))
