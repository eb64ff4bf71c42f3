"""Runs a loop of a service while a block measures it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Loop = Callable[[asyncio.Event], Awaitable[None]]


@asynccontextmanager
async def in_background(loop: Loop) -> AsyncIterator[None]:
    """Run the loop until the block ends, and raise its exception then."""
    stop = asyncio.Event()
    task = asyncio.ensure_future(loop(stop))
    try:
        yield
    finally:
        stop.set()
        await task
