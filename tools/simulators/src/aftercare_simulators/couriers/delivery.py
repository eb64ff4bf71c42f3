"""How a partner posts pushes: it reads the response as its own program does, and repeats what was not acknowledged."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple

from aftercare_simulators.couriers.wire import Partner, Request

_GONE = 410


class Reply(NamedTuple):
    """The response of the shop; status 0 where there was none."""

    status: int
    body: bytes


Post = Callable[[Request], Awaitable[Reply]]
Pause = Callable[[float], Awaitable[object]]


@dataclass(slots=True)
class Tally:
    """What has become of the pushes: acknowledged at last, or given up after all tries; `tries` counts every post."""

    acknowledged: int = 0
    given_up: int = 0
    tries: int = 0
    not_posted: int = 0


class Courier:
    """One partner that posts to one address. `pause` waits between the tries, as long as the partner does by default."""

    def __init__(self, partner: Partner, post: Post, *, pause: Pause = asyncio.sleep) -> None:
        self.partner, self.tally, self.is_disabled = partner, Tally(), False
        self._post, self._pause, self._failures = post, pause, 0

    async def deliver(self, request: Request) -> bool:
        """Post the push until it is acknowledged or given up; whether it was acknowledged. A disabled endpoint gets none."""
        if self.is_disabled:
            self.tally.not_posted += 1
            return False
        for seconds in (0.0, *self.partner.pauses):
            if seconds:
                await self._pause(seconds)
            self.tally.tries += 1
            reply = await self._post(request)
            if self.partner.is_acknowledged(*reply):
                self.tally.acknowledged += 1
                self._failures = 0
                return True
            if reply.status == _GONE:
                self.is_disabled = True
                break
        self._give_up()
        return False

    def _give_up(self) -> None:
        self.tally.given_up += 1
        self._failures += 1
        limit = self.partner.gives_up_after
        self.is_disabled = self.is_disabled or (limit is not None and self._failures >= limit)
