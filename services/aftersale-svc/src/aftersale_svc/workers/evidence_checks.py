"""The worker that checks uploaded files: it takes one under a lease, examines it outside any transaction, and records the result."""

from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from aftercare_chassis.database.errors import is_unavailable
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_chassis.refusals import Refusal
from aftercare_chassis.runtime import Runtime
from aftercare_files.decoders.sandbox import Sandbox
from aftercare_files.examination import Announced, Examiner
from aftercare_files.media import FileRefusal
from aftercare_files.stores.port import PENDING, FileStore
from aftercare_files.virus_scan import VirusScanner

from aftersale_svc.commands.cases import rule_reviews
from aftersale_svc.commands.evidence import evidence, evidence_checks
from aftersale_svc.domain.evidence.model import (
    Accepted,
    EvidenceCheck,
    EvidenceFile,
    EvidenceRefusal,
    EvidenceState,
)
from aftersale_svc.queries import reviews
from aftersale_svc.settings import Settings

_MOST_ATTEMPTS = 5
"""After so many that ended with this process, the file is what ends it."""
_FAILED_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
log = structlog.get_logger(__name__)


class EvidenceChecks:
    """Examines files with a store, a sandbox for the decoders and perhaps a virus scanner."""

    def __init__(self, store: FileStore, scanner: VirusScanner | None, settings: Settings) -> None:
        sandbox = Sandbox(settings.evidence_check_memory_mb * 1024**2, settings.evidence_check_seconds)
        self._store, self._examiner = store, Examiner(store, scanner, sandbox, settings.evidence_max_pixels)

    def worker(self) -> Worker[Settings]:
        """The worker, woken for each completed upload."""
        return Worker(evidence_checks.WORKER, self.step)

    async def step(self, runtime: Runtime[Settings]) -> datetime | None:
        """Look at the file that has been due longest; return when the next one is due."""
        async with runtime.transaction() as tx:
            check = await evidence_checks.next_check(tx)
            if check is None:
                return None
            if check.due_at > tx.now:
                return check.due_at
            file = await evidence_checks.lease(tx, check)
        try:
            await self._look(runtime, check, file)
        except Refusal as refusal:
            log.info("evidence_check_obsolete", id=file.id, code=refusal.code)
        except Exception as error:
            if is_unavailable(error):
                raise
            # The store, the scanner or this build failed, not the file: it is examined again until its time is over.
            log.warning("evidence_check_failed", id=file.id, error=type(error).__name__)
            with suppress(Refusal):  # it was accepted and is to be compared: the lease ends later
                async with runtime.transaction() as tx:
                    await _retry_or_end(tx, file, check)
        return AT_ONCE

    async def _look(self, runtime: Runtime[Settings], check: EvidenceCheck, file: EvidenceFile) -> None:
        if file.state is EvidenceState.ACCEPTED:  # the process that accepted it has ended since
            await _compare(runtime, file)
            return
        size = await self._store.size(PENDING + file.id)
        if size is None and file.state is EvidenceState.PENDING:
            await _wait(runtime, file)
            return
        result: Accepted | EvidenceRefusal = EvidenceRefusal.NOT_UPLOADED
        if check.attempts >= _MOST_ATTEMPTS:
            result = EvidenceRefusal.CHECK_LIMIT
        elif size is not None:
            result = await self._examined(file, size)
        async with runtime.transaction() as tx:
            if isinstance(result, Accepted):
                await evidence.accept(tx, file.id, accepted=result)
            else:
                await evidence.refuse(tx, file.id, cause=result)
        await self._store.delete(PENDING + file.id)
        if isinstance(result, Accepted):
            await _compare(runtime, file)

    async def _examined(self, file: EvidenceFile, size: int) -> Accepted | EvidenceRefusal:
        """Examine a file and store what is kept of it; the cause where it is refused."""
        announced = Announced(file.media_type, file.size, file.sha256.removeprefix("sha256:"))
        found = await self._examiner.examine(PENDING + file.id, size, announced)
        if isinstance(found, FileRefusal):
            return EvidenceRefusal(found)
        return Accepted(found.copy_type, found.copy_sha256, found.thumbnail_sha256, found.hashes, found.scanned)


async def _compare(runtime: Runtime[Settings], file: EvidenceFile) -> None:
    """Compare an accepted file with others, in a transaction of its own: what is accepted at once sees each other so."""
    async with runtime.transaction() as tx:
        await evidence.compare(tx, file.id)
    await _judge_again(runtime, file)


async def _judge_again(runtime: Runtime[Settings], file: EvidenceFile) -> None:
    """Let the rules of the merchant decide about the cases that cite an accepted file. Where this process ends before, people do."""
    async with runtime.reader() as reader:
        found = await reviews.citing(reader, file.order_id, file.sha256)
    for case_id in found:
        with suppress(Refusal):
            async with runtime.transaction(SYSTEM) as tx:
                await rule_reviews.review(tx, case_id)


async def _retry_or_end(tx: Transaction[Settings], file: EvidenceFile, check: EvidenceCheck) -> None:
    """Examine a file again, each time after twice as long; end it where its time is over.

    Its uploader may announce and upload it again.
    """
    if file.deadline_at is not None and file.deadline_at <= tx.now:
        if file.state is EvidenceState.PENDING:
            await evidence.expire(tx, file.id)
        else:
            await evidence.refuse(tx, file.id, cause=EvidenceRefusal.CHECK_UNAVAILABLE)
        return
    tried = min(max(tx.now - file.updated_at, _FAILED_PAUSE), _LONGEST_PAUSE)
    left = (file.deadline_at or tx.now + tried) - tx.now
    await evidence_checks.put_off(tx, file.id, min(tried, left), check.attempts)


async def _wait(runtime: Runtime[Settings], file: EvidenceFile) -> None:
    """Look for a file that is not there yet later, or end it where its time is over."""
    async with runtime.transaction() as tx:
        if file.deadline_at is not None and file.deadline_at <= tx.now:
            await evidence.expire(tx, file.id)
            return
        waited = tx.now - file.created_at
        left = (file.deadline_at or tx.now) - tx.now
        await evidence_checks.put_off(tx, file.id, min(max(waited, evidence_checks.FIRST_LOOK), left))
