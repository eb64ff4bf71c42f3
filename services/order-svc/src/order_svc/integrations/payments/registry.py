"""The providers this service is connected to, by the names used in paths and rows."""

from collections.abc import Mapping
from typing import Any

from aftercare_chassis.runtime import Runtime

from order_svc.integrations.payments.port import PaymentProvider
from order_svc.integrations.payments.simulator import Simulator

NAMES = frozenset({"simulator"})


def connect(runtime: Runtime) -> Mapping[str, PaymentProvider]:
    """The adapters; they hold nothing, so making them for each use costs nothing."""
    settings: Any = runtime.settings
    return {
        "simulator": Simulator(
            runtime.http,
            url=settings.payment_simulator_url,
            callback_url=f"{settings.public_url.rstrip('/')}/v1/payment-webhooks/simulator",
            secret=settings.payment_webhook_secret,
        )
    }
