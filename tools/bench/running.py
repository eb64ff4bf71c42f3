"""Loops of ours that run beside the block that watches them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Loop = Callable[[asyncio.Event], Awaitable[None]]


@asynccontextmanager
async def running(loop: Loop) -> AsyncIterator[None]:
    """The loop runs until the block ends; what it fails with is raised then."""
    stop = asyncio.Event()
    task = asyncio.ensure_future(loop(stop))
    try:
        yield
    finally:
        stop.set()
        await task
