"""The worker that sends one-time codes, outside any transaction."""

from collections.abc import Mapping
from datetime import datetime

import structlog
from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.runtime import Runtime

from cs_svc.commands import link_codes
from cs_svc.domain.channels import Channel
from cs_svc.integrations.channels.port import Outcome, SendingChannel
from cs_svc.settings import Settings
from cs_svc.workers.channel_deliveries import NOT_CONNECTED

log = structlog.get_logger(__name__)


class LinkCodes:
    """Sends codes with the adapters of the connected channels."""

    def __init__(self, channels: Mapping[Channel, SendingChannel]) -> None:
        self._channels = channels

    def worker(self) -> Worker[Settings]:
        """The worker, woken for each code."""
        return Worker(link_codes.WORKER, self.step)

    async def step(self, runtime: Runtime[Settings]) -> datetime | None:
        """Send the code that was asked for first."""
        async with runtime.transaction() as tx:
            claimed = await link_codes.claim(tx)
        if claimed is None:
            return None
        channel = self._channels.get(claimed.link_code.channel)
        sent = await channel.send(claimed.outgoing, runtime.clock.now()) if channel else NOT_CONNECTED
        if sent.outcome is not Outcome.SENT:
            log.warning("link_code_not_sent", source=claimed.link_code.channel, code=sent.why)
            async with runtime.transaction() as tx:
                await link_codes.close(tx, claimed.link_code, sent)
        return AT_ONCE
