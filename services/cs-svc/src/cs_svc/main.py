"""cs-svc: conversations, complaints, feedback and ratings."""

from aftercare_chassis.service import Service
from fastapi import FastAPI

from cs_svc import tables
from cs_svc.api import complaints, conversations, feedback, ratings
from cs_svc.consumers import HANDLERS
from cs_svc.settings import Settings


def service(settings: Settings | None = None) -> Service:
    """The whole service on one screen."""
    return Service(
        name="cs-svc",
        package="cs_svc",
        settings=settings or Settings(),
        routers=[conversations.router, complaints.router, feedback.router, ratings.router],
        handlers=HANDLERS,
        metadata=tables.metadata,
    )


def app() -> FastAPI:
    """The application, for `uvicorn --factory cs_svc.main:app`."""
    return service().app


def cli() -> None:
    """The command line: serve, relay, consume, migrate, all."""
    service().cli()
