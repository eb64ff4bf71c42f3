"""aftersale-svc: after-sale cases and the disputes about them."""

from aftercare_chassis.projections.projection import Projection
from aftercare_chassis.service import Service
from aftercare_events.roles import ROLES
from fastapi import FastAPI

from aftersale_svc import tables
from aftersale_svc.api import (
    bulk,
    case_rules,
    cases,
    consultations,
    disputes,
    openings,
    options,
    previews,
    returns,
    reviews,
    work_lists,
)
from aftersale_svc.commands import deadlines
from aftersale_svc.consumers import FACTS, HANDLERS
from aftersale_svc.settings import Settings


def service(settings: Settings | None = None) -> Service[Settings]:
    """The composition of the service: its settings, routes, handlers, timers and tables."""
    return Service(
        name="aftersale-svc",
        package="aftersale_svc",
        settings=settings or Settings(),
        roles=ROLES,
        routers=[
            cases.router,
            bulk.router,
            reviews.router,
            returns.router,
            consultations.router,
            disputes.router,
            openings.router,
            options.router,
            previews.router,
            work_lists.router,
            case_rules.router,
        ],
        handlers=HANDLERS,
        deadlines=deadlines.DEADLINES,
        metadata=tables.metadata,
        projection=Projection(tables.COPIED, FACTS),
    )


def app() -> FastAPI:
    """The application, for `uvicorn --factory aftersale_svc.main:app`."""
    return service().app


def cli() -> None:
    """The command line: serve, relay, consume, migrate, all, parked …, replay."""
    service().cli()
