"""Lists that grow at their end, and the connections of one process that follow them.

A commit notifies every process of the key of the list that has grown (`Transaction.wake`, `Runtime.publish`). A process reads
what was added once for all of its connections: one query for all lists that have grown meanwhile. A connection that resumes gets
what it has missed in pages, then what is added. The places of a list are in the order of its commits, so that nothing is left out
between the two, and nothing is sent twice. A notification may be lost: all lists are read every SWEEP_SECONDS.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, Generic, Protocol, TypeVar

import structlog

from aftercare_chassis.database.errors import DATABASE_ERRORS
from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.runtime import Runtime

log = structlog.get_logger(__name__)

SWEEP_SECONDS, RETRY_SECONDS = 15.0, 1.0
PAGE = 100
"""The most rows of one list that one read returns."""
MOST_LISTS = 500
"""Lists of one read."""
BEGINNING = ""
"""The place before the first row."""


class Row(Protocol):
    """A row of a list; places sort in the order in which rows are added."""

    @property
    def place(self) -> str: ...


R = TypeVar("R", bound=Row)
R_co = TypeVar("R_co", bound=Row, covariant=True)


class Added(Protocol[R_co]):
    """What was read of one list: its next rows, the oldest first."""

    @property
    def rows(self) -> Sequence[R_co]: ...

    def seen_by(self, actor: Actor) -> Sequence[R_co] | None:
        """Those that the actor may see; None where it may no longer follow the list."""


ReadAdded = Callable[[Reader[Any], Mapping[str, str]], Awaitable[Mapping[str, Added[R]]]]  # Any: the service's settings
"""At most PAGE rows of each list after its place, by key; lists without any may be missing."""
Deliver = Callable[[str, Sequence[R] | None], None]
"""Takes the key of a list and its next rows, or None where the follower may see it no longer. It must not block."""


class Subscription(Generic[R]):
    """One follower of one list. `place` is that of the last row that it was given, `is_live` whether it has all that exist."""

    __slots__ = ("_deliver", "actor", "ended", "is_live", "key", "place")

    def __init__(self, key: str, place: str, actor: Actor, deliver: Deliver[R]) -> None:
        self.key, self.place, self.actor, self._deliver = key, place, actor, deliver
        self.is_live = self.ended = False

    def take(self, added: Added[R]) -> None:
        """Give it the rows that it does not have and may see."""
        if self.ended:
            return
        seen = added.seen_by(self.actor)
        new = None if seen is None else [row for row in seen if row.place > self.place]
        self.place, self.ended = max(self.place, added.rows[-1].place), new is None
        if new is None or new:
            self._deliver(self.key, new)


class _List(Generic[R]):
    """A list that is followed: the last place that was read for those who are live, and how often it was notified of."""

    __slots__ = ("followers", "notified", "place")

    def __init__(self) -> None:
        self.followers: set[Subscription[R]] = set()
        self.place, self.notified = BEGINNING, 0

    @property
    def is_live(self) -> bool:
        return any(each.is_live for each in self.followers)


class FanOut(Generic[R]):
    """The lists of one name that the connections of a process follow. `name` is that of the notifications."""

    def __init__(self, runtime: Runtime[Any], name: str, read: ReadAdded[R]) -> None:  # Any: as above
        self._runtime, self._read_added = runtime, read
        self._lists: dict[str, _List[R]] = {}
        self._grown: set[str] = set()
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        runtime.listeners[name] = self.notified

    def __len__(self) -> int:
        """How many lists are followed."""
        return len(self._lists)

    async def follow(self, followers: Sequence[Subscription[R]], pace: Callable[[], Awaitable[None]]) -> None:
        """Give them what they have missed, in pages with a call of `pace` after each, and from then on what is added.

        The rows that a follower may not see any more end it. Raises: DATABASE_ERRORS, TimeoutError where the database does not answer.
        """
        for each in followers:
            self._lists.setdefault(each.key, _List()).followers.add(each)
        behind = list(followers)
        while behind:
            notified = {each.key: self._lists[each.key].notified for each in behind if each.key in self._lists}
            found = await self._read({each.key: each.place for each in behind})
            behind = [each for each in behind if not self._caught_up(each, found.get(each.key), notified)]
            await pace()
        self._begin()

    def leave(self, *followers: Subscription[R]) -> None:
        """Let them follow no longer."""
        for each in followers:
            each.ended = True
            followed = self._lists.get(each.key)
            if followed is not None:
                followed.followers.discard(each)
                if not followed.followers:
                    del self._lists[each.key]
        if not self._lists:
            self._changed.set()

    def notified(self, key: str | None) -> None:
        """A list has grown; None: any may have."""
        for each in self._lists if key is None else (key,):
            if (followed := self._lists.get(each)) is not None:
                followed.notified += 1
                if followed.is_live:
                    self._grown.add(each)
                    self._changed.set()

    def _caught_up(self, follower: Subscription[R], added: Added[R] | None, notified: Mapping[str, int]) -> bool:
        """Give it a page; whether there is no other one. A list that has grown since it was read is read again."""
        if added is not None and added.rows:
            follower.take(added)
        followed = self._lists.get(follower.key)
        if follower.ended or followed is None:
            return True
        is_last = added is None or len(added.rows) < PAGE
        if is_last and follower.place >= followed.place and followed.notified == notified[follower.key]:
            if not followed.is_live:  # else those who are live have not been given everything up to there
                followed.place = follower.place
            follower.is_live = True
            return True
        return False

    def _begin(self) -> None:
        if self._lists and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        """Read the lists that have grown, while any is followed."""
        while self._lists and not self._runtime.leaving():
            with suppress(TimeoutError):
                async with asyncio.timeout(SWEEP_SECONDS):
                    await self._changed.wait()
            self._changed.clear()
            grown, self._grown = self._grown or set(self._lists), set()
            try:
                await self._offer(grown)
            except (TimeoutError, *DATABASE_ERRORS) as error:
                log.warning("fan_out_failed", error=type(error).__name__)
                self._grown |= grown
                self._changed.set()
                await asyncio.sleep(RETRY_SECONDS)

    async def _offer(self, keys: Collection[str]) -> None:
        """Give all followers that are live what was added to these lists."""
        live = {key: followed.place for key in keys if (followed := self._lists.get(key)) and followed.is_live}
        for key, added in (await self._read(live)).items():
            followed = self._lists.get(key)
            if followed is None or not added.rows:
                continue
            followed.place = max(followed.place, added.rows[-1].place)
            for each in [each for each in followed.followers if each.is_live]:
                each.take(added)
            if len(added.rows) >= PAGE:
                self._grown.add(key)
                self._changed.set()

    async def _read(self, places: Mapping[str, str]) -> dict[str, Added[R]]:
        found: dict[str, Added[R]] = {}
        wanted = list(places.items())
        for begin in range(0, len(wanted), MOST_LISTS):
            async with self._runtime.reader() as reader:
                found.update(await self._read_added(reader, dict(wanted[begin : begin + MOST_LISTS])))
        return found
