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
from aftercare_files import store_routes
from aftercare_files.stores.local import LocalStore
from aftercare_files.stores.port import FileStore
from aftercare_language.embeddings import Embedder, EmbeddingsClient, NoEmbedder
from fastapi import APIRouter, FastAPI

from cs_svc import tables
from cs_svc.api import (
    agents,
    assist,
    attachments,
    bot,
    calls,
    channel_inbox,
    channel_webhooks,
    complaint_cues,
    complaints,
    conversation_ratings,
    conversations,
    courier_ratings,
    customers,
    feedback,
    held_replies,
    identities,
    link_codes,
    merchant_ratings,
    moves,
    notes,
    queues,
    ratings,
    referrals,
    regulator_complaints,
    sla,
    snoozing,
    surveys,
    tags,
)
from cs_svc.api.live import router as live_router
from cs_svc.commands import deadlines
from cs_svc.consumers import FACTS, HANDLERS
from cs_svc.domain.channels import Channel
from cs_svc.integrations.bot_reading import BotReading
from cs_svc.integrations.channels.connected import connected
from cs_svc.integrations.channels.email.mailbox import ImapAccount, Mailbox
from cs_svc.integrations.channels.email.reading import EmailReading
from cs_svc.integrations.channels.email.sending import EmailSending, SmtpAccount
from cs_svc.integrations.channels.email.tokens import Tokens
from cs_svc.integrations.channels.port import MediaChannel, ReadingChannel, SendingChannel
from cs_svc.integrations.channels.pushes import PushingChannel
from cs_svc.integrations.file_store import LOCAL_PREFIX, configured, scanner
from cs_svc.integrations.generator import ChatCompletions
from cs_svc.integrations.wording import Generator, NoGenerator
from cs_svc.settings import Settings
from cs_svc.workers.answer_figures import ANSWER_FIGURES, AnswerMetrics, ForecastMetrics
from cs_svc.workers.attachment_checks import AttachmentChecks
from cs_svc.workers.bot_questions import BOT_QUESTIONS
from cs_svc.workers.bot_training import Training
from cs_svc.workers.bot_turns import BotTurns
from cs_svc.workers.channel_deliveries import ChannelDeliveries
from cs_svc.workers.channel_figures import CHANNEL_FIGURES, ChannelMetrics
from cs_svc.workers.channel_inbox import ChannelInbox
from cs_svc.workers.channel_media import ChannelMedia
from cs_svc.workers.earlier_files import EARLIER_FILES
from cs_svc.workers.link_codes import LinkCodes
from cs_svc.workers.mailbox import MailboxWorker
from cs_svc.workers.routing import QUEUES
from cs_svc.workers.seeds import Seeding
from cs_svc.workers.sla import SLA_CALENDARS, SLA_FIGURES, SlaMetrics

_TRAINING_SECONDS = 30.0
"""How long a request for the vectors of a batch of examples may take."""

_INBOX: Retention[Settings] = Retention(
    "channel_inbox", "finished_at", lambda settings: timedelta(hours=settings.channel_inbox_hours)
)
_LINK_CODES: Retention[Settings] = Retention("link_codes", "expires_at", lambda settings: timedelta(days=1))


