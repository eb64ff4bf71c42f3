"""The worker that fetches files of messages from the channels that keep them, outside any transaction."""

from collections.abc import Mapping
from datetime import datetime

import structlog
from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.runtime import Runtime

from cs_svc.commands import media
from cs_svc.domain.channels import Channel
from cs_svc.integrations.channels.port import FetchedMedia, MediaChannel, Outcome
from cs_svc.settings import Settings

_NOT_CONNECTED = FetchedMedia(Outcome.REFUSED, why="channel_not_connected")
log = structlog.get_logger(__name__)


class ChannelMedia:
    """Fetches files with the adapters of the connected channels."""

    def __init__(self, channels: Mapping[Channel, MediaChannel]) -> None:
        self._channels = channels

    def worker(self) -> Worker[Settings]:
        """The worker, woken for each file."""
        return Worker(media.WORKER, self.step)

    async def step(self, runtime: Runtime[Settings]) -> datetime | None:
        """Fetch the file that has been due longest; return when the next one is due."""
        async with runtime.transaction() as tx:
            claimed = await media.claim(tx)
        if not isinstance(claimed, media.Claimed):
            return claimed
        channel = self._channels.get(claimed.file.channel)
        fetched = await channel.fetch(claimed.file.reference, runtime.clock.now()) if channel else _NOT_CONNECTED
        if fetched.outcome is Outcome.REFUSED:
            runtime.metrics.signal("channel_file_not_fetched", claimed.file.channel)
            log.warning("channel_file_not_fetched", source=claimed.file.channel, code=fetched.why)
        async with runtime.transaction() as tx:
            await media.close(tx, claimed.file, fetched)
        return AT_ONCE
