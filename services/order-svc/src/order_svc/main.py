"""order-svc: orders, payments and refunds, parcels and the couriers that carry them."""

import ssl
from collections.abc import Mapping
from datetime import timedelta
from functools import cache

import httpx
import typer
from aftercare_chassis.database.audit import Audit
from aftercare_chassis.http.partner_client import PartnerClient
from aftercare_chassis.jobs.retention import Retention
from aftercare_chassis.service import Service
from aftercare_chassis.settings import SettingsInvalid
from aftercare_events import OrderAdminActionTaken
from aftercare_events.roles import AUDITED, ROLES
from fastapi import APIRouter, FastAPI

from order_svc import tables
from order_svc.api import (
    courier_endpoints,
    courier_webhooks,
    erp,
    intercepts,
    ledger,
    merchant_settings,
    order_exports,
    order_imports,
    order_lists,
    orders,
    packing,
    parcel_anomalies,
    parcels,
    partner_inbox,
    payment_webhooks,
    payments,
    receipts,
    reconciliations,
    refunds,
    restrictions,
    shipping_accounts,
    shipping_labels,
    shipping_quotes,
    stock,
    timelines,
    virtual_goods,
)
from order_svc.api.push_metrics import PushMetrics
from order_svc.commands import deadlines, journal
from order_svc.commands.redo import REDO
from order_svc.consumers import HANDLERS
from order_svc.domain import names
from order_svc.domain.shipping.model import CourierName
from order_svc.integrations.couriers.outward.kuaidi100 import Kuaidi100Service
from order_svc.integrations.couriers.outward.port import CourierService
from order_svc.integrations.couriers.outward.sf import SfService
from order_svc.integrations.couriers.registry import COURIERS
from order_svc.integrations.payments.alipay import Alipay, AlipayAccount
from order_svc.integrations.payments.port import PaymentProvider
from order_svc.integrations.payments.simulator import Simulator
from order_svc.integrations.payments.stripe import Stripe
from order_svc.integrations.payments.wechat_pay import WeChatPay, WeChatPayAccount
from order_svc.settings import Settings
from order_svc.workers.courier_codes import CourierCodes
from order_svc.workers.feeds import FEEDS
from order_svc.workers.label_files import LabelFiles
from order_svc.workers.ledger_proof import LedgerMetrics, LedgerProofWorker
from order_svc.workers.partner_inbox import PartnerInbox
from order_svc.workers.provider_calls import ProviderCalls
from order_svc.workers.reconciliation import ReconciliationWorker
from order_svc.workers.shipping_calls import ShippingCalls
from order_svc.workers.signing_keys import SigningKeysWorker
from order_svc.workers.standstills import STANDSTILL_FIGURES, StandstillMetrics

_LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=5)
_INBOX: Retention[Settings] = Retention(
    "partner_inbox", "finished_at", lambda settings: timedelta(hours=settings.partner_inbox_hours)
)
_LABELS: tuple[Retention[Settings], ...] = tuple(
    Retention(table, "expires_at", lambda _: timedelta()) for table in ("label_files", "label_contacts")
)
_QUOTES: Retention[Settings] = Retention("shipping_quotes", "created_at", lambda _: timedelta(days=1))
_ENTRIES: Retention[Settings] = Retention("statement_entries", "seen_at", lambda _: timedelta(days=30))


def service(
    settings: Settings | None = None,
    *,
    simulator_transport: httpx.AsyncBaseTransport | None = None,
    courier_transport: httpx.AsyncBaseTransport | None = None,
) -> Service[Settings]:
    """The composition of the service. The transports are for tests, in whose process providers and couriers run."""
    settings = settings or Settings()
    names.register()
    providers = payment_providers(settings, simulator_transport)
    services = courier_services(settings, courier_transport)
    return Service(
        name="order-svc",
        package="order_svc",
        settings=settings,
        roles=ROLES,
        audit=Audit(AUDITED, OrderAdminActionTaken.taken),
        routers=_routers(providers),
        handlers=HANDLERS,
        deadlines=deadlines.DEADLINES,
        workers=(
            ProviderCalls(providers).worker(),
            *PartnerInbox(COURIERS, providers).workers(),
            ReconciliationWorker(providers).worker(),
            *SigningKeysWorker(providers).workers(),
            LedgerProofWorker().worker(),
            FEEDS,
            STANDSTILL_FIGURES,
            ShippingCalls(services, COURIERS).worker(),
            CourierCodes(COURIERS).worker(),
        ),
        journal=journal.keep,
        redo=REDO,
        retention=[_INBOX, _ENTRIES, *_LABELS, _QUOTES],
        metadata=tables.metadata,
        log_fields=("partner", "push", "source", "difference"),
        figures=(StandstillMetrics, LedgerMetrics, PushMetrics),
        resources=[
            *(each for provider in providers.values() for each in provider.resources),
            *(each for courier in services.values() for each in courier.resources),
        ],
    )


