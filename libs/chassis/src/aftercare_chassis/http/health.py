"""Probes and metrics. /livez uses nothing outside the process, /readyz asks the database at most once a second."""

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
    """Whether the process can serve: its database accepts writes and has a schema that this build works with."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._checked_at = -_CACHED_SECONDS
        self._lock = asyncio.Lock()
        self.started = False
        self.reason: str | None = "starting"

    async def check(self) -> str | None:
        """None where the process is ready, else the reason why not; at most one second old."""
        async with self._lock:
            if time.monotonic() - self._checked_at >= _CACHED_SECONDS:
                self.reason = await self._ask()
                self.started = self.started or self.reason is None
                self._checked_at = time.monotonic()
            return self.reason

    async def _ask(self) -> str | None:
        pool = self._runtime.pool
        try:
            async with pool.acquire(timeout=_DATABASE_SECONDS) as connection:
                if not await connection.fetchval(_WRITABLE, timeout=_DATABASE_SECONDS):
                    return "database_read_only"
                return await self._runtime.revisions.mismatch(connection)
        except TimeoutError:
            # All connections are in use: that is load and no fault, so the last result stays.
            return self.reason if pool.get_size() and not pool.get_idle_size() else "database_slow"
        except DATABASE_ERRORS:
            return "database_unreachable"


def router(runtime: Runtime, *, watched: bool) -> APIRouter:
    """/livez, /readyz, /startupz and /metrics of a process.

    `watched`: a consumer or relay that makes no progress makes the process unready. A process that also serves requests is
    not watched: a fault of Kafka must not make its API unavailable. Liveness depends on none of it, since a restart would
    repair nothing.
    """
    routes = APIRouter(include_in_schema=False)
    readiness = Readiness(runtime)

    @routes.get("/livez")
    async def livez() -> Response:
        return _response({})

    @routes.get("/readyz")
    async def readyz() -> Response:
        reasons = {name: watchdog() for name, watchdog in runtime.watchdogs.items()} if watched else {}
        reasons["database"] = await readiness.check()
        return _response({name: reason for name, reason in reasons.items() if reason is not None})

    @routes.get("/startupz")
    async def startupz() -> Response:
        reason = None if readiness.started else await readiness.check()
        return _response({"database": reason} if reason else {})

    @routes.get("/metrics")
    async def exposition() -> Response:
        return Response(runtime.metrics.exposition(), media_type=metrics.CONTENT_TYPE)

    return routes


def _response(reasons: dict[str, str]) -> Response:
    if reasons:
        return JSONResponse({"status": "failing", "why": reasons}, status_code=503)
    return JSONResponse({"status": "ok"})
