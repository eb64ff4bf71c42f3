"""The worker that checks uploaded files: it takes one under a lease, examines it outside any transaction, and records the result."""

import asyncio
import hashlib
import tempfile
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from aftercare_chassis.database.errors import is_unavailable
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_chassis.refusals import Refusal
from aftercare_chassis.runtime import Runtime

from aftersale_svc.commands.cases import rule_reviews
from aftersale_svc.commands.evidence import evidence, evidence_checks
from aftersale_svc.domain.evidence.model import (
    Accepted,
    EvidenceCheck,
    EvidenceFile,
    EvidenceRefusal,
    EvidenceState,
)
from aftersale_svc.integrations.decoders.results import Undecodable, Work
from aftersale_svc.integrations.decoders.sandbox import Sandbox
from aftersale_svc.integrations.stores.port import COPIES, ORIGINALS, PENDING, EvidenceStore
from aftersale_svc.integrations.virus_scan import VirusScanner
from aftersale_svc.queries import reviews
from aftersale_svc.settings import Settings

_MOST_ATTEMPTS = 5
"""After so many that ended with this process, the file is what ends it."""
_FAILED_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
log = structlog.get_logger(__name__)


class EvidenceChecks:
    """Examines files with a store, a sandbox for the decoders and perhaps a virus scanner."""

    def __init__(self, store: EvidenceStore, scanner: VirusScanner | None, settings: Settings) -> None:
        self._store, self._scanner, self._settings = store, scanner, settings
        self._sandbox = Sandbox(settings.evidence_check_memory_mb * 1024**2, settings.evidence_check_seconds)

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
        """Examine a file and store what is kept of it; the cause where it is refused.

        Only what was downloaded here is checked and stored: what is uploaded meanwhile has no effect.
        """
        if size != file.size:
            return EvidenceRefusal.SIZE_DIFFERS
        with tempfile.TemporaryDirectory(prefix="evidence-") as folder:
            path = Path(folder, "original")
            await self._store.download(PENDING + file.id, path)
            if await asyncio.to_thread(_sha256, path) != file.sha256.removeprefix("sha256:"):
                return EvidenceRefusal.HASH_DIFFERS
            if self._scanner is not None and await self._scanner.is_infected(path):
                return EvidenceRefusal.INFECTED
            try:
                return await self._decoded(file, path)
            except Undecodable as error:
                return error.cause

    async def _decoded(self, file: EvidenceFile, path: Path) -> Accepted:
        """Raises: Undecodable."""
        work = Work(path, file.media_type, path.parent, self._settings.evidence_max_pixels)
        found = await self._sandbox.decode(work)
        await self._store.put(ORIGINALS + file.sha256.removeprefix("sha256:"), path, file.media_type)
        copy = await self._stored(work.copy, found.copy_type)
        thumbnail = await self._stored(work.thumbnail, "image/jpeg") if found.has_thumbnail else None
        return Accepted(found.copy_type, copy, thumbnail, found.hashes, scanned=self._scanner is not None)

    async def _stored(self, path: Path, media_type: str) -> str:
        """Store a file that is served, under its SHA-256, which is returned."""
        sha256 = await asyncio.to_thread(_sha256, path)
        await self._store.put(COPIES + sha256, path, media_type)
        return sha256


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


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
