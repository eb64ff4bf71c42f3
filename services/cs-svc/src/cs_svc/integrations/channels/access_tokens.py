"""Access tokens of platforms: one per process, fetched again before it ends."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

_EARLY = timedelta(minutes=5)
"""A token is fetched again so long before its end: WeChat and QQ keep the one before valid for a while."""
_EARLIEST = 0.2


class TokenUnavailable(Exception):
    """The platform gives no token; the text is a code."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token, and for how many seconds it is valid."""

    value: str
    seconds: float


class AccessTokens:
    """Gives the token that is valid now. `fetch` asks the platform for one, which gives several processes the same one."""

    def __init__(self, fetch: Callable[[], Awaitable[Token]]) -> None:
        self._fetch, self._lock = fetch, asyncio.Lock()
        self._value = ""
        self._until: datetime | None = None

    async def get(self, now: datetime) -> str:
        """The token. Raises: TokenUnavailable."""
        async with self._lock:
            if not self._value or self._until is None or now >= self._until:
                fetched = await self._fetch()
                valid = timedelta(seconds=fetched.seconds)
                self._value = fetched.value
                # Of a short token the last fifth is left: to fetch it at every call would end at the limits of the platform.
                self._until = now + max(valid - _EARLY, valid * _EARLIEST)
            return self._value

    def forget(self, value: str) -> None:
        """The platform has refused this token: another process may have replaced it."""
        if self._value == value:
            self._value = ""
