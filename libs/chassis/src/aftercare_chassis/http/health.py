"""Probes and figures: /livez touches nothing outside, /readyz looks at the database once a second at the most."""

import asyncio
import time

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from aftercare_chassis.database.errors import DATABASE_ERRORS
from aftercare_chassis.observability import metrics
from aftercare_chassis.runtime import Runtime

_CACHED_SECONDS = 1.0
_DATABASE_SECONDS = 2.0
_WRITABLE = "SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off'"


class Readiness:
    """Whether this process may be given work: its database takes writes and has a schema that this build works with."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._looked_at = -_CACHED_SECONDS
        self._lock = asyncio.Lock()
        self.started = False
        self.trouble: str | None = "starting"

    async def look(self) -> str | None:
        """None when ready, else why not; asks the database once a second at the most."""
        async with self._lock:
            if time.monotonic() - self._looked_at >= _CACHED_SECONDS:
                self.trouble = await self._ask()
                self.started = self.started or self.trouble is None
                self._looked_at = time.monotonic()
            return self.trouble

    async def _ask(self) -> str | None:
        pool = self._runtime.pool
        try:
            async with pool.acquire(timeout=_DATABASE_SECONDS) as connection:
                if not await connection.fetchval(_WRITABLE, timeout=_DATABASE_SECONDS):
                    return "database_read_only"
                return await self._runtime.revisions.mismatch(connection)
        except TimeoutError:
            # Every connection busy is work, not illness: keep the last verdict.
            return self.trouble if pool.get_size() and not pool.get_idle_size() else "database_slow"
        except DATABASE_ERRORS:
            return "database_unreachable"


def router(runtime: Runtime, *, watched: bool) -> APIRouter:
    """/livez, /readyz, /startupz and /metrics of a process.

    `watched`: a consumer or relay that is stuck makes the process unready. Not so where it also answers requests: what
    Kafka does must not keep customers out. None of it ends a life, for a restart heals nothing that a new client does not.
    """
    routes = APIRouter(include_in_schema=False)
    readiness = Readiness(runtime)

    @routes.get("/livez")
    async def livez() -> Response:
        return _verdict({})

    @routes.get("/readyz")
    async def readyz() -> Response:
        asked = {name: watchdog() for name, watchdog in runtime.watchdogs.items()} if watched else {}
        asked["database"] = await readiness.look()
        return _verdict({name: why for name, why in asked.items() if why is not None})

    @routes.get("/startupz")
    async def startupz() -> Response:
        trouble = None if readiness.started else await readiness.look()
        return _verdict({"database": trouble} if trouble else {})

    @routes.get("/metrics")
    async def figures() -> Response:
        return Response(runtime.metrics.exposition(), media_type=metrics.CONTENT_TYPE)

    return routes


def _verdict(troubles: dict[str, str]) -> Response:
    if troubles:
        return JSONResponse({"status": "failing", "why": troubles}, status_code=503)
    return JSONResponse({"status": "ok"})
