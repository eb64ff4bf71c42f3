"""The composition of kb-svc: settings, routes and workers."""

from aftercare_chassis.database.audit import Audit
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.service import Service
from aftercare_events.roles import AUDITED, ROLES
from fastapi import FastAPI

from kb_svc import tables
from kb_svc.api import articles, search
from kb_svc.consumers import HANDLERS
from kb_svc.settings import Settings
from kb_svc.workers.search_index import REINDEXING, reindex
from kb_svc.workers.seeds import seed
from kb_svc.workers.texts import TEXT_PUBLICATION, publish


async def _after_migration(runtime: Runtime[Settings]) -> None:
    """Complete what older builds have published: terms of the search, and words in events."""
    await reindex(runtime)
    await publish(runtime)


def service(settings: Settings | None = None) -> Service[Settings]:
    """The service with these settings; with those of the environment where none are given."""
    return Service(
        name="kb-svc",
        package="kb_svc",
        settings=settings or Settings(),
        roles=ROLES,
        audit=Audit(AUDITED),
        routers=[articles.router, search.router],
        handlers=HANDLERS,
        workers=(REINDEXING, TEXT_PUBLICATION),
        metadata=tables.metadata,
        after_migration=_after_migration,
        commands={"seed": seed},
    )


def app() -> FastAPI:
    """For `uvicorn --factory kb_svc.main:app`."""
    return service().app


def cli() -> None:
    """`kb-svc serve | relay | consume | migrate | all | parked … | seed`."""
    service().cli()
