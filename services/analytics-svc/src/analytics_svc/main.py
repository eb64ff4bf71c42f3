"""analytics-svc: the traceability record and the after-sales figures."""

import sys

from aftercare_chassis.replay import Unreadable
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.service import Service
from fastapi import FastAPI

from analytics_svc import commands, projections, tables
from analytics_svc.api import metrics, traces
from analytics_svc.consumers import HANDLERS
from analytics_svc.settings import Settings


def service(settings: Settings | None = None) -> Service:
    """The whole service on one screen."""
    return Service(
        name="analytics-svc",
        package="analytics_svc",
        settings=settings or Settings(),
        routers=[traces.router, metrics.router],
        handlers=HANDLERS,
        metadata=tables.metadata,
        commands={"rebuild": rebuild},
    )


async def rebuild(runtime: Runtime) -> int:
    """Fold the whole log again and compare the result with what is kept: 0 identical, 1 different, 2 not possible."""
    try:
        compared = await commands.rebuild(runtime, projections.keep)
    except Unreadable as error:
        print(f"rebuild: {error}", file=sys.stderr)
        return 2
    for each in compared:
        verdict = "same" if each.live == each.rebuilt else "DIFFERENT"
        print(f"{each.table:<14} live    {each.live.rows:>8} rows {each.live.sha256}")
        print(f"{'':<14} rebuilt {each.rebuilt.rows:>8} rows {each.rebuilt.sha256}  {verdict}")
    return 0 if all(each.live == each.rebuilt for each in compared) else 1


def app() -> FastAPI:
    """The application, for `uvicorn --factory analytics_svc.main:app`."""
    return service().app


def cli() -> None:
    """The command line: serve, relay, consume, migrate, all, rebuild."""
    service().cli()
