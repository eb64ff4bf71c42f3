"""One open WebSocket: what waits to be sent to its client, and how fast it may send."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from starlette.types import Scope, Send

from aftercare_chassis.http.socket_errors import TOO_SLOW
from aftercare_chassis.lifecycle import Actor

MOST_WAITING_BYTES = 262_144
"""Of one socket; a client that reads so slowly that there is more is disconnected, and resumes."""
FRAMES_PER_SECOND, BURST = 20.0, 100.0
"""What a client sends faster waits, so that nobody else does."""
_NORMAL = 1000


class Socket:
    """One socket of a person. `session` is what its service keeps for it; `headers` those with which its token is verified."""

    __slots__ = (
        "_allowance",
        "_closing",
        "_counted_at",
        "_drained",
        "_drainer",
        "_send",
        "_waiting",
        "_waiting_bytes",
        "actor",
        "headers",
        "language",
        "scope",
        "session",
    )

    def __init__(self, scope: Scope, send: Send, actor: Actor, headers: dict[str, str], language: str) -> None:
        self.scope, self.actor, self.headers, self.language, self._send = scope, actor, headers, language, send
        self.session: Any = None  # Any: of the service's own class
        self._waiting: list[str] = []
        self._waiting_bytes = 0
        self._drainer: asyncio.Task[None] | None = None
        self._drained: asyncio.Event | None = None
        self._closing = False
        self._allowance, self._counted_at = BURST, asyncio.get_running_loop().time()

    @property
    def is_closing(self) -> bool:
        """Whether nothing is sent any more."""
        return self._closing

    def send(self, frame: str) -> None:
        """Let a frame be sent after those that wait."""
        if self._closing:
            return
        self._waiting.append(frame)
        self._waiting_bytes += len(frame)
        if self._waiting_bytes > MOST_WAITING_BYTES and len(self._waiting) > 1:
            self.close(TOO_SLOW, "too_slow")
        elif self._drainer is None:
            self._drainer = asyncio.create_task(self._drain())

    async def drained(self) -> None:
        """Return once everything has been handed to the connection: for a sender that has much to send."""
        if self._drainer is not None:
            self._drained = self._drained or asyncio.Event()
            await self._drained.wait()

    def close(self, code: int = _NORMAL, reason: str = "") -> None:
        """Close it; what waits is not sent."""
        if not self._closing:
            self._closing = True
            self._waiting.clear()
            waited = self._drainer
            self._drainer = asyncio.create_task(self._close(waited, code, reason))

    def ended(self) -> None:
        """Nothing can be sent any more: the connection is closed."""
        self._closing = True
        self._waiting.clear()
        self._release()

    async def turn(self) -> None:
        """Wait until the client may send another frame."""
        now = asyncio.get_running_loop().time()
        self._allowance = min(BURST, self._allowance + (now - self._counted_at) * FRAMES_PER_SECOND) - 1
        self._counted_at = now
        if self._allowance < 0:
            await asyncio.sleep(-self._allowance / FRAMES_PER_SECOND)

    async def _drain(self) -> None:
        # A task that ends with the queue: one that waited for the next frame would be a third of the memory of a socket.
        with suppress(OSError):  # uvicorn's ClientDisconnected; what the client has missed it gets when it resumes
            while self._waiting:
                frames, self._waiting = self._waiting, []
                for frame in frames:
                    if self._closing:
                        break
                    self._waiting_bytes -= len(frame)
                    await self._send({"type": "websocket.send", "text": frame})
        if not self._closing:
            self._drainer, self._waiting_bytes = None, 0
            self._waiting.clear()
        self._release()

    async def _close(self, waited: "asyncio.Task[None] | None", code: int, reason: str) -> None:
        self._release()
        if waited is not None:
            await asyncio.wait([waited])
        with suppress(OSError, RuntimeError):  # RuntimeError: the client has closed it meanwhile
            await self._send({"type": "websocket.close", "code": code, "reason": reason})

    def _release(self) -> None:
        if self._drained is not None:
            self._drained.set()
            self._drained = None


def time_text(seconds: float) -> str:
    """A time in seconds since 1970 as RFC 3339 has it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
