"""WebSocket connections (RFC 6455): uvicorn's protocol with bounds on what a client may send, and on what it leaves unread.

uvicorn takes any number of frames that arrive together, as many fragments and pings as a client likes, and waits for as long as
it likes for a client that reads nothing. Text that is not UTF-8 is refused without a traceback in the log.
"""

import asyncio
import logging
from itertools import cycle
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.frames import Frame

PROTOCOL_ERROR, UNSUPPORTED, INVALID_TEXT, POLICY, RESTART = 1002, 1003, 1007, 1008, 1012
MOST_MESSAGE_BYTES = 131_072
MOST_FRAGMENTS, MOST_QUEUED = 64, 200
"""Fragments of one message, and messages that arrived before the one before them was handled."""
CONTROLS, CONTROL_SECONDS = 50, 10.0
"""So many pings and pongs of a client are taken in this time."""
WRITE_SECONDS = 20.0
"""For which a client may read nothing of what waits for it."""
SLICE_BYTES = 4_096
"""Parsed at a time: a chunk of the smallest frames would keep the process busy for half a second."""
_RETRY_SECONDS = cycle(range(1, 11))  # in turn, so that those who are disconnected together do not return together
_log = logging.getLogger("aftercare.sockets")
_log.setLevel(logging.WARNING)  # each connection would be a line, with the address of its client


class _Events:
    """What has arrived for the app, which takes one after the other: asyncio.Queue in a tenth of its memory, for one reader."""

    __slots__ = ("_events", "_reader")

    def __init__(self) -> None:
        self._events: list[Any] = []  # Any: messages of ASGI
        self._reader: asyncio.Future[None] | None = None

    def put_nowait(self, event: Any) -> None:  # Any: as above
        self._events.append(event)
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    async def get(self) -> Any:  # Any: as above
        while not self._events:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        return self._events.pop(0)

    def empty(self) -> bool:
        return not self._events

    def qsize(self) -> int:
        return len(self._events)


class LimitedSocketProtocol(WebSocketsSansIOProtocol):
    """One socket. Where a client breaks a limit, the socket is closed with the code of RFC 6455, section 7.4.1."""

    # Beside the attributes of uvicorn: with as many in its dictionary, Python would not share the keys among all sockets.
    __slots__ = ("_controls", "_counted_since", "_write_timer")

    def __init__(self, *arguments: Any, **options: Any) -> None:  # Any: those of uvicorn
        super().__init__(*arguments, **options)
        self.logger = _log
        self.queue = _Events()  # type: ignore[assignment]  # has what uvicorn uses of a queue
        self._write_timer: asyncio.TimerHandle | None = None
        self._controls, self._counted_since = 0, 0.0

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived, until it breaks a limit."""
        for begin in range(0, len(data), SLICE_BYTES):
            if self.transport.is_closing():
                return
            super().data_received(data[begin : begin + SLICE_BYTES])
            if self.queue.qsize() > MOST_QUEUED:
                self._fail(POLICY, "too many messages at once")
            elif len(self.frames) > MOST_FRAGMENTS:
                self._fail(POLICY, "too many fragments")

    def start_keepalive(self) -> None:
        """Begin to send pings: the handshake is over, and its headers are not needed any more."""
        del self.request, self.response
        super().start_keepalive()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the timer of what was not read."""
        self._end_write_timer()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client does not read as fast as it is sent to."""
        super().pause_writing()
        self._write_timer = self.loop.call_later(WRITE_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """The client has read on."""
        super().resume_writing()
        self._end_write_timer()

    def handle_bytes(self, event: Frame) -> None:
        """Refuse binary messages."""
        self._fail(UNSUPPORTED, "text only")

    def handle_ping(self) -> None:
        """Answer a ping, of a client that reads the answers and does not send too many."""
        if not self.writable.is_set() or self._are_too_many():
            self._fail(POLICY, "too many pings")
        else:
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        """Take a pong, asked for or not."""
        if self._are_too_many():
            self._fail(POLICY, "too many pongs")
        else:
            super().handle_pong(event)

    def send_receive_event_to_app(self) -> None:
        """Hand a message on that is UTF-8."""
        if self.transport.is_closing():
            return
        try:
            b"".join(self.frames).decode()
        except UnicodeDecodeError:
            self._fail(INVALID_TEXT, "text must be UTF-8")
        else:
            super().send_receive_event_to_app()

    def shutdown(self) -> None:
        """End the socket with the process, and say in the reason when to connect again."""
        if self.close_sent or self.disconnected or not self.handshake_complete or self.transport.is_closing():
            super().shutdown()
            return
        self.stop_keepalive()
        reason = f"retry_after={next(_RETRY_SECONDS)}"
        self.queue.put_nowait({"type": "websocket.disconnect", "code": RESTART, "reason": reason})
        try:
            self.conn.send_close(RESTART, reason)
        except InvalidState:  # the client is closing it
            pass
        else:
            self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.close()

    def _are_too_many(self) -> bool:
        now = self.loop.time()
        if now - self._counted_since > CONTROL_SECONDS:
            self._controls, self._counted_since = 0, now
        self._controls += 1
        return self._controls > CONTROLS

    def _fail(self, code: int, reason: str) -> None:
        if not self.transport.is_closing():
            self.frames = []
            self.conn.fail(code, reason)
            self.handle_parser_exception()

    def _end_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None
