"""order-svc: orders, payments and refunds, parcels and the couriers that carry them."""

from collections.abc import Mapping
from datetime import timedelta

import httpx
from aftercare_chassis.jobs.retention import Retention
from aftercare_chassis.service import Service
from aftercare_events.roles import ROLES
from fastapi import APIRouter, FastAPI

from order_svc import tables
from order_svc.api import (
    courier_endpoints,
    courier_webhooks,
    orders,
    parcels,
    partner_inbox,
    payment_webhooks,
    payments,
)
from order_svc.commands import deadlines
from order_svc.consumers import HANDLERS
from order_svc.integrations.couriers.port import Courier
from order_svc.integrations.couriers.standard_webhooks import StandardWebhooks
from order_svc.integrations.couriers.zto import Zto
from order_svc.integrations.payments.port import PaymentProvider
from order_svc.integrations.payments.simulator import Simulator
from order_svc.settings import Settings
from order_svc.workers.partner_inbox import PartnerInbox
from order_svc.workers.provider_calls import ProviderCalls

_LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=5)
_INBOX: Retention[Settings] = Retention(
    "partner_inbox", "finished_at", lambda settings: timedelta(hours=settings.partner_inbox_hours)
)


def service(
    settings: Settings | None = None, *, simulator_transport: httpx.AsyncBaseTransport | None = None
) -> Service[Settings]:
    """The composition of the service. `simulator_transport` is for tests, in whose process the provider runs."""
    settings = settings or Settings()
    providers = payment_providers(settings, simulator_transport)
    couriers: Mapping[str, Courier] = {each.partner: each for each in (StandardWebhooks(), Zto())}
    return Service(
        name="order-svc",
        package="order_svc",
        settings=settings,
        roles=ROLES,
        routers=_routers(couriers, providers),
        handlers=HANDLERS,
        deadlines=deadlines.DEADLINES,
        workers=(ProviderCalls(providers).worker(), *PartnerInbox(couriers, providers).workers()),
        retention=[_INBOX],
        metadata=tables.metadata,
        log_fields=("partner", "push", "source"),
        resources=[each for provider in providers.values() for each in provider.resources],
    )


def _routers(couriers: Mapping[str, Courier], providers: Mapping[str, PaymentProvider]) -> list[APIRouter]:
    """The routes, in the order of the OpenAPI document."""
    return [
        orders.router,
        payments.router(providers),
        parcels.router,
        payment_webhooks.router(providers),
        partner_inbox.callbacks,
        courier_endpoints.router(couriers),
        partner_inbox.pushes,
        courier_webhooks.router(couriers),
    ]


def payment_providers(
    settings: Settings, simulator_transport: httpx.AsyncBaseTransport | None = None
) -> Mapping[str, PaymentProvider]:
    """The payment providers by their names, which are part of the addresses they call back to.

    Each has a client of its own, because time limits, certificates and connections are agreed with each provider.
    """
    client = httpx.AsyncClient(transport=simulator_transport, timeout=10, limits=_LIMITS)
    webhooks = f"{settings.public_url.rstrip('/')}/v1/payment-webhooks"
    url, secret = settings.payment_simulator_url, settings.payment_webhook_secret
    return {"simulator": Simulator(client, url=url, callback_url=f"{webhooks}/simulator", secret=secret)}


def app() -> FastAPI:
    """The application, for `uvicorn --factory order_svc.main:app`."""
    return service().app


def cli() -> None:
    """The command line: serve, relay, consume, migrate, all."""
    service().cli()
