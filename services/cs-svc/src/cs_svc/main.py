"""The composition of cs-svc: settings, routes, handlers and timers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx
from aftercare_chassis.database.audit import Audit
from aftercare_chassis.http.partner_client import PartnerClient
from aftercare_chassis.jobs.retention import Retention
from aftercare_chassis.jobs.workers import Worker
from aftercare_chassis.projections.projection import Projection
from aftercare_chassis.service import Service
from aftercare_events.roles import AUDITED, ROLES
from aftercare_language.embeddings import Embedder, EmbeddingsClient, NoEmbedder
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
    files,
    identities,
    queues,
    ratings,
    sla,
)
from cs_svc.api.live import router as live_router
from cs_svc.commands import deadlines
from cs_svc.consumers import FACTS, HANDLERS
from cs_svc.domain.channels import Channel
from cs_svc.integrations.bot_reading import BotReading
from cs_svc.integrations.channels.email.mailbox import ImapAccount, Mailbox
from cs_svc.integrations.channels.email.reading import EmailReading
from cs_svc.integrations.channels.email.sending import EmailSending, SmtpAccount
from cs_svc.integrations.channels.email.tokens import Tokens
from cs_svc.integrations.channels.port import ReadingChannel, SendingChannel
from cs_svc.settings import Settings
from cs_svc.workers.answer_figures import ANSWER_FIGURES, AnswerMetrics
from cs_svc.workers.bot_training import Training
from cs_svc.workers.channel_deliveries import ChannelDeliveries
from cs_svc.workers.channel_inbox import ChannelInbox
from cs_svc.workers.mailbox import MailboxWorker
from cs_svc.workers.routing import QUEUES
from cs_svc.workers.seeds import Seeding
from cs_svc.workers.sla import SLA_CALENDARS, SLA_FIGURES, SlaMetrics

_TRAINING_SECONDS = 30.0
"""How long a request for the vectors of a batch of examples may take."""

_INBOX: Retention[Settings] = Retention(
    "channel_inbox", "finished_at", lambda settings: timedelta(hours=settings.channel_inbox_hours)
)


def service(
    settings: Settings | None = None,
    *,
    embeddings_transport: httpx.AsyncBaseTransport | None = None,
    channels: Mapping[Channel, SendingChannel] | None = None,
) -> Service[Settings]:
    """The service with these settings, with those of the environment where none are given; `channels` are for tests, in place of those of the
    settings."""
    settings = settings or Settings()
    connected = connected_channels(settings)
    sending = connected.sending if channels is None else channels
    client = (
        PartnerClient(timeout=_TRAINING_SECONDS, transport=embeddings_transport) if settings.embeddings_url else None
    )
    reading = BotReading(
        _embedder(settings, client, settings.embeddings_seconds), _embedder(settings, client, _TRAINING_SECONDS)
    )
    training = Training(reading)
    return Service(
        name="cs-svc",
        package="cs_svc",
        settings=settings,
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
            bot.asking(reading),
            agents.router,
            queues.router,
            sla.router,
            identities.router,
            files.router,
        ],
        handlers=HANDLERS,
        deadlines=deadlines.DEADLINES,
        workers=(
            ANSWER_FIGURES,
            training.worker(),
            QUEUES,
            SLA_CALENDARS,
            SLA_FIGURES,
            ChannelDeliveries(sending).worker(),
            ChannelInbox(connected.reading).worker(),
            *connected.workers,
        ),
        retention=[_INBOX],
        log_fields=("source",),
        figures=(AnswerMetrics, SlaMetrics),
        resources=[
            *((client,) if client else ()),
            *(each for channel in sending.values() for each in channel.resources),
        ],
        metadata=tables.metadata,
        commands={"seed": Seeding(training).seed},
        projection=Projection(tables.COPIED, FACTS),
    )


def _embedder(settings: Settings, client: PartnerClient | None, seconds: float) -> Embedder:
    if client is None or settings.embeddings_url is None:
        return NoEmbedder()
    return EmbeddingsClient(client, url=settings.embeddings_url, model=settings.embeddings_model, timeout=seconds)


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels whose accounts are set, and what runs for them."""

    sending: Mapping[Channel, SendingChannel]
    reading: Mapping[Channel, ReadingChannel]
    workers: tuple[Worker[Settings], ...]


def connected_channels(settings: Settings) -> Channels:
    """The channels of these settings."""
    if not settings.email_address:
        return Channels({}, {}, ())
    tokens = Tokens(settings.signing_key)
    smtp = SmtpAccount(
        host=settings.email_smtp_host,
        port=settings.email_smtp_port,
        security=settings.email_smtp_security,
        username=settings.email_smtp_username,
        password=settings.email_smtp_password,
    )
    imap = ImapAccount(
        host=settings.email_imap_host,
        port=settings.email_imap_port,
        security=settings.email_imap_security,
        username=settings.email_imap_username,
        password=settings.email_imap_password,
    )
    sending = EmailSending(account=smtp, address=settings.email_address, name=settings.email_name, tokens=tokens)
    reading = EmailReading(tokens, settings.email_address, settings.email_authserv_id)
    mailbox = MailboxWorker(Mailbox(imap), settings.email_poll_seconds)
    return Channels({Channel.EMAIL: sending}, {Channel.EMAIL: reading}, (mailbox.worker(),))


def app() -> FastAPI:
    """For `uvicorn --factory cs_svc.main:app`."""
    return service().app


def cli() -> None:
    """`cs-svc serve | relay | consume | migrate | all | parked … | replay`."""
    service().cli()
