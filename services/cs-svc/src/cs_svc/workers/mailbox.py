"""The worker that reads the mailbox: mails are stored here before they are marked as seen there."""

import asyncio
from datetime import datetime

import structlog
from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.runtime import Runtime

from cs_svc.commands import inbound
from cs_svc.domain.channels import Channel
from cs_svc.integrations.channels.email.mailbox import AT_A_TIME, Mailbox
from cs_svc.settings import Settings

log = structlog.get_logger(__name__)


class MailboxWorker:
    """Polls one mailbox."""

    def __init__(self, mailbox: Mailbox, seconds: float) -> None:
        self._mailbox, self._seconds = mailbox, seconds

    def worker(self) -> Worker[Settings]:
        """The worker. Every process that runs it reads the same mails, of which each is stored once."""
        return Worker("mailbox", self.step, idle=self._seconds)

    async def step(self, runtime: Runtime[Settings]) -> datetime | None:
        """Store what is new, and mark it; a mail that is stored and not marked is read again, and recognised."""
        found = await asyncio.to_thread(self._mailbox.fetch)
        if not found:
            return None
        async with runtime.transaction() as tx:
            new = [await inbound.store(tx, Channel.EMAIL, each.push_id, each.raw) for each in found]
        await asyncio.to_thread(self._mailbox.mark_stored, found)
        log.info("mails_stored", count=sum(new))
        return AT_ONCE if len(found) == AT_A_TIME else None
