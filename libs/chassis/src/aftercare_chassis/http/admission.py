"""Which requests run while more arrive than a process can serve, which wait, and which are refused at once.

As many requests run at a time as there are connections to the database: more would wait for a connection, where no request has
precedence over another and a wait takes seconds. The others wait in a weighted fair queue (stride scheduling over kinds of
requests, round robin over the callers of a kind), so that a caller who sends more than the others waits longer than the others.

A queue that is emptied now and then is a burst, and may be long. One that is not emptied for `queue_seconds` only adds its length to
the time of every request, as CoDel observed of routers (RFC 8289; "Fail at Scale", ACM Queue 13(8), for servers): from then on it is
kept short, and what does not fit in is refused at once, which costs a small part of what serving it would.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from starlette.types import Scope

from aftercare_chassis.http.errors import Overloaded, ShareUsedUp
from aftercare_chassis.http.metrics import AdmissionMetrics
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.refusals import Refusal

STANDING_SHARE = 20
"""In a queue that is not emptied, a request waits at most this part of `queue_seconds`, such as 50 ms of a second."""
STANDING_QUEUE, LONGEST_QUEUE = 4, 50
"""Requests that wait for each one that runs: in a queue that is not emptied, and in a burst."""


class Priority(IntEnum):
    """Kinds of requests. The value is the number of turns that a kind has while others wait as well."""

    URGENT = 8
    COMMAND = 4
    PUSH = 3
    READ = 2


class _Waiter:
    """A request that waits, `is_queued` until it has its turn or is refused. The result of its future is None where it may run, and a
    refusal where it may not."""

    __slots__ = ("at", "future", "group", "is_queued", "kind")

    def __init__(self, kind: "_Kind", group: str, at: float, future: "asyncio.Future[Refusal | None]") -> None:
        self.kind, self.group, self.at, self.future = kind, group, at, future
        self.is_queued = True

    def end(self, refusal: Refusal | None) -> bool:
        """Let it run, or refuse it; False where it is cancelled, and its task has not run since."""
        if self.future.done():
            return False
        self.future.set_result(refusal)
        return True


class _Kind:
    """The requests of one priority that wait, by their callers, whose turns follow one another. `turn` is the virtual time of the next one."""

    __slots__ = ("groups", "number", "priority", "turn")

    def __init__(self, priority: Priority) -> None:
        self.priority, self.turn, self.number = priority, 0.0, 0
        self.groups: OrderedDict[str, deque[_Waiter]] = OrderedDict()

    def add(self, waiter: _Waiter) -> None:
        self.groups.setdefault(waiter.group, deque()).append(waiter)
        self.number += 1

    def remove(self, waiter: _Waiter) -> None:
        """It is the first or the last of its caller, unless its client has left."""
        queue = self.groups[waiter.group]
        if queue[-1] is waiter:
            queue.pop()
        else:
            queue.remove(waiter)
        self.number -= 1
        if not queue:
            del self.groups[waiter.group]

    def next(self) -> _Waiter:
        """The first request of the caller whose turn it is; the caller's next turn is after those of the others."""
        group, queue = next(iter(self.groups.items()))
        self.groups.move_to_end(group)
        return queue[0]

    def longest(self) -> deque[_Waiter]:
        """The requests of the caller who has most of them here."""
        return max(self.groups.values(), key=len)


