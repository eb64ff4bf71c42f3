"""Runs coroutines from synchronous code, also where an event loop is running in the thread (pytest)."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


# A coroutine that is run to its end yields and receives values of the event loop only.
def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run the coroutine on a new event loop in a new thread; its result."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
