"""Commands that build on an event which may still be on its way: the server tries them again, so that no client has to.

A refusal that says what it `awaits` has rolled its transaction back and returned its connection. The request waits for the
next event of that aggregate; then the whole command runs again, its Idempotency-Key included, until it succeeds, is refused
for another reason, or `WAIT_SECONDS` have passed since its first try. A foreign object is waited for like an unknown one.
"""

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import Request, Response

from aftercare_chassis.http.metrics import RequestMetrics
from aftercare_chassis.http.request_body import Disconnected
from aftercare_chassis.refusals import Refusal
from aftercare_chassis.runtime import Runtime

WAIT_SECONDS = 1.0
MOST = 100  # requests of one process that wait at a time; any more are refused at once


async def retry(
    request: Request, attempt: Callable[[], Awaitable[Response]], refusal: Refusal, began: float
) -> Response:
    """The answer of `attempt`, which was refused, once what the refusal awaits has arrived.

    `began` is the loop's time of the first try. Raises: the last refusal, Disconnected.
    """
    runtime: Runtime = request.app.state.runtime
    if runtime.waiting >= MOST:
        raise refusal
    runtime.waiting += 1
    metrics = runtime.metrics.of(RequestMetrics)
    wait = _Wait(request, began)
    try:
        while refusal.awaits is not None and await wait.arrival(refusal.awaits):
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
        runtime.waiting -= 1


class _Wait:
    """The time that one request may wait, and whether its client is still there."""

    def __init__(self, request: Request, began: float) -> None:
        self._runtime: Runtime = request.app.state.runtime
        self._loop, self._began = asyncio.get_running_loop(), began
        self._end = began + min(WAIT_SECONDS, self._runtime.settings.request_seconds / 2)
        self._gone = asyncio.create_task(_disconnected(request))
        self._seen: dict[str, int] = {}

    @property
    def seconds(self) -> float:
        """Since the first try."""
        return self._loop.time() - self._began

    async def arrival(self, aggregate: str) -> bool:
        """True once another event of the aggregate has been handled, False where the time is over; Disconnected."""
        seen = self._seen.get(aggregate, 0)
        reached = asyncio.create_task(self._runtime.progress.beyond(aggregate, seen))
        try:
            left = self._end - self._loop.time()
            await asyncio.wait((reached, self._gone), timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if self._gone.done():
                raise Disconnected
            number = reached.result() if reached.done() else None
        finally:
            reached.cancel()
        if number is not None:
            self._seen[aggregate] = number
        return number is not None

    def end(self) -> None:
        self._gone.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
