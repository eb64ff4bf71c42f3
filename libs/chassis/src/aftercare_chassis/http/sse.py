"""Lists that go on: server-sent events (WHATWG HTML, "Server-sent events").

A stream begins after `Last-Event-ID`, or at the beginning, and tells what is there and what is written afterwards, each
once. It holds no connection: once a second it takes one for a look, and at each look the caller must still be allowed to.
It ends after five minutes, with the process, or with the caller's token; a browser then comes back by itself, with the id
of the last event that it has, and misses nothing.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Annotated

from fastapi import Header, Request
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import BaseModel
from starlette.responses import StreamingResponse

from aftercare_chassis.database.errors import is_unavailable
from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.http.methods import is_head
from aftercare_chassis.refusals import Kind, Refusal
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S

LAST_SECONDS, LOOK_SECONDS, QUIET_SECONDS = 300.0, 1.0, 15.0
RETRY_MILLISECONDS, RETRY_SECONDS = 2000, 5
MOST = 500  # streams of one process: each is a look a second

Event = tuple[str, BaseModel]
"""The id that a client names when it comes back, and what is told."""
Look = Callable[[Reader[S], str | None], Awaitable[Sequence[Event]]]
"""What comes after the event of that id (all, for None); what was told before may come again."""

LastEventId = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        max_length=100,
        description="The last event that the client has: it goes on after it.",
    ),
]


class EventStream(StreamingResponse):
    """The answer of a route that goes on. (FastAPI's own would read the endpoint itself, after the status was sent.)"""

    media_type = "text/event-stream"


class LastEventUnknown(Refusal):
    """The client has an event that this stream never told."""

    kind, code = Kind.MALFORMED, "last_event_unknown"
    zh, en = (
        "Last-Event-ID 不是本事件流给出的编号；去掉它即可从头接收。",
        "Last-Event-ID is no id of this stream; leave it out to begin at the beginning.",
    )


class TooManyStreams(Refusal):
    """This process tells as many as it can."""

    kind, code, retry_after = Kind.UNAVAILABLE, "too_many_streams", RETRY_SECONDS
    zh, en = "当前打开的事件流过多，请稍后重试。", "Too many streams are open; try again shortly."


def after_last_event(events: Sequence[Event], last: str | None) -> Sequence[Event]:
    """Those after the event of that id; LastEventUnknown where it is not among them."""
    if last is None:
        return events
    for place, (name, _) in enumerate(events, 1):
        if name == last:
            return events[place:]
    raise LastEventUnknown


async def stream(request: Request, reader: Reader[S], look: Look[S], last: str | None) -> EventStream:
    """The answer of a route: its first look decides whether there is a stream at all, as for any other read."""
    runtime: Runtime[S] = request.app.state.runtime
    if runtime.streams >= MOST:
        raise TooManyStreams
    first = await look(reader, last)
    headers = {"content-type": EventStream.media_type, "x-accel-buffering": "no"}  # always UTF-8, says the standard
    if is_head(request):
        return EventStream(_nothing(), headers=headers)
    return EventStream(_told(request, runtime, look, first, last), headers=headers)


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""


async def _told(
    request: Request, runtime: Runtime[S], look: Look[S], found: Sequence[Event], last: str | None
) -> AsyncIterator[bytes]:
    told: set[str] = set()
    spoke = time.monotonic()
    end = spoke + LAST_SECONDS
    runtime.streams += 1
    try:
        yield format_sse_event(retry=RETRY_MILLISECONDS)
        while True:
            for last, each in found:
                if last not in told:
                    told.add(last)
                    spoke = time.monotonic()
                    yield format_sse_event(data_str=each.model_dump_json(by_alias=True), id=last)
            now = time.monotonic()
            if now - spoke > QUIET_SECONDS:
                spoke = now
                yield KEEPALIVE_COMMENT
            if now > end or runtime.leaving():
                return
            await asyncio.sleep(LOOK_SECONDS)
            async with runtime.reader(runtime.verifier.actor(request.headers)) as reader:
                found = await look(reader, last)
    except Exception as error:
        # Told so far is told; whoever comes back hears why, before a stream begins.
        if not (isinstance(error, Refusal) or is_unavailable(error)):
            raise
    finally:
        runtime.streams -= 1
