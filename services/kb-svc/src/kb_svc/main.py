"""The whole of kb-svc on one screen."""

from aftercare_chassis.service import Service
from aftercare_events.roles import ROLES
from fastapi import FastAPI

from kb_svc import tables
from kb_svc.api import articles, search
from kb_svc.commands import index
from kb_svc.commands.seeds import seed
from kb_svc.consumers import HANDLERS
from kb_svc.settings import Settings


def service(settings: Settings | None = None) -> Service:
    """The service as it is served, relayed and tested."""
    return Service(
        name="kb-svc",
        package="kb_svc",
        settings=settings or Settings(),
        roles=ROLES,
        routers=[articles.router, search.router],
        handlers=HANDLERS,
        workers=index.WORKERS,
        metadata=tables.metadata,
        after_migration=index.reindex,
        commands={"seed": seed},
    )


def app() -> FastAPI:
    """For `uvicorn --factory kb_svc.main:app`."""
    return service().app


def cli() -> None:
    """For the console script."""
    service().cli()
