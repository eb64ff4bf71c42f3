"""The worker that processes what came in over channels: read in a thread, as it may be large, and applied."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

import structlog
from aftercare_chassis.database.errors import is_unavailable
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.runtime import Runtime

from cs_svc.commands import inbound
from cs_svc.domain.channels import Channel
from cs_svc.domain.inbound import Inbound, InboundState
from cs_svc.integrations.channels.port import Irrelevant, ReadingChannel, Unreadable
from cs_svc.settings import Settings

log = structlog.get_logger(__name__)


class ChannelInbox:
    """Processes the inbox with the adapters of the connected channels."""

    def __init__(self, channels: Mapping[Channel, ReadingChannel]) -> None:
        self._channels = channels

    def worker(self) -> Worker[Settings]:
        """The worker, woken for what comes in."""
        return Worker(inbound.WORKER, self.step)

    async def step(self, runtime: Runtime[Settings]) -> datetime | None:
        """Process what has been due longest; return when the next is due."""
        found: Inbound | None = None
        try:
            async with runtime.transaction() as tx:
                found = await inbound.next_due(tx)
                if found is None or found.due_at is None:
                    return None
                if found.due_at > tx.now:
                    return found.due_at
                done = await self._process(tx, found)
        except Exception as error:
            if found is None or is_unavailable(error):
                raise
            log.error("channel_inbound_failed", source=found.channel, error=type(error).__name__)
            runtime.metrics.signal("channel_inbound_failed", found.channel)
            async with runtime.transaction() as tx:
                again = await inbound.next_due(tx)
                if again is not None and again.id == found.id:
                    inbound.postpone(tx, again, type(error).__name__)
        else:
            if done.state is InboundState.UNREADABLE:
                runtime.metrics.signal("channel_inbound_unreadable", done.channel)
                log.warning("channel_inbound_unreadable", source=done.channel, code=done.why)
        return AT_ONCE

    async def _process(self, tx: Transaction[Settings], found: Inbound) -> Inbound:
        channel = self._channels.get(found.channel)
        if channel is None:
            return await inbound.apply(tx, found, Irrelevant("channel_not_connected"))
        try:
            content = await asyncio.to_thread(channel.parse, found.raw)
        except Unreadable as error:
            return inbound.reject(tx, found, str(error))
        return await inbound.apply(tx, found, content)
