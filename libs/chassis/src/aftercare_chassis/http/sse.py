"""Event streams: lists that grow, as server-sent events (WHATWG HTML, "Server-sent events").

A stream starts after `Last-Event-ID`, or at the beginning, and sends each event that exists and each that is written
later, once. It holds no connection: once a second it takes one and reads, and at each read the actor must still be
allowed to. It ends after five minutes, with the process, or with the actor's token; a browser then reconnects by itself
with the id of the last event that it has, and misses nothing.
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
from aftercare_chassis.http.admission import caller_of
from aftercare_chassis.http.methods import is_head
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.refusals import Kind, Refusal
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S

STREAM_SECONDS, READ_SECONDS, KEEPALIVE_SECONDS = 300.0, 1.0, 15.0
RETRY_MILLISECONDS, RETRY_SECONDS = 2000, 5
MAX_STREAMS = 500  # of one process: each may be a read per second
MAX_STREAMS_OF_ONE = 100
"""Of one process and one tenant with all of its people, or one other person, so that others have some, too."""

Event = tuple[str, BaseModel]
"""The id that a client sends when it reconnects, and the data."""
ReadEvents = Callable[[Reader[S], str | None], Awaitable[Sequence[Event]]]
"""The events after the one of that id (all, for None); those returned before may be returned again."""

LastEventId = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        max_length=100,
        description="The id of the last event that the client has received: the stream continues after it.",
    ),
]


class EventStream(StreamingResponse):
    """The response of a route that streams. (FastAPI's own would run the endpoint after the status was sent.)"""

    media_type = "text/event-stream"


class LastEventUnknown(Refusal):
    """Last-Event-ID is no id of this stream."""

    kind, code = Kind.MALFORMED, "last_event_unknown"
    zh, en = (
        "Last-Event-ID 不是本事件流给出的编号；去掉它即可从头接收。",
        "Last-Event-ID is not an id of this stream; leave it out to start at the beginning.",
    )


class TooManyStreams(Refusal):
    """This process has MAX_STREAMS streams open, or MAX_STREAMS_OF_ONE of this caller."""

    kind, code, retry_after = Kind.UNAVAILABLE, "too_many_streams", RETRY_SECONDS
    zh, en = "当前打开的事件流过多，请稍后重试。", "Too many streams are open; try again shortly."


def after_last_event(events: Sequence[Event], last: str | None) -> Sequence[Event]:
    """The events after the one of that id. Raises: LastEventUnknown where it is not among them."""
    if last is None:
        return events
    for count, (event_id, _) in enumerate(events, 1):
        if event_id == last:
            return events[count:]
    raise LastEventUnknown


async def stream(request: Request, reader: Reader[S], read: ReadEvents[S], last: str | None) -> EventStream:
    """The response of a route that streams.

    The first read takes place before the response starts, so that it is refused as any other read is.

    Raises:
        TooManyStreams: this process has no more capacity.
        Refusal: what `read` refuses with.
    """
    runtime: Runtime[S] = request.app.state.runtime
    require_capacity(runtime, reader.actor)
    events = await read(reader, last)
    if is_head(request):
        return EventStream(nothing(), headers=headers())
    return EventStream(_sent(request, runtime, reader.actor, read, events, last), headers=headers())


def require_capacity(runtime: Runtime[S], actor: Actor) -> None:
    """Raises: TooManyStreams where this process may open no other stream for the actor."""
    if runtime.streams >= MAX_STREAMS or runtime.streams_of[caller_of(actor)] >= MAX_STREAMS_OF_ONE:
        raise TooManyStreams


def begin(runtime: Runtime[S], actor: Actor) -> None:
    """Count a stream of the actor, which has to `end`."""
    runtime.streams += 1
    runtime.streams_of[caller_of(actor)] += 1


def end(runtime: Runtime[S], actor: Actor) -> None:
    """Count a stream no longer."""
    caller = caller_of(actor)
    runtime.streams -= 1
    runtime.streams_of[caller] -= 1
    if not runtime.streams_of[caller]:
        del runtime.streams_of[caller]


def headers() -> dict[str, str]:
    """Those of a stream. The media type has no charset: the standard says that an event stream is always UTF-8."""
    return {"content-type": EventStream.media_type, "x-accel-buffering": "no"}


async def nothing() -> AsyncIterator[bytes]:
    """The body of a response to HEAD."""
    return
    yield b""


async def _sent(
    request: Request,
    runtime: Runtime[S],
    actor: Actor,
    read: ReadEvents[S],
    events: Sequence[Event],
    last: str | None,
) -> AsyncIterator[bytes]:
    """The stream as it is sent, piece by piece."""
    sent: set[str] = set()
    last_sent_at = time.monotonic()
    ends_at = last_sent_at + STREAM_SECONDS
    begin(runtime, actor)
    try:
        yield format_sse_event(retry=RETRY_MILLISECONDS)
        while True:
            for last, event in events:
                if last not in sent:
                    sent.add(last)
                    last_sent_at = time.monotonic()
                    yield format_sse_event(data_str=event.model_dump_json(by_alias=True), id=last)
            now = time.monotonic()
            if now - last_sent_at > KEEPALIVE_SECONDS:
                last_sent_at = now
                yield KEEPALIVE_COMMENT
            if now > ends_at or runtime.leaving():
                return
            await asyncio.sleep(READ_SECONDS)
            async with runtime.reader(runtime.verifier.actor(request.headers)) as reader:
                events = await read(reader, last)
    except Exception as error:
        # A stream cannot send a problem any more: it ends, and the client that reconnects is refused with it.
        if not (isinstance(error, Refusal) or is_unavailable(error)):
            raise
    finally:
        end(runtime, actor)