class Admission:
    """The requests of one process. `limit` of them run at a time."""

    def __init__(self, limit: int, queue_seconds: float, metrics: AdmissionMetrics) -> None:
        self.limit, self.running, self.waiting = limit, 0, 0
        self._burst_seconds, self._standing_seconds = queue_seconds, queue_seconds / STANDING_SHARE
        self._kinds = {each: _Kind(each) for each in Priority}
        self._turn = 0.0
        self._oldest: deque[_Waiter] = (
            deque()
        )  # in the order of their arrival; those that no longer wait are left out later
        self._emptied_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._metrics = metrics
        metrics.watch(self)
        for each in Priority:
            for refusal in (Overloaded, ShareUsedUp):
                metrics.export(each.name.lower(), refusal.code)

    def enter(self) -> bool:
        """Whether a request may run without waiting. It has to `leave`."""
        if self.running < self.limit and not self.waiting:
            self.running += 1
            return True
        return False

    def refusal(self, priority: Priority, group: str) -> Refusal | None:
        """Why a request that arrived now would not even wait; None where it may run or wait."""
        if self.waiting < self._room():
            return None
        kind = self._kinds[priority]
        kind.number += 1  # as if it waited
        fullest = self._fullest()
        kind.number -= 1
        own = len(kind.groups.get(group, ())) + 1
        if fullest is not kind or own < max((len(each) for each in kind.groups.values()), default=0):
            return None  # another request has to give way
        return self._refused(kind, own, len(kind.groups | {group: None}))

    async def wait(self, priority: Priority, group: str) -> None:
        """Wait until the request may run. It has to `leave` then.

        Raises:
            Overloaded: there is no room to wait, or no turn in time.
            ShareUsedUp: the same, and the caller waits for more than others do.
        """
        loop = asyncio.get_running_loop()
        if not self.waiting:
            self._emptied_at = loop.time()
        waiter = _Waiter(self._kinds[priority], group, loop.time(), loop.create_future())
        self._add(waiter)
        while self.waiting > self._room():
            self._refuse(self._fullest().longest()[-1])
        if self._timer is None:
            self._set_timer(loop)
        try:
            refusal = await waiter.future
        except asyncio.CancelledError:
            if waiter.is_queued:
                self._remove(waiter)
            elif not waiter.future.cancelled() and waiter.future.result() is None:
                self.leave()
            raise
        self._metrics.waited(priority.name.lower(), loop.time() - waiter.at)
        if refusal is not None:
            raise refusal

    def leave(self) -> None:
        """A request has ended; those that wait have a turn."""
        self.running -= 1
        if self.waiting:
            self._go_on(asyncio.get_running_loop().time())

    def enter_again(self) -> None:
        """Let a request run again that has left for a while, such as to wait for an event: it is not refused halfway."""
        self.running += 1

    def _go_on(self, now: float) -> None:
        self._refuse_late(now)
        while self.waiting and self.running < self.limit:
            kind = min((each for each in self._kinds.values() if each.number), key=lambda each: each.turn)
            self._turn = kind.turn
            kind.turn += 1 / kind.priority
            waiter = kind.next()
            self._remove(waiter)
            self.running += waiter.end(None)
        if not self.waiting:
            self._emptied_at = now

    def _add(self, waiter: _Waiter) -> None:
        kind = waiter.kind
        if not kind.number:  # turns that it did not use are lost
            kind.turn = max(kind.turn, self._turn)
        kind.add(waiter)
        self.waiting += 1
        self._oldest.append(waiter)

    def _remove(self, waiter: _Waiter) -> None:
        waiter.kind.remove(waiter)
        waiter.is_queued = False
        self.waiting -= 1

    def _room(self) -> int:
        """How many may wait now."""
        return self.limit * (STANDING_QUEUE if self._is_standing() else LONGEST_QUEUE)

    def _is_standing(self) -> bool:
        return self.waiting > 0 and asyncio.get_running_loop().time() - self._emptied_at > self._burst_seconds

    def _fullest(self) -> _Kind:
        """The kind that has most requests waiting for its number of turns; of several the one with fewer turns."""
        return max(self._kinds.values(), key=lambda each: (each.number / each.priority, -each.priority))

    def _refuse(self, waiter: _Waiter) -> None:
        kind = waiter.kind
        refusal = self._refused(kind, len(kind.groups[waiter.group]), len(kind.groups))
        self._remove(waiter)
        waiter.end(refusal)

    def _refused(self, kind: _Kind, own: int, groups: int) -> Refusal:
        """The refusal of a request of a caller with this number of requests of `kind`, which that many callers send."""
        more_than_others = groups > 1 and own > (kind.number + 1) / groups
        refusal = ShareUsedUp() if more_than_others else Overloaded()
        self._metrics.refused(kind.priority.name.lower(), refusal.code)
        return refusal

    def _refuse_late(self, now: float) -> None:
        seconds = self._standing_seconds if self._is_standing() else self._burst_seconds
        oldest = self._oldest
        while oldest and (oldest[0].future.done() or now - oldest[0].at > seconds):
            waiter = oldest.popleft()
            if not waiter.future.done():
                self._refuse(waiter)

    def _set_timer(self, loop: asyncio.AbstractEventLoop) -> None:
        # For the time in which no request ends; else `leave` refuses those that are late.
        self._timer = loop.call_later(self._burst_seconds, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        self._go_on(loop.time())
        if self.waiting:
            self._set_timer(loop)


class Place:
    """The place of one request among those that run. It is left once, however often it is asked to be."""

    __slots__ = ("_admission", "_is_taken")

    def __init__(self, admission: Admission) -> None:
        self._admission, self._is_taken = admission, True

    def leave(self) -> None:
        """Let another request run."""
        if self._is_taken:
            self._is_taken = False
            self._admission.leave()

    def take_again(self) -> None:
        """Run again after `leave`."""
        if not self._is_taken:
            self._is_taken = True
            self._admission.enter_again()


def caller_of(actor: Actor) -> str:
    """Who shares as one: a tenant with all of its people, or another person."""
    return f"tenant:{actor.tenant}" if actor.tenant else f"{actor.role}:{actor.id}"


PLACE = "aftercare.place"
"""The key of a request's scope under which its `Place` is."""


@contextmanager
def without_place(scope: Scope) -> Iterator[None]:
    """Let another request run in the place of this one, which only waits meanwhile. It runs again afterwards, unless it is cancelled."""
    place: Place | None = scope.get(PLACE)
    if place is None:
        yield
        return
    place.leave()
    yield
    place.take_again()
