"""A limit on the requests of a caller per time, shown in the headers `RateLimit` and `RateLimit-Policy`.

Requests are counted in the memory of one process, and the limit protects that process. With N processes behind a load balancer a
caller may make up to N times as many requests in total, and loses its count when a process restarts. A limit on a
caller over all processes belongs to the gateway in front of them.
"""

import math
import time

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

MOST_COUNTED = 100_000
"""Counters in memory, two per caller. Beyond them all counts begin at 0: who calls from so many addresses is not limited by any of them."""


class RateLimit:
    """A limit such as `600/minute`, counted per caller inside this process."""

    def __init__(self, limit: str) -> None:
        self._limit = parse(limit)
        self._storage = MemoryStorage()
        self._limiter = SlidingWindowCounterRateLimiter(self._storage)
        policy = f'"default";q={self._limit.amount};w={self._limit.get_expiry()}'
        self._policy = (b"ratelimit-policy", policy.encode())

    def hit(self, caller: str) -> tuple[bool, int, list[tuple[bytes, bytes]]]:
        """Count one request: (whether it is within the limit, seconds until another one will be, headers to send)."""
        if len(self._storage.storage) > MOST_COUNTED:
            self._storage.reset()
        is_within = self._limiter.hit(self._limit, caller)
        stats = self._limiter.get_window_stats(self._limit, caller)
        seconds = max(1, math.ceil(stats.reset_time - time.time()))
        state = f'"default";r={max(0, stats.remaining)};t={seconds}'
        return is_within, seconds, [(b"ratelimit", state.encode()), self._policy]
