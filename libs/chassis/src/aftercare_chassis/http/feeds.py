"""Event streams over what is added to one table: each process reads it once a second for all of its streams.

An id of a row starts with the time at which it was made (`Ids`), but rows become visible when their transaction commits, which may
be in another order, and on hosts whose clocks differ. So each read looks OVERLAP_SECONDS further back than the newest row and
leaves out what it knows. A stream that resumes sends what was added in these seconds again, with the same ids: each row is
sent at least once. Without `Last-Event-ID` it starts with what is added from now on.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar
from weakref import WeakKeyDictionary

import structlog
from asyncpg import Record
from fastapi import Request
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import BaseModel

from aftercare_chassis.database.mapping import Query
from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.http.methods import is_head
from aftercare_chassis.http.sse import (
    KEEPALIVE_SECONDS,
    RETRY_MILLISECONDS,
    STREAM_SECONDS,
    EventStream,
    LastEventUnknown,
    begin,
    end,
    headers,
    nothing,
    require_capacity,
)
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.refusals import Kind, Refusal
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S

log = structlog.get_logger(__name__)

READ_SECONDS, OVERLAP_SECONDS = 1.0, 10.0
TOKEN_SECONDS = 2.0  # between two looks at the token of a stream on which nothing happens
MOST_ROWS = 1000
"""So many rows one read returns, a stream that resumes catches up with, and a stream whose client is slow may be behind."""
_TIME_DIGITS, _ID_DIGITS = 12, 32


class StreamTooFarBehind(Refusal):
    """More was added since `Last-Event-ID` than a stream catches up with."""

    kind, code = Kind.CONFLICT, "stream_too_far_behind"
    zh = "自 Last-Event-ID 以来的变化超过 {most} 条；请重新读取列表，并去掉 Last-Event-ID 重新订阅。"
    en = "More than {most} changes were made since Last-Event-ID: read the list again, and start without it."


class Row(Protocol):
    """What is added: a row whose id starts with its time."""

    @property
    def id(self) -> str: ...


R = TypeVar("R", bound=Row)


@dataclass(frozen=True, eq=False)
class Feed(Generic[R]):
    """A table to which rows are added, and how streams show them.

    `added` returns the rows with an id above `after` that are not `known`, at most `most`, the oldest first; it limits them by the
    actor. `newest` returns the `id` of the newest row. `shown` makes the data of an event; it is called once per row and process.
    """

    prefix: str
    added: Query[R]
    newest: Query[Record]
    shown: Callable[[Reader[Any], R], BaseModel]  # Any: the settings of the service
    _readings: "WeakKeyDictionary[Runtime[Any], _Reading[R]]" = field(default_factory=WeakKeyDictionary)

    async def follow(
        self, request: Request, reader: Reader[S], last: str | None, *, wanted: Callable[[R], bool]
    ) -> EventStream:
        """The response of a route that streams the rows that the actor may see and that are `wanted`.

        Raises:
            TooManyStreams: this process has no more capacity.
            LastEventUnknown: it is no id of such a row.
            StreamTooFarBehind: see there.
        """
        runtime: Runtime[S] = request.app.state.runtime
        require_capacity(runtime, reader.actor)
        if last is None:
            stream = await self._begun(reader, wanted)
        elif re.fullmatch(rf"{self.prefix}_[0-9a-f]{{{_ID_DIGITS}}}", last):
            stream = await self._resumed(reader, wanted, last)
        else:
            raise LastEventUnknown
        if is_head(request):
            return EventStream(nothing(), headers=headers())
        reading = self._readings.setdefault(runtime, _Reading(self, runtime))
        return EventStream(_sent(request, runtime, reading, stream), headers=headers())

    async def _newest(self, reader: Reader[S]) -> str:
        """The id of the newest row, or one before every row."""
        found = await reader.one(self.newest)
        return f"{self.prefix}_{'0' * _ID_DIGITS}" if found is None else str(found["id"])

    async def _begun(self, reader: Reader[S], wanted: Callable[[R], bool]) -> "_Stream[R]":
        """A stream of what is added from now on, as well where its id is below the newest one."""
        stream = _Stream(reader.actor, wanted, await self._newest(reader))
        stream.after = before(stream.begins)
        rows = await reader.all(self.added, after=stream.after, known=[], most=MOST_ROWS)
        stream.known = {row.id for row in rows if row.id <= stream.begins}
        return stream

    async def _resumed(self, reader: Reader[S], wanted: Callable[[R], bool], last: str) -> "_Stream[R]":
        rows = await reader.all(self.added, after=before(last), known=[last], most=MOST_ROWS + 1)
        if len(rows) > MOST_ROWS:
            raise StreamTooFarBehind(most=MOST_ROWS)
        stream = _Stream(reader.actor, wanted, last)
        stream.after, stream.known = before(last), {last, *(row.id for row in rows)}
        stream.first = [Shown.of(self, reader, row) for row in rows if wanted(row)]
        return stream


@dataclass(frozen=True, slots=True)
class Shown(Generic[R]):
    """A row with the data of its event."""

    row: R
    data: str

    @classmethod
    def of(cls, feed: Feed[R], reader: Reader[Any], row: R) -> "Shown[R]":  # Any: as in Feed
        """The row as the feed shows it."""
        return cls(row, feed.shown(reader, row).model_dump_json(by_alias=True))


def before(row_id: str) -> str:
    """The id below those of the rows that were made from OVERLAP_SECONDS before this one on."""
    prefix, _, digits = row_id.rpartition("_")
    made = max(0, int(digits[:_TIME_DIGITS], 16) - int(OVERLAP_SECONDS * 1000))
    return f"{prefix}_{made:0{_TIME_DIGITS}x}{'0' * (_ID_DIGITS - _TIME_DIGITS)}"


class _Stream(Generic[R]):
    """One open stream: the id with which it `begins`, the events that it sends `first`, and those that wait. None ends it.

    It sends rows with ids above `after` that are not `known`.
    """

    def __init__(self, actor: Actor, wanted: Callable[[R], bool], begins: str) -> None:
        self.actor, self.wanted, self.begins, self.after = actor, wanted, begins, begins
        self.known: set[str] = set()
        self.first: list[Shown[R]] = []
        self.waiting: asyncio.Queue[Shown[R] | None] = asyncio.Queue()

    def offer(self, shown: Shown[R], added: Query[R]) -> None:
        """Let a row wait that the actor sees. A stream that is too far behind ends, and its client resumes."""
        row = shown.row
        if row.id > self.after and row.id not in self.known and added.shows(self.actor, row) and self.wanted(row):
            behind = self.waiting.qsize()
            if behind <= MOST_ROWS:  # after the end nothing is added, however long the client takes to read up to there
                self.waiting.put_nowait(shown if behind < MOST_ROWS else None)


class _Reading(Generic[R]):
    """The reads of one process, which take place while it has a stream. `recent` are the rows of the last OVERLAP_SECONDS."""

    def __init__(self, feed: Feed[R], runtime: Runtime[Any]) -> None:  # Any: as in Feed
        self._feed, self._runtime = feed, runtime
        self._streams: set[_Stream[R]] = set()
        self._recent: dict[str, Shown[R]] = {}
        self._newest = ""
        self._task: asyncio.Task[None] | None = None

    def join(self, stream: _Stream[R]) -> None:
        """Read for this stream as well; what was read since it began is offered at once."""
        begin(self._runtime, stream.actor)
        self._streams.add(stream)
        if self._task is None or self._task.done():
            self._recent, self._newest = {}, stream.begins
            self._task = asyncio.create_task(self._run())
        for shown in self._recent.values():
            stream.offer(shown, self._feed.added)

    def leave(self, stream: _Stream[R]) -> None:
        """Read for it no longer."""
        end(self._runtime, stream.actor)
        self._streams.discard(stream)

    async def _run(self) -> None:
        """Read once a second; where that fails, all streams end, and their clients reconnect."""
        try:
            while self._streams and not self._runtime.leaving():
                await self._read()
                await asyncio.sleep(READ_SECONDS)
        except Exception as error:
            log.warning("feed_failed", type=self._feed.prefix, error=type(error).__name__)
        finally:
            for stream in self._streams:
                stream.waiting.put_nowait(None)

    async def _read(self) -> None:
        """Offer what was added to all streams."""
        known, after = sorted(self._recent), before(self._newest)
        async with self._runtime.reader() as reader:
            rows = await reader.all(self._feed.added, after=after, known=known, most=MOST_ROWS)
            found = {row.id: Shown.of(self._feed, reader, row) for row in rows}
        for shown in found.values():
            for stream in self._streams:
                stream.offer(shown, self._feed.added)
        self._newest = max((self._newest, *found))
        since = before(self._newest)
        self._recent = {row_id: each for row_id, each in (self._recent | found).items() if row_id > since}


async def _sent(
    request: Request,
    runtime: Runtime[Any],  # Any: as in Feed
    reading: _Reading[R],
    stream: _Stream[R],
) -> AsyncIterator[bytes]:
    """The stream as it is sent, piece by piece. The first one gives the client an id from which it can resume."""
    ends_at = time.monotonic() + STREAM_SECONDS
    reading.join(stream)
    try:
        yield format_sse_event(retry=RETRY_MILLISECONDS, id=stream.begins)
        for shown in stream.first:
            yield format_sse_event(data_str=shown.data, id=shown.row.id)
        sent_at = time.monotonic()
        while time.monotonic() < ends_at and not runtime.leaving():
            waiting = await _next(stream)
            if waiting is None:
                return
            runtime.verifier.actor(request.headers)
            if not waiting and time.monotonic() - sent_at > KEEPALIVE_SECONDS:
                waiting = KEEPALIVE_COMMENT
            if waiting:
                sent_at = time.monotonic()
                yield waiting
    except Refusal:
        return  # the token has expired, or was withdrawn: a client that reconnects is refused with it
    finally:
        reading.leave(stream)


async def _next(stream: _Stream[R]) -> bytes | None:
    """The next event, or nothing where there is none for TOKEN_SECONDS; None where the stream ends."""
    try:
        async with asyncio.timeout(TOKEN_SECONDS):
            shown = await stream.waiting.get()
    except TimeoutError:
        return b""
    return None if shown is None else format_sse_event(data_str=shown.data, id=shown.row.id)
