"""The figures of the process's event loop: how late it is, which every request, event and timer is then as well."""

import asyncio
import threading

from prometheus_client import CollectorRegistry, Gauge, Histogram

_EVERY_SECONDS = 0.5
_LATE_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)


class EventLoopMetrics:
    """Lateness and threads; memory, processor time and open files are prometheus_client's own `process_…` figures."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._late = Histogram(
            "aftercare_event_loop_late_seconds",
            "By how much a sleep of half a second took longer, one after the other.",
            buckets=_LATE_SECONDS,
            registry=registry,
        )
        threads = Gauge("aftercare_threads", "Threads of the interpreter.", registry=registry)
        threads.set_function(threading.active_count)

    async def measure(self, stop: asyncio.Event) -> None:
        """Measure until `stop` is set."""
        loop = asyncio.get_running_loop()
        while not stop.is_set():
            began_at = loop.time()
            await asyncio.sleep(_EVERY_SECONDS)
            self._late.observe(max(0.0, loop.time() - began_at - _EVERY_SECONDS))
