"""Further attempts at a command that builds on an event which may still be on its way, so that no client has to retry.

A refusal with `awaits` has rolled its transaction back and released its connection. The request waits for the next event
of that aggregate; then the whole command runs again, with its Idempotency-Key, until it succeeds, is refused for another
reason, or WAIT_SECONDS have passed since its first attempt. An object that the actor may not see is waited for like one
that does not exist, so that the time of the response does not reveal that it exists.
"""

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import Request, Response

from aftercare_chassis.http.admission import PLACE, caller_of
from aftercare_chassis.http.metrics import RequestMetrics
from aftercare_chassis.http.request_body import Disconnected
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.refusals import Refusal
from aftercare_chassis.runtime import Runtime

WAIT_SECONDS = 1.0
MAX_WAITING = 100
"""Requests of one process that wait at a time. One more of a caller waits only while the caller has fewer than are free: alone it has
half of them, beside another one a third, and so on. Others are refused at once."""


async def attempt(request: Request, actor: Actor, attempted: Callable[[], Awaitable[Response]]) -> Response:
    """The response of `attempted`, after further attempts where it is refused because an event may be on its way.

    Raises: as `retry`.
    """
    started_at = asyncio.get_running_loop().time()
    try:
        return await attempted()
    except Refusal as refusal:
        if refusal.awaits is None:
            raise
        return await retry(request, actor, attempted, refusal, started_at)


async def retry(
    request: Request, actor: Actor, attempt: Callable[[], Awaitable[Response]], refusal: Refusal, started_at: float
) -> Response:
    """The response of a further `attempt` for the actor, after `refusal` ended the first one.

    `started_at` is the event loop's time of the first attempt.

    Raises:
        Refusal: the last one, where the time has passed or it awaits nothing.
        Disconnected: the client went away.
    """
    runtime: Runtime = request.app.state.runtime
    caller = caller_of(actor)
    if runtime.waiting_of[caller] >= MAX_WAITING - runtime.waiting:
        raise refusal
    runtime.waiting_of[caller] += 1
    metrics = runtime.metrics.of(RequestMetrics)
    wait = _Wait(request, started_at)
    try:
        while refusal.awaits is not None and await wait.next_event(refusal.awaits):
            try:
                response = await attempt()
            except Refusal as again:
                refusal = again
            else:
                metrics.waited(wait.seconds, arrived=True)
                return response
        metrics.waited(wait.seconds, arrived=False)
        raise refusal
    finally:
        wait.end()
        runtime.waiting_of[caller] -= 1
        if not runtime.waiting_of[caller]:
            del runtime.waiting_of[caller]


class _Wait:
    """The time that one request may wait, and whether its client is still connected."""

    def __init__(self, request: Request, started_at: float) -> None:
        self._request, self._runtime = request, request.app.state.runtime
        self._loop, self._started_at = asyncio.get_running_loop(), started_at
        self._end = started_at + min(WAIT_SECONDS, self._runtime.settings.request_seconds / 2)
        self._disconnected = asyncio.create_task(_disconnected(request))
        self._handled: dict[str, int] = {}  # the number of the last event of each aggregate that ended a wait

    @property
    def seconds(self) -> float:
        """Seconds since the first attempt."""
        return self._loop.time() - self._started_at

    async def next_event(self, aggregate: str) -> bool:
        """True once a further event of the aggregate has been handled, False where the time has passed. Meanwhile another request may run.

        Raises: Disconnected.
        """
        place = self._request.scope.get(PLACE)
        if place is not None:
            place.leave()
        reached = asyncio.create_task(self._runtime.progress.beyond(aggregate, self._handled.get(aggregate, 0)))
        try:
            left = self._end - self._loop.time()
            await asyncio.wait((reached, self._disconnected), timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if self._disconnected.done():
                raise Disconnected
            number = reached.result() if reached.done() else None
        finally:
            reached.cancel()
        if number is not None:
            self._handled[aggregate] = number
            if place is not None:
                place.take_again()
        return number is not None

    def end(self) -> None:
        """Stop to listen for the disconnection."""
        self._disconnected.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
