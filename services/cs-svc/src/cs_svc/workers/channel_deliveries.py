"""The worker that sends messages over channels: it leases a delivery, sends it outside any transaction, and closes it."""

from collections.abc import Mapping
from datetime import datetime

import structlog
from aftercare_chassis import failpoints
from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.runtime import Runtime

from cs_svc.commands import deliveries
from cs_svc.commands.deliveries import Claimed
from cs_svc.domain.channels import Channel, ChannelDeliveryState
from cs_svc.integrations.channels.port import Outcome, SendingChannel, Sent
from cs_svc.settings import Settings

_AT_ONCE = 3
"""How many messages are sent at the same time, so that one slow channel does not delay all others."""
NOT_CONNECTED = Sent(Outcome.REFUSED, why="channel_not_connected")
UNLINKED = Sent(Outcome.REFUSED, why="identity_unlinked")
OUTCOME_UNKNOWN = Sent(Outcome.REFUSED, why="outcome_unknown")
log = structlog.get_logger(__name__)


class ChannelDeliveries:
    """Sends messages with the adapters of the connected channels."""

    def __init__(self, channels: Mapping[Channel, SendingChannel]) -> None:
        self._channels = channels

    def worker(self) -> Worker[Settings]:
        """The worker, woken for each new delivery."""
        return Worker(deliveries.WORKER, self.step, number=_AT_ONCE)

    async def step(self, runtime: Runtime[Settings]) -> datetime | None:
        """Send the message that has been due longest; return when the next one is due."""
        async with runtime.transaction() as tx:
            claimed = await deliveries.claim(tx)
        if not isinstance(claimed, Claimed):
            return claimed
        failpoints.point("delivery.leased")
        sent = await self._send(claimed, runtime.clock.now())
        failpoints.point("delivery.sent")
        async with runtime.transaction() as tx:
            closed = await deliveries.close(tx, claimed.delivery, sent)
        if closed.state is ChannelDeliveryState.FAILED:
            runtime.metrics.signal("channel_delivery_failed", closed.channel)
            log.warning("channel_delivery_failed", source=closed.channel, code=closed.why)
        return AT_ONCE

    async def _send(self, claimed: Claimed, now: datetime) -> Sent:
        """A message whose attempt had no known end is sent again only where that cannot reach the person twice; an agent decides otherwise. One that was
        queued before the link of its address was undone is not sent."""
        if not claimed.belongs:
            return UNLINKED
        channel = self._channels.get(claimed.delivery.channel)
        if channel is None:
            return NOT_CONNECTED
        if claimed.repeated and not channel.repeats_safely:
            return OUTCOME_UNKNOWN
        return await channel.send(claimed.outgoing, now)
