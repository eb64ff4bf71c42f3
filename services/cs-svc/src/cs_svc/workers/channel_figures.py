"""Measures once a minute for how long messages of channels have been due, in and out, and how many could not be sent so far."""

from collections.abc import Mapping
from datetime import datetime

from aftercare_chassis.jobs.workers import Worker
from aftercare_chassis.runtime import Runtime
from prometheus_client import CollectorRegistry, Gauge

from cs_svc.domain.channels import WRITTEN
from cs_svc.queries import channel_standstills
from cs_svc.settings import Settings

_EVERY_SECONDS = 60.0


class ChannelMetrics:
    """The figures: seconds, 0 where nothing is due. Each process has the same."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._overdue = {
            "delivery": Gauge(
                "aftercare_channel_delivery_overdue_seconds",
                "For how long the message that is to be sent over a channel and is due longest has been due.",
                registry=registry,
            ),
            "inbound": Gauge(
                "aftercare_channel_inbound_overdue_seconds",
                "For how long the message that came in over a channel and is due longest has been due.",
                registry=registry,
            ),
            "file": Gauge(
                "aftercare_channel_file_overdue_seconds",
                "For how long the file of a channel that is to be fetched and is due longest has been due.",
                registry=registry,
            ),
        }
        self._repeated = Gauge(
            "aftercare_channel_deliveries_repeated",
            "Messages that are attempted again, as each attempt so far has failed, up to 10,000.",
            ["channel"],
            registry=registry,
        )
        self.repeated({})

    def measured(self, now: datetime, due: Mapping[str, datetime | None]) -> None:
        """Set them by when the oldest of each became due."""
        for name, figure in self._overdue.items():
            since = due[name]
            figure.set(0 if since is None else max(0.0, (now - since).total_seconds()))

    def repeated(self, numbers: Mapping[str, int]) -> None:
        """Set the numbers of messages that are attempted again, by channel."""
        for channel in WRITTEN:
            self._repeated.labels(channel).set(numbers.get(channel, 0))


async def _measure(runtime: Runtime[Settings]) -> datetime | None:
    metrics = runtime.metrics.of(ChannelMetrics)
    async with runtime.reader() as reader:
        metrics.measured(reader.now, await channel_standstills.oldest_due(reader))
        metrics.repeated(await channel_standstills.repeated(reader))
    return None


CHANNEL_FIGURES: Worker[Settings] = Worker("channel-figures", _measure, idle=_EVERY_SECONDS)
