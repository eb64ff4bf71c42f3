"""Waiting in tests: for a condition, with a time limit, and never for a fixed time."""

import asyncio
from collections.abc import Awaitable, Callable


async def until(condition: Callable[[], Awaitable[object]], what: str, seconds: float = 30) -> None:
    """Return as soon as `condition` holds. Raises: AssertionError, which names `what`, where it does not in time."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not await condition():
        assert asyncio.get_running_loop().time() < deadline, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.02)
