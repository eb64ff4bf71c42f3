"""order-svc: orders, payments and refunds, parcels and the couriers that carry them."""

from aftercare_chassis.service import Service
from aftercare_events.roles import ROLES
from fastapi import FastAPI

from order_svc import tables
from order_svc.api import courier_endpoints, courier_webhooks, orders, parcels, payment_webhooks, payments
from order_svc.commands import courier_pushes, provider_calls, timers
from order_svc.commands.payment_webhooks import WORKERS as WEBHOOK_WORKERS
from order_svc.consumers import HANDLERS
from order_svc.settings import Settings


def service(settings: Settings | None = None) -> Service:
    """The whole service on one screen."""
    return Service(
        name="order-svc",
        package="order_svc",
        settings=settings or Settings(),
        roles=ROLES,
        routers=[
            orders.router,
            payments.router,
            parcels.router,
            payment_webhooks.router,
            courier_endpoints.endpoints,
            courier_endpoints.pushes,
            courier_webhooks.router,
        ],
        handlers=HANDLERS,
        deadlines=timers.DUE,
        workers=(*provider_calls.WORKERS, *WEBHOOK_WORKERS, *courier_pushes.WORKERS),
        metadata=tables.metadata,
        log_fields=("partner", "provider", "push", "verdict"),
    )


def app() -> FastAPI:
    """The application, for `uvicorn --factory order_svc.main:app`."""
    return service().app


def cli() -> None:
    """The command line: serve, relay, consume, migrate, all."""
    service().cli()
