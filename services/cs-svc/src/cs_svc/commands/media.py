"""Files of messages that a channel keeps for a while: fetched by a worker, and stored with their message."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aftercare_chassis.database.transaction import Transaction

from cs_svc.domain.attachments import Attachment, AwaitedFile
from cs_svc.domain.channels import MOST_ATTEMPTS, Channel, pause
from cs_svc.domain.conversations import Message
from cs_svc.integrations.channels.port import FetchedMedia, Media, Outcome
from cs_svc.settings import Settings
from cs_svc.tables.inbound import ATTACHMENTS, AWAITED_FILES, FORGET_FILE, MOVE_FILE, NEXT_FILE

WORKER = "channel-media"
LEASE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A file that a worker has to itself until the lease ends."""

    file: AwaitedFile


async def queue(tx: Transaction[Settings], channel: Channel, message: Message, media: Media) -> None:
    """Have a file of this message fetched."""
    awaited = AwaitedFile(
        id=tx.new_id("att"),
        message_id=message.id,
        channel=channel,
        reference=media.reference,
        name=media.name,
        media_type=media.media_type,
        due_at=tx.now,
    )
    await tx.insert(AWAITED_FILES, awaited)
    tx.wake(WORKER)


async def claim(tx: Transaction[Settings]) -> Claimed | datetime | None:
    """Lease the file that has been due longest; when the next one is due where none is, None where there is none at all."""
    found = await tx.one(NEXT_FILE)
    if found is None:
        return None
    if found.due_at > tx.now:
        return found.due_at
    leased = replace(found, due_at=tx.now + LEASE, attempts=found.attempts + 1)
    _move(tx, leased)
    return Claimed(leased)


async def close(tx: Transaction[Settings], file: AwaitedFile, fetched: FetchedMedia) -> None:
    """Store the file; without content where the channel does not give it. One that it may give later is asked for again, `MOST_ATTEMPTS` times
    at most."""
    if fetched.outcome is Outcome.UNAVAILABLE and file.attempts < MOST_ATTEMPTS:
        _move(tx, replace(file, due_at=tx.now + pause(file.attempts - 1)))
        return
    if await tx.execute(FORGET_FILE, file_id=file.id) == 0:
        return  # its lease had ended, and another worker has stored it
    content = fetched.content
    kept = Attachment(
        id=file.id,
        message_id=file.message_id,
        name=file.name,
        media_type=fetched.media_type or file.media_type,
        size_bytes=len(content or b""),
        sha256=hashlib.sha256(content or b"").hexdigest(),
        content=content,
    )
    await tx.insert(ATTACHMENTS, kept)


def _move(tx: Transaction[Settings], file: AwaitedFile) -> None:
    tx.change(AWAITED_FILES.name, MOVE_FILE, file_id=file.id, new_due_at=file.due_at, new_attempts=file.attempts)
