"""The composition of kb-svc: settings, routes and workers."""

from datetime import timedelta

import httpx
from aftercare_chassis.database.audit import Audit
from aftercare_chassis.http.partner_client import PartnerClient
from aftercare_chassis.jobs.retention import Retention
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.service import Service
from aftercare_events.roles import AUDITED, ROLES
from aftercare_language.embeddings import Embedder, EmbeddingsClient, NoEmbedder
from aftercare_language.synonyms import default
from fastapi import FastAPI

from kb_svc import tables
from kb_svc.api import approvals, articles, feedback, imports, notices, search, synonyms, unanswered, versions
from kb_svc.commands.versions import DEADLINES
from kb_svc.consumers import HANDLERS
from kb_svc.queries.synonyms import CurrentSynonyms
from kb_svc.settings import Settings
from kb_svc.workers.embeddings import Embedding
from kb_svc.workers.imports import PUBLISHING, export_file, import_file
from kb_svc.workers.search_index import REINDEXING, reindex
from kb_svc.workers.seeds import seed
from kb_svc.workers.texts import TEXT_PUBLICATION, publish


async def _after_migration(runtime: Runtime[Settings]) -> None:
    """Complete what older builds have published: terms of the search, and words in events."""
    await reindex(runtime)
    await publish(runtime)


_FEEDBACK: Retention[Settings] = Retention("article_feedback", "changed_at", lambda _: timedelta(days=730))
"""Who found what of an article is deleted after two years; the counts stay."""
_QUESTIONS: Retention[Settings] = Retention("unanswered_questions", "last_asked_at", lambda _: timedelta(days=180))
_SECONDS = 30.0
"""How long a request of the worker may take: a batch of passages."""


def service(
    settings: Settings | None = None, *, embeddings_transport: httpx.AsyncBaseTransport | None = None
) -> Service[Settings]:
    """The service with these settings; with those of the environment where none are given."""
    settings = settings or Settings()
    client = PartnerClient(timeout=_SECONDS, transport=embeddings_transport) if settings.embeddings_url else None
    searching, indexing = (_embedder(settings, client, seconds) for seconds in (settings.embeddings_seconds, _SECONDS))
    return Service(
        name="kb-svc",
        package="kb_svc",
        settings=settings,
        roles=ROLES,
        audit=Audit(AUDITED),
        routers=[
            imports.router,
            articles.router,
            versions.router,
            approvals.router,
            notices.router,
            feedback.router,
            unanswered.router,
            synonyms.router,
            search.router(searching, CurrentSynonyms(default())),
        ],
        handlers=HANDLERS,
        workers=(REINDEXING, TEXT_PUBLICATION, PUBLISHING, *([Embedding(indexing).worker()] if client else [])),
        deadlines=DEADLINES,
        retention=[_FEEDBACK, _QUESTIONS],
        resources=(client,) if client else (),
        metadata=tables.metadata,
        after_migration=_after_migration,
        commands={"seed": seed, "import": import_file, "export": export_file},
    )


def _embedder(settings: Settings, client: PartnerClient | None, seconds: float) -> Embedder:
    if client is None or settings.embeddings_url is None:
        return NoEmbedder()
    return EmbeddingsClient(client, url=settings.embeddings_url, model=settings.embeddings_model, timeout=seconds)


def app() -> FastAPI:
    """For `uvicorn --factory kb_svc.main:app`."""
    return service().app


def cli() -> None:
    """`kb-svc serve | relay | consume | migrate | all | parked … | seed | import FILE | export FILE`."""
    service().cli()
