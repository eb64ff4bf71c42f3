"""analytics-svc: the traceability record and the after-sales figures."""

from aftercare_chassis.service import Service
from aftercare_events.roles import ROLES
from fastapi import FastAPI

from analytics_svc import commands, tables
from analytics_svc.api import metrics, traces
from analytics_svc.consumers import HANDLERS
from analytics_svc.settings import Settings


def service(settings: Settings | None = None) -> Service:
    """The whole service on one screen."""
    return Service(
        name="analytics-svc",
        package="analytics_svc",
        settings=settings or Settings(),
        roles=ROLES,
        routers=[traces.router, metrics.router],
        handlers=HANDLERS,
        metadata=tables.metadata,
        projection=commands.PROJECTION,
        commands={"rebuild": commands.rebuild},
    )


def app() -> FastAPI:
    """The application, for `uvicorn --factory analytics_svc.main:app`."""
    return service().app


def cli() -> None:
    """The command line: serve, relay, consume, migrate, all, parked, replay, rebuild."""
    service().cli()
