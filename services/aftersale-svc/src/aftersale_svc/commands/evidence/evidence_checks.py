"""Which files the worker is to look at, and when: leased before it looks, put off where nothing is there yet."""

from datetime import timedelta

from aftercare_chassis.database.transaction import Transaction

from aftersale_svc.domain.evidence.model import EvidenceCheck, EvidenceFile
from aftersale_svc.settings import Settings
from aftersale_svc.tables.evidence.evidence import CHECKS, DROP_CHECK, EVIDENCE, NEXT_CHECK, PUT_OFF_CHECK

WORKER = "evidence-checks"
FIRST_LOOK = timedelta(minutes=1)
"""After which the worker looks for a file that its uploader has not completed; then after twice as long, and so on."""
_SLACK = timedelta(minutes=5)


async def begin(tx: Transaction[Settings], file: EvidenceFile) -> None:
    """Have the worker look for a file that was announced."""
    await tx.insert(CHECKS, EvidenceCheck(file.id, 0, tx.now + FIRST_LOOK))


async def next_check(tx: Transaction[Settings]) -> EvidenceCheck | None:
    """The check that is due first, or has been due longest, locked; None where no file is left to look at."""
    return await tx.one(NEXT_CHECK)


async def lease(tx: Transaction[Settings], check: EvidenceCheck) -> EvidenceFile:
    """Lease a locked check, for longer than it may take; the file as it is now."""
    leased = timedelta(seconds=tx.settings.evidence_check_seconds) + _SLACK
    await tx.execute(PUT_OFF_CHECK, file_id=check.id, next_at=tx.now + leased, tries=check.attempts + 1)
    return await tx.get(EVIDENCE, check.id)


async def put_off(tx: Transaction[Settings], file_id: str, pause: timedelta, attempts: int = 0) -> None:
    """Look at the file again after a pause."""
    await tx.execute(PUT_OFF_CHECK, file_id=file_id, next_at=tx.now + pause, tries=attempts)


async def end(tx: Transaction[Settings], file_id: str) -> None:
    """Look at the file no more."""
    await tx.execute(DROP_CHECK, file_id=file_id)
