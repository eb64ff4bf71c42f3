"""Makes aiokafka wait a little between two fetches from one broker, so that records gather on the broker meanwhile.

Without it, a consumer fetches again as soon as it has taken what it fetched, and the broker answers with the first record
that arrives. At a hundred events a second each event is then a fetch, with an entry for every partition in the request, and
a transaction of its own. A record that arrives after a quiet time is delivered at once; at high load a pause is over before
the records of the last fetch are handled.

aiokafka 0.14 has no such setting: `fetch_min_bytes` with `fetch_max_wait_ms` delays the first record of a quiet time, too.
To be removed when it has one.
"""

import asyncio
import time
from typing import Any

from aiokafka.consumer.fetcher import Fetcher

PAUSE_SECONDS = 0.025
"""From the answer to a fetch until the next one; a record waits that long at most."""


class PacedFetcher(Fetcher):  # type: ignore[misc]
    """A fetcher that pauses between fetches."""

    # Any: aiokafka is not typed.
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._not_before: dict[int, float] = {}
        super().__init__(*args, **kwargs)

    async def _proc_fetch_request(self, assignment: Any, node_id: int, request: Any) -> bool:
        pause = self._not_before.get(node_id, 0.0) - time.monotonic()
        if pause > 0:
            try:
                await asyncio.sleep(pause)
            except asyncio.CancelledError:
                return False  # as the original does during its request: `close` awaits the tasks that it cancels
        found: bool = await super()._proc_fetch_request(assignment, node_id, request)
        self._not_before[node_id] = time.monotonic() + PAUSE_SECONDS
        return found
