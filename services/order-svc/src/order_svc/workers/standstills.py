"""Measures once a minute for how long what people or other processes are to do has waited."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from aftercare_chassis.jobs.workers import Worker
from aftercare_chassis.runtime import Runtime
from prometheus_client import CollectorRegistry, Gauge

from order_svc.domain.partners.endpoints import SilentEndpoint
from order_svc.integrations.couriers.registry import COURIERS
from order_svc.queries import standstills
from order_svc.queries.silent_endpoints import silent_endpoints
from order_svc.settings import Settings

_EVERY_SECONDS = 60.0


class StandstillMetrics:
    """The figures: seconds, 0 where nothing waits. Each process has the same."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._figures = {
            "anomaly": Gauge(
                "aftercare_parcel_anomaly_oldest_open_seconds",
                "For how long the oldest anomaly of a parcel has not been acknowledged.",
                registry=registry,
            ),
            "shipping_call": Gauge(
                "aftercare_shipping_call_overdue_seconds",
                "For how long the call of a courier that is due longest has been due.",
                registry=registry,
            ),
            "label_file": Gauge(
                "aftercare_label_file_oldest_seconds",
                "For how long the oldest label without its file has been there.",
                registry=registry,
            ),
            "provider_call": Gauge(
                "aftercare_provider_call_overdue_seconds",
                "For how long the call of a payment provider that is due longest has been due.",
                registry=registry,
            ),
            "unknown_refund": Gauge(
                "aftercare_refund_unknown_oldest_seconds",
                "How old the oldest refund is whose outcome is not known.",
                registry=registry,
            ),
            "partner_push": Gauge(
                "aftercare_partner_push_overdue_seconds",
                "For how long the push of a courier or payment provider that is due longest has been due.",
                registry=registry,
            ),
        }
        self._unknown_refunds = Gauge(
            "aftercare_refunds_unknown", "Refunds whose outcome is not known, up to 10,000.", registry=registry
        )
        self._silent = Gauge(
            "aftercare_courier_endpoint_silent_seconds",
            "For how long nothing has arrived at an endpoint, though parcels of its partner are under way.",
            ["partner", "endpoint"],
            registry=registry,
        )

    def silent(self, now: datetime, endpoints: Sequence[SilentEndpoint]) -> None:
        """Set those of the endpoints that are silent; there are none of others."""
        self._silent.clear()
        for each in endpoints:
            self._silent.labels(each.partner, each.id).set((now - each.since).total_seconds())

    def measured(self, now: datetime, began: Mapping[str, datetime | None], unknown_refunds: int) -> None:
        """Set them by when the oldest of each began to wait."""
        self._unknown_refunds.set(unknown_refunds)
        for name, figure in self._figures.items():
            since = began[name]
            figure.set(0 if since is None else max(0.0, (now - since).total_seconds()))


async def _measure(runtime: Runtime[Settings]) -> datetime | None:
    async with runtime.reader() as reader:
        metrics = runtime.metrics.of(StandstillMetrics)
        began, unknown_refunds = await standstills.oldest(reader)
        metrics.measured(reader.now, began, unknown_refunds)
        metrics.silent(reader.now, await silent_endpoints(reader, COURIERS))
    return None


STANDSTILL_FIGURES: Worker[Settings] = Worker("standstill-figures", _measure, idle=_EVERY_SECONDS)
