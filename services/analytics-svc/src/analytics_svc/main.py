"""The composition of analytics-svc: settings, routes, handlers and the projection of the log."""

from aftercare_chassis.projections.projection import Projection
from aftercare_chassis.service import Service
from aftercare_events.roles import ROLES
from fastapi import FastAPI

from analytics_svc import tables
from analytics_svc.api import audit, metrics, traces
from analytics_svc.consumers import HANDLERS
from analytics_svc.settings import Settings
from analytics_svc.workers import rebuild

PROJECTION = Projection(tables.COPIED, HANDLERS)


def service(settings: Settings | None = None) -> Service[Settings]:
    """The service with these settings; with those of the environment where none are given."""
    return Service(
        name="analytics-svc",
        package="analytics_svc",
        settings=settings or Settings(),
        roles=ROLES,
        routers=[traces.router, metrics.router, audit.router],
        handlers=HANDLERS,
        metadata=tables.metadata,
        projection=PROJECTION,
        commands={"rebuild": rebuild(PROJECTION)},
    )


def app() -> FastAPI:
    """For `uvicorn --factory analytics_svc.main:app`."""
    return service().app


def cli() -> None:
    """`analytics-svc serve | relay | consume | migrate | all | parked … | replay | rebuild`."""
    service().cli()
