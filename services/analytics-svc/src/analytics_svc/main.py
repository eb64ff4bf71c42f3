"""The composition of analytics-svc: settings, routes, handlers and the projection of the log."""

from aftercare_chassis.projections.projection import Projection
from aftercare_chassis.service import Service
from aftercare_events.roles import ROLES
from fastapi import FastAPI

from analytics_svc import tables
from analytics_svc.api import metrics, traces
from analytics_svc.consumers import HANDLERS
from analytics_svc.settings import Settings
from analytics_svc.tables.facts import case_facts, dispute_facts, rating_facts, refund_facts
from analytics_svc.tables.traces import trace_events
from analytics_svc.workers import rebuild

PROJECTION = Projection((trace_events, case_facts, refund_facts, dispute_facts, rating_facts), HANDLERS)
"""The tables that are computed from the log alone."""


def service(settings: Settings | None = None) -> Service[Settings]:
    """The service with these settings; with those of the environment where none are given."""
    return Service(
        name="analytics-svc",
        package="analytics_svc",
        settings=settings or Settings(),
        roles=ROLES,
        routers=[traces.router, metrics.router],
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