def _routers(providers: Mapping[str, PaymentProvider]) -> list[APIRouter]:
    """The routes, in the order of the OpenAPI document."""
    return [
        orders.router,
        order_lists.router,
        timelines.router,
        packing.router,
        virtual_goods.router,
        receipts.router,
        restrictions.router,
        merchant_settings.router,
        stock.router,
        order_imports.router,
        order_exports.router,
        erp.router,
        payments.starts(providers),
        payments.router,
        refunds.router,
        ledger.router,
        parcels.router,
        intercepts.router,
        parcel_anomalies.router,
        payment_webhooks.router(providers),
        partner_inbox.callbacks,
        reconciliations.router,
        *_courier_routers(),
        shipping_labels.router,
        shipping_quotes.router,
    ]


@cache
def _courier_routers() -> tuple[APIRouter, ...]:
    """The routes of the couriers, made once: they are the same in every service, and to make them takes as long as the rest of it."""
    return (
        courier_endpoints.router(COURIERS),
        courier_endpoints.silent(COURIERS),
        courier_endpoints.codes,
        partner_inbox.pushes,
        courier_webhooks.router(COURIERS),
        shipping_accounts.router(COURIERS),
    )


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities that all clients trust: to load their certificates takes longer than the rest of the service."""
    return httpx.create_ssl_context()


def _client(settings: Settings, transport: httpx.AsyncBaseTransport | None) -> PartnerClient:
    return PartnerClient(
        trace_hosts=settings.trace_hosts, transport=transport, verify=_trusted(), timeout=10, limits=_LIMITS
    )


def courier_services(
    settings: Settings, transport: httpx.AsyncBaseTransport | None = None
) -> Mapping[str, CourierService]:
    """The couriers that shipments are ordered of. What is agreed with them is the merchants', in their accounts."""

    def client() -> httpx.AsyncClient:
        return _client(settings, transport)

    label_url = settings.kuaidi100_label_url
    return {
        CourierName.SF: SfService(client(), url=settings.sf_url),
        CourierName.KUAIDI100: Kuaidi100Service(client(), url=settings.kuaidi100_url, label_url=label_url),
    }


def payment_providers(
    settings: Settings, simulator_transport: httpx.AsyncBaseTransport | None = None
) -> Mapping[str, PaymentProvider]:
    """The payment providers by their names, which are part of the addresses they call back to: those whose credentials are set.

    Each has a client of its own, because time limits, certificates and connections are agreed with each provider.
    """

    def client() -> httpx.AsyncClient:
        return _client(settings, simulator_transport)

    webhooks = f"{settings.public_url.rstrip('/')}/v1/payment-webhooks"
    url, secret = settings.payment_simulator_url, settings.payment_webhook_secret
    simulator = Simulator(client(), url=url, callback_url=f"{webhooks}/simulator", secret=secret)
    providers: dict[str, PaymentProvider] = {"simulator": simulator}
    try:
        if key := settings.stripe_api_key:
            secrets = settings.stripe_webhook_secrets
            providers["stripe"] = Stripe(client(), url=settings.stripe_url, api_key=key, secrets=secrets)
        if settings.wechat_pay_merchant_id:
            providers["wechat_pay"] = WeChatPay(
                client(),
                url=settings.wechat_pay_url,
                callback_url=f"{webhooks}/wechat_pay",
                account=_wechat_pay_account(settings),
            )
        if settings.alipay_app_id:
            providers["alipay"] = Alipay(
                client(),
                url=settings.alipay_url,
                callback_url=f"{webhooks}/alipay",
                account=AlipayAccount(
                    app_id=settings.alipay_app_id,
                    private_key=settings.alipay_private_key,
                    public_keys=settings.alipay_public_keys,
                    seller_id=settings.alipay_seller_id,
                ),
            )
    except ValueError as error:
        raise SettingsInvalid(f"the keys of a payment provider are malformed: {error}") from None
    return providers


def _wechat_pay_account(settings: Settings) -> WeChatPayAccount:
    keys = (each.partition("=") for each in settings.wechat_pay_public_keys)
    return WeChatPayAccount(
        merchant_id=settings.wechat_pay_merchant_id,
        app_id=settings.wechat_pay_app_id,
        certificate_serial=settings.wechat_pay_certificate_serial,
        private_key=settings.wechat_pay_private_key,
        api_v3_key=settings.wechat_pay_api_v3_key,
        public_keys={key_id: key for key_id, _, key in keys},
        has_certificates=settings.wechat_pay_certificates,
    )


def app() -> FastAPI:
    """The application, for `uvicorn --factory order_svc.main:app`."""
    return service().app


def label_printer(settings: Settings | None = None) -> Service[Settings]:
    """The process that makes the files of labels, of the same service and on the same database."""
    return Service(
        name="order-svc",
        package="order_svc",
        settings=settings or Settings(),
        roles=ROLES,
        routers=[],
        workers=(LabelFiles().worker(),),
        metadata=tables.metadata,
        log_fields=("partner",),
    )


def command(settings: Settings | None = None) -> typer.Typer:
    """The command line: serve, relay, consume, migrate, all; and `labels consume`, which needs the dependency group `labels`."""
    root = service(settings).command()
    root.add_typer(label_printer(settings).command(), name="labels", help="the process that makes the files of labels")
    return root


def cli() -> None:
    """Run the command line."""
    command()()
