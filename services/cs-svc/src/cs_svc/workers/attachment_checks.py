"""The worker of files in conversations: it takes one under a lease, examines it outside any transaction, and records the result.

After that it deletes what is not needed: the upload, what came over a channel, and all of a file that has ended.
"""

import asyncio
import tempfile
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from aftercare_chassis import failpoints
from aftercare_chassis.database.errors import is_unavailable
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.refusals import Refusal
from aftercare_chassis.runtime import Runtime
from aftercare_files.decoders.sandbox import Sandbox
from aftercare_files.examination import SMALL, Announced, Examiner
from aftercare_files.media import FileRefusal, MediaType
from aftercare_files.stores.port import COPIES, ORIGINALS, PENDING, FileStore
from aftercare_files.virus_scan import VirusScanner

from cs_svc.commands import attachment_checks, attachments
from cs_svc.domain.attachments import (
    Accepted,
    Attachment,
    AttachmentCheck,
    AttachmentRefusal,
    AttachmentState,
)
from cs_svc.settings import Settings
from cs_svc.tables.attachments import RECEIVED_CONTENTS

_MOST_ATTEMPTS = 5
"""After so many that ended with this process, the file is what ends it."""
_FAILED_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
_EXAMINED = (AttachmentState.PENDING, AttachmentState.UPLOADED)
log = structlog.get_logger(__name__)


class AttachmentChecks:
    """Examines files with a store, a sandbox for the decoders and perhaps a virus scanner."""

    def __init__(self, store: FileStore, scanner: VirusScanner | None, settings: Settings) -> None:
        sandbox = Sandbox(settings.attachment_check_memory_mb * 1024**2, settings.attachment_check_seconds)
        self._store, self._examiner = store, Examiner(store, scanner, sandbox, settings.attachment_max_pixels)

    def worker(self) -> Worker[Settings]:
        """The worker, woken for each completed upload and each file that came over a channel."""
        return Worker(attachment_checks.WORKER, self.step)

    async def step(self, runtime: Runtime[Settings]) -> datetime | None:
        """Look at the file that has been due longest; return when the next one is due."""
        async with runtime.transaction() as tx:
            check = await attachment_checks.next_check(tx)
            if check is None:
                return None
            if check.due_at > tx.now:
                return check.due_at
            file = await attachment_checks.lease(tx, check)
        try:
            await self._look(runtime, check, file)
        except Refusal as refusal:
            log.info("attachment_check_obsolete", id=file.id, code=refusal.code)
        except Exception as error:
            if is_unavailable(error):
                raise
            # The store, the scanner or this build failed, not the file: it is examined again until its time is over.
            log.warning("attachment_check_failed", id=file.id, error=type(error).__name__)
            with suppress(Refusal):
                async with runtime.transaction() as tx:
                    await _retry_or_end(tx, file, check)
        return AT_ONCE

    async def _look(self, runtime: Runtime[Settings], check: AttachmentCheck, file: Attachment) -> None:
        if file.state not in _EXAMINED:
            await self._tidy(runtime, file)
            return
        size = await self._arrived(runtime, file)
        if size is None and file.state is AttachmentState.PENDING:
            await _wait(runtime, file)
            return
        result: Accepted | AttachmentRefusal = AttachmentRefusal.NOT_UPLOADED
        if check.attempts >= _MOST_ATTEMPTS:
            result = AttachmentRefusal.CHECK_LIMIT
        elif size is not None:
            result = await self._examined(file, size)
        failpoints.point("attachment.examined")
        async with runtime.transaction() as tx:
            if isinstance(result, Accepted):
                await attachments.accept(tx, file.id, accepted=result)
            else:
                await attachments.refuse(tx, file.id, cause=result)

    async def _arrived(self, runtime: Runtime[Settings], file: Attachment) -> int | None:
        """The size of what is to be examined, in bytes, which is put into the store where it came over a channel; None where nothing is there."""
        async with runtime.reader() as reader:
            received = await reader.find(RECEIVED_CONTENTS, file.id)
        if received is None:
            return await self._store.size(PENDING + file.id)
        with tempfile.TemporaryDirectory(prefix="received-") as folder:
            path = Path(folder, "received")
            await asyncio.to_thread(path.write_bytes, received.content)
            await self._store.put(PENDING + file.id, path, file.media_type)
        return len(received.content)

    async def _examined(self, file: Attachment, size: int) -> Accepted | AttachmentRefusal:
        """Examine a file and store what is kept of it; the cause where it is refused."""
        announced = Announced(MediaType(file.media_type), file.size_bytes, file.sha256.removeprefix("sha256:"))
        found = await self._examiner.examine(PENDING + file.id, size, announced, kept_as=file.id)
        if isinstance(found, FileRefusal):
            return AttachmentRefusal(found)
        return Accepted(found.copy_type, found.thumbnail_sha256 is not None, found.scanned)

    async def _tidy(self, runtime: Runtime[Settings], file: Attachment) -> None:
        """Delete what is not needed of a file whose check has ended, and wait whether it is added to a message."""
        if (
            file.state is AttachmentState.ACCEPTED
            and file.deadline_at is not None
            and file.deadline_at <= _now(runtime)
        ):
            async with runtime.transaction() as tx:
                await attachments.expire(tx, file.id)
            return
        await self._store.delete(PENDING + file.id)
        if not file.is_kept:
            for key in (ORIGINALS + file.id, COPIES + file.id, COPIES + file.id + SMALL):
                await self._store.delete(key)
        failpoints.point("attachment.deleted")
        async with runtime.transaction() as tx:
            if file.state is AttachmentState.ACCEPTED:
                await attachment_checks.put_off(tx, file.id, (file.deadline_at or tx.now) - tx.now)
            else:
                await attachment_checks.end(tx, file.id)


def _now(runtime: Runtime[Settings]) -> datetime:
    return runtime.clock.now()


async def _retry_or_end(tx: Transaction[Settings], file: Attachment, check: AttachmentCheck) -> None:
    """Look at a file again, each time after twice as long; end its check where its time is over.

    Its uploader may announce and upload it again.
    """
    if file.state in _EXAMINED and file.deadline_at is not None and file.deadline_at <= tx.now:
        if file.state is AttachmentState.PENDING:
            await attachments.expire(tx, file.id)
        else:
            await attachments.refuse(tx, file.id, cause=AttachmentRefusal.CHECK_UNAVAILABLE)
        return
    tried = min(max(tx.now - file.updated_at, _FAILED_PAUSE), _LONGEST_PAUSE)
    left = (file.deadline_at or tx.now + tried) - tx.now
    await attachment_checks.put_off(tx, file.id, max(min(tried, left), _FAILED_PAUSE), check.attempts)


async def _wait(runtime: Runtime[Settings], file: Attachment) -> None:
    """Look for a file that is not there yet later, or end it where its time is over."""
    async with runtime.transaction() as tx:
        if file.deadline_at is not None and file.deadline_at <= tx.now:
            await attachments.expire(tx, file.id)
            return
        waited = tx.now - file.created_at
        left = (file.deadline_at or tx.now) - tx.now
        await attachment_checks.put_off(tx, file.id, min(max(waited, attachment_checks.FIRST_LOOK), left))
