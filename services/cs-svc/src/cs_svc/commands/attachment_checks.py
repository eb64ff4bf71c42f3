"""Which files the worker is to look at, and when: leased before it looks, put off where nothing is to be done yet."""

from datetime import timedelta

from aftercare_chassis.database.transaction import Transaction

from cs_svc.domain.attachments import Attachment, AttachmentCheck
from cs_svc.settings import Settings
from cs_svc.tables.attachments import (
    ATTACHMENT_CHECKS,
    ATTACHMENTS,
    DROP_CHECK,
    DROP_CONTENT,
    NEXT_CHECK,
    PUT_OFF_CHECK,
)

WORKER = "attachment-checks"
FIRST_LOOK = timedelta(minutes=1)
"""After which the worker looks for a file that its uploader has not completed; then after twice as long, and so on."""
_SLACK = timedelta(minutes=5)


async def begin(tx: Transaction[Settings], attachment: Attachment, pause: timedelta) -> None:
    """Have the worker look at a new file after a pause."""
    await tx.insert(ATTACHMENT_CHECKS, AttachmentCheck(attachment.id, 0, tx.now + pause))
    tx.wake(WORKER)


async def next_check(tx: Transaction[Settings]) -> AttachmentCheck | None:
    """The check that is due first, or has been due longest, locked; None where no file is left to look at."""
    return await tx.one(NEXT_CHECK)


async def lease(tx: Transaction[Settings], check: AttachmentCheck) -> Attachment:
    """Lease a locked check, for longer than it may take; the file as it is now."""
    leased = timedelta(seconds=tx.settings.attachment_check_seconds) + _SLACK
    await tx.execute(PUT_OFF_CHECK, attachment_id=check.id, next_at=tx.now + leased, tries=check.attempts + 1)
    return await tx.get(ATTACHMENTS, check.id)


async def put_off(tx: Transaction[Settings], attachment_id: str, pause: timedelta, attempts: int = 0) -> None:
    """Look at the file again after a pause."""
    await tx.execute(PUT_OFF_CHECK, attachment_id=attachment_id, next_at=tx.now + pause, tries=attempts)


async def end(tx: Transaction[Settings], attachment_id: str) -> None:
    """Look at the file no more; what came over a channel is not needed any more."""
    await tx.execute(DROP_CONTENT, attachment_id=attachment_id)
    await tx.execute(DROP_CHECK, attachment_id=attachment_id)
