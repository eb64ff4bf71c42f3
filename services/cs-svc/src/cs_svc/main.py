"""The composition of cs-svc: settings, routes, handlers and timers."""

from aftercare_chassis.database.audit import Audit
from aftercare_chassis.projections.projection import Projection
from aftercare_chassis.service import Service
from aftercare_events.roles import AUDITED, ROLES
from fastapi import FastAPI

from cs_svc import tables
from cs_svc.api import (
    agents,
    bot,
    complaints,
    conversations,
    courier_ratings,
    customers,
    feedback,
    queues,
    ratings,
    sla,
)
from cs_svc.api.live import router as live_router
from cs_svc.commands import deadlines
from cs_svc.consumers import FACTS, HANDLERS
from cs_svc.settings import Settings
from cs_svc.workers.answer_figures import ANSWER_FIGURES, AnswerMetrics
from cs_svc.workers.bot_training import BOT_TRAINING
from cs_svc.workers.routing import QUEUES
from cs_svc.workers.sla import SLA_CALENDARS, SLA_FIGURES, SlaMetrics


def service(settings: Settings | None = None) -> Service[Settings]:
    """The service with these settings; with those of the environment where none are given."""
    return Service(
        name="cs-svc",
        package="cs_svc",
        settings=settings or Settings(),
        roles=ROLES,
        audit=Audit(AUDITED),
        routers=[
            live_router(),
            conversations.router,
            complaints.router,
            feedback.router,
            ratings.router,
            courier_ratings.router,
            customers.router,
            bot.router,
            agents.router,
            queues.router,
            sla.router,
        ],
        handlers=HANDLERS,
        deadlines=deadlines.DEADLINES,
        workers=(ANSWER_FIGURES, BOT_TRAINING, QUEUES, SLA_CALENDARS, SLA_FIGURES),
        figures=(AnswerMetrics, SlaMetrics),
        metadata=tables.metadata,
        projection=Projection(tables.COPIED, FACTS),
    )


def app() -> FastAPI:
    """For `uvicorn --factory cs_svc.main:app`."""
    return service().app


def cli() -> None:
    """`cs-svc serve | relay | consume | migrate | all | parked … | replay`."""
    service().cli()