def service(
    settings: Settings | None = None,
    *,
    embeddings_transport: httpx.AsyncBaseTransport | None = None,
    generator_transport: httpx.AsyncBaseTransport | None = None,
    channels: Mapping[Channel, SendingChannel] | None = None,
    channels_transport: httpx.AsyncBaseTransport | None = None,
) -> Service[Settings]:
    """The service with these settings, with those of the environment where none are given; `channels` are for tests, in place of those of the
    settings, and `channels_transport` in place of the network."""
    settings = settings or Settings()
    accounts = connected_channels(settings, channels_transport)
    sending = accounts.sending if channels is None else channels
    client = (
        PartnerClient(timeout=_TRAINING_SECONDS, transport=embeddings_transport) if settings.embeddings_url else None
    )
    reading = BotReading(
        _embedder(settings, client, settings.embeddings_seconds), _embedder(settings, client, _TRAINING_SECONDS)
    )
    writing = PartnerClient(transport=generator_transport) if settings.generator_url else None
    generator = _generator(settings, writing)
    training = Training(reading)
    store = configured(settings)
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
            complaints.marking,
            complaint_cues.router,
            regulator_complaints.router,
            feedback.router,
            ratings.router,
            courier_ratings.router,
            merchant_ratings.router,
            conversation_ratings.router,
            surveys.router,
            customers.router,
            bot.router,
            bot.asking(reading, generator),
            bot.handovers,
            agents.router,
            queues.router,
            sla.router,
            identities.router,
            *_attachments(store),
            calls.router,
            channel_inbox.router,
            link_codes.router,
            channel_webhooks.router(accounts.pushing),
            notes.router,
            tags.router,
            snoozing.router,
            moves.router,
            referrals.router,
            held_replies.router,
            assist.router,
            assist.suggesting(reading),
        ],
        handlers=HANDLERS,
        deadlines=deadlines.DEADLINES,
        workers=(
            ANSWER_FIGURES,
            training.worker(),
            BotTurns(reading, generator).worker(),
            BOT_QUESTIONS,
            QUEUES,
            SLA_CALENDARS,
            SLA_FIGURES,
            CHANNEL_FIGURES,
            ChannelDeliveries(sending).worker(),
            LinkCodes(sending).worker(),
            ChannelInbox(accounts.reading).worker(),
            ChannelMedia(accounts.media).worker(),
            AttachmentChecks(store, scanner(settings), settings).worker(),
            EARLIER_FILES,
            *accounts.workers,
        ),
        retention=[_INBOX, _LINK_CODES],
        log_fields=("source",),
        figures=(AnswerMetrics, ForecastMetrics, SlaMetrics, ChannelMetrics),
        resources=[
            *store.resources,
            *((client,) if client else ()),
            *((writing,) if writing else ()),
            *(each for channel in sending.values() for each in channel.resources),
        ],
        metadata=tables.metadata,
        commands={"seed": Seeding(training).seed},
        projection=Projection(tables.COPIED, FACTS),
    )


def _attachments(store: FileStore) -> list[APIRouter]:
    """The routes of attachments, and those of the store where it is a folder of this machine."""
    own = [store_routes.router(store, LOCAL_PREFIX, tag="attachments")] if isinstance(store, LocalStore) else []
    return [attachments.router(store), *own]


def _embedder(settings: Settings, client: PartnerClient | None, seconds: float) -> Embedder:
    if client is None or settings.embeddings_url is None:
        return NoEmbedder()
    return EmbeddingsClient(client, url=settings.embeddings_url, model=settings.embeddings_model, timeout=seconds)


def _generator(settings: Settings, client: PartnerClient | None) -> Generator:
    if client is None or settings.generator_url is None:
        return NoGenerator()
    return ChatCompletions(
        client,
        url=settings.generator_url,
        model=settings.generator_model,
        key=settings.generator_key,
        timeout=settings.generator_seconds,
    )


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels whose accounts are set, and what runs for them."""

    sending: Mapping[Channel, SendingChannel]
    reading: Mapping[Channel, ReadingChannel]
    pushing: Mapping[Channel, PushingChannel]
    media: Mapping[Channel, MediaChannel]
    workers: tuple[Worker[Settings], ...]


def connected_channels(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> Channels:
    """The channels of these settings."""
    others = connected(settings, transport)
    email = _email(settings) if settings.email_address else Channels({}, {}, {}, {}, ())
    return Channels(
        {**email.sending, **others.sending},
        {**email.reading, **others.reading},
        others.pushing,
        others.media,
        email.workers,
    )


def _email(settings: Settings) -> Channels:
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
    return Channels({Channel.EMAIL: sending}, {Channel.EMAIL: reading}, {}, {}, (mailbox.worker(),))


def app() -> FastAPI:
    """For `uvicorn --factory cs_svc.main:app`."""
    return service().app


def cli() -> None:
    """`cs-svc serve | relay | consume | migrate | all | parked … | replay`."""
    service().cli()
