"""An event stream over one list of a `FanOut`: the ids of its events are the places of the rows."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Generic

from fastapi import Request
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import BaseModel

from aftercare_chassis.database.errors import is_unavailable
from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.http import sse
from aftercare_chassis.http.fan_out import FanOut, R, Subscription
from aftercare_chassis.http.methods import is_head
from aftercare_chassis.refusals import Refusal
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S

TOKEN_SECONDS = 2.0  # between two looks at the token of a stream on which nothing happens
MOST_ROWS = 1000
"""So many rows a stream whose client is slow may be behind; then it ends, and the client resumes."""


async def stream(
    request: Request,
    reader: Reader[S],
    fan_out: FanOut[R],
    subscribed: tuple[str, str],
    shown: Callable[[R], BaseModel],
) -> sse.EventStream:
    """The response of a route that streams a list, given by its key and the place after which the stream begins.

    Raises: TooManyStreams where this process has no more capacity.
    """
    runtime: Runtime[S] = request.app.state.runtime
    sse.require_capacity(runtime, reader.actor)
    if is_head(request):
        return sse.EventStream(sse.nothing(), headers=sse.headers())
    waiting = _Waiting[R]()
    follower = Subscription(*subscribed, reader.actor, waiting.take)
    return sse.EventStream(_sent(request, runtime, fan_out, follower, waiting, shown), headers=sse.headers())


class _Waiting(Generic[R]):
    """The rows that have not been sent yet. `ended`: there are too many, or the reader may see the list no longer."""

    def __init__(self) -> None:
        self.rows: deque[R] = deque()
        self.ended = False
        self.changed, self._sent = asyncio.Event(), asyncio.Event()

    def take(self, _: str, rows: Sequence[R] | None) -> None:
        self.ended = self.ended or rows is None or len(self.rows) > MOST_ROWS
        if not self.ended and rows is not None:
            self.rows.extend(rows)
            self._sent.clear()
        self.changed.set()

    def next(self) -> R | None:
        if self.rows:
            return self.rows.popleft()
        self._sent.set()
        return None

    async def sent(self) -> None:
        """Return once all rows have been sent."""
        if self.rows:
            await self._sent.wait()

    async def change(self, seconds: float) -> None:
        """Return once there are further rows, or after so long."""
        try:
            async with asyncio.timeout(seconds):
                await self.changed.wait()
        except TimeoutError:
            return
        self.changed.clear()


async def _sent(
    request: Request,
    runtime: Runtime[Any],  # Any: whatever the settings of the service are
    fan_out: FanOut[R],
    follower: Subscription[R],
    waiting: _Waiting[R],
    shown: Callable[[R], BaseModel],
) -> AsyncIterator[bytes]:
    """The stream as it is sent, piece by piece."""
    ends_at = time.monotonic() + sse.STREAM_SECONDS
    sse.begin(runtime, follower.actor)
    following = asyncio.create_task(fan_out.follow([follower], waiting.sent))
    following.add_done_callback(lambda _: waiting.changed.set())
    try:
        yield format_sse_event(retry=sse.RETRY_MILLISECONDS)
        sent_at = time.monotonic()
        while True:
            while (row := waiting.next()) is not None:
                sent_at = time.monotonic()
                yield format_sse_event(data_str=shown(row).model_dump_json(by_alias=True), id=row.place)
            if following.done():
                following.result()
                if waiting.ended or time.monotonic() > ends_at or runtime.leaving():
                    return
            if time.monotonic() - sent_at > sse.KEEPALIVE_SECONDS:
                sent_at = time.monotonic()
                yield KEEPALIVE_COMMENT
            await waiting.change(TOKEN_SECONDS)
            runtime.verifier.actor(request.headers)
    except Exception as error:
        # A stream cannot send a problem any more: it ends, and the client that reconnects is refused with it.
        if not (isinstance(error, Refusal) or is_unavailable(error)):
            raise
    finally:
        following.cancel()
        fan_out.leave(follower)
        sse.end(runtime, follower.actor)
