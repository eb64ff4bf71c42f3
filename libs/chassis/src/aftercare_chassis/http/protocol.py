"""The connections of the HTTP server: uvicorn's protocol with bounds on what a client may send, and on the time that it takes.

uvicorn limits neither the headers of a request nor the requests that are pipelined, both of which it keeps in memory, and waits as
long as a client likes for either the headers or for a response to be read. Requests that cannot be parsed are answered with a problem,
as all others are.
"""

import asyncio
from functools import lru_cache
from typing import Any

from starlette.requests import Request
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from aftercare_chassis.http import problems
from aftercare_chassis.http.response_headers import ALWAYS_SENT, NO_STORE

HEAD_SECONDS = 10.0
"""Until the headers of a request have arrived, and until a new connection has sent a request."""
WRITE_SECONDS = 30.0
"""For which a client may read nothing of a response that waits for it."""
MOST_HEADER_BYTES, MOST_HEADERS, MOST_ADDRESS_BYTES = 32_768, 100, 8_192
MOST_PIPELINED = 8
"""Requests that arrived before the response to the one before them."""
MOST_CONNECTIONS = 12_000
"""Of one process: each takes 13 KB while nothing is sent. Those beyond them are closed at once."""


class _Refused(Exception):
    """The request breaks a limit; raised in a callback of the parser, which ends the parsing."""


class LimitedProtocol(HttpToolsProtocol):
    """One connection. Where a request breaks a limit it is refused, and the connection closed."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # Any: those of uvicorn
        super().__init__(*arguments, **options)
        self._status = 400  # of the refusal of what cannot be parsed
        self._is_refused = self._is_upgraded = False
        self._is_head_open, self._head_bytes = (
            False,
            0,
        )  # whether the headers of a request are incomplete, and what has arrived of them
        self._head_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request, unless there are too many connections."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
        else:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self._abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """End the timers, and forget requests whose responses nobody waits for."""
        self._end_head_timer()
        if self._write_timer is not None:
            self._write_timer.cancel()
        self.pipeline.clear()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived; a request that remains incomplete has to be completed in time and within limits."""
        if self._is_refused:
            return
        was_open = self._is_head_open
        super().data_received(data)
        if self._is_refused or self._is_upgraded:
            return
        if was_open and self._is_head_open:  # counted here: the parser reports a header when it is complete
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEADER_BYTES + MOST_ADDRESS_BYTES:
                self._refuse(431 if self.headers else 414)
        if self._head_timer is None and (self.cycle is None or self.cycle.response_complete):
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self._abort)

    def handle_websocket_upgrade(self) -> None:
        """Leave the connection to the protocol of sockets, whose bounds are its own."""
        self._is_upgraded = True
        super().handle_websocket_upgrade()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._is_head_open, self._head_bytes = True, 0

    def on_headers_complete(self) -> None:
        """Start the request unless it breaks a limit."""
        self._is_head_open = False
        self._end_head_timer()
        if len(self.url) > MOST_ADDRESS_BYTES:
            self._status = 414
        elif len(self.headers) > MOST_HEADERS or sum(len(n) + len(v) for n, v in self.headers) > MOST_HEADER_BYTES:
            self._status = 431
        elif len(self.pipeline) < MOST_PIPELINED:
            super().on_headers_complete()
            return
        raise _Refused

    def on_response_complete(self) -> None:
        """Go on with the next request."""
        if self._is_refused:
            self.transport.close()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be parsed."""
        self._refuse(self._status)

    def pause_writing(self) -> None:
        """The client does not read as fast as the response is sent."""
        super().pause_writing()
        self._write_timer = self.loop.call_later(WRITE_SECONDS, self._abort)

    def resume_writing(self) -> None:
        """The client has read on."""
        super().resume_writing()
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection; what the client has not read by now is dropped."""
        if self.transport.get_write_buffer_size():
            self._abort()
        else:
            super().timeout_keep_alive_handler()

    def _abort(self) -> None:
        self.transport.abort()

    def _end_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, status: int) -> None:
        """Answer nothing more than what is being answered; the refusal itself where that is nothing."""
        self._is_refused = True
        self._end_head_timer()
        self.pipeline.clear()
        cycle = self.cycle
        if cycle is None or cycle.response_complete or (cycle.more_body and not cycle.response_started):
            self.transport.write(_refusal(status))
            self.transport.close()
        elif cycle.more_body:  # what is being answered cannot be completed
            self._abort()


@lru_cache
def _refusal(status: int) -> bytes:
    response = problems.status_response(Request({"type": "http", "headers": []}), status)
    headers = [*response.raw_headers, *ALWAYS_SENT, NO_STORE, (b"connection", b"close")]
    return b"".join([STATUS_LINE[status], *(b"%b: %b\r\n" % each for each in headers), b"\r\n", bytes(response.body)])
