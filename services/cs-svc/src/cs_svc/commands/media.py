"""Files of messages that a channel keeps for a while: fetched by a worker, and then checked as files that are uploaded."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aftercare_chassis.database.transaction import Transaction

from cs_svc.commands import attachments
from cs_svc.domain.attachments import AttachmentRefusal, AwaitedFile
from cs_svc.domain.channels import MOST_ATTEMPTS, Channel, pause
from cs_svc.domain.conversations import Message
from cs_svc.integrations.channels.port import FetchedMedia, File, Media, Outcome
from cs_svc.settings import Settings
from cs_svc.tables.conversations import MESSAGES
from cs_svc.tables.inbound import AWAITED_FILES, FORGET_FILE, MOVE_FILE, NEXT_FILE

WORKER = "channel-media"
LEASE = timedelta(minutes=2)
_WHYS = {"file_too_large": AttachmentRefusal.TOO_LARGE}


@dataclass(frozen=True, slots=True)
class Claimed:
    """A file that a worker has to itself until the lease ends."""

    file: AwaitedFile


async def queue(
    tx: Transaction[Settings], attachment_id: str, channel: Channel, message: Message, media: Media
) -> None:
    """Have a file of this message fetched."""
    awaited = AwaitedFile(
        id=attachment_id,
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


async def close(tx: Transaction[Settings], awaited: AwaitedFile, fetched: FetchedMedia) -> None:
    """Have the file checked; it is refused where the channel does not give it. One that it may give later is asked for again, `MOST_ATTEMPTS` times
    at most."""
    if fetched.outcome is Outcome.UNAVAILABLE and awaited.attempts < MOST_ATTEMPTS:
        _move(tx, replace(awaited, due_at=tx.now + pause(awaited.attempts - 1)))
        return
    if await tx.execute(FORGET_FILE, file_id=awaited.id) == 0:
        return  # its lease had ended, and another worker has stored it
    content = fetched.content or b""
    file = File(
        name=awaited.name,
        media_type=fetched.media_type or awaited.media_type,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=fetched.content,
        why=None if fetched.content is not None else _WHYS.get(fetched.why or "", AttachmentRefusal.NOT_FETCHED),
    )
    message = await tx.lock(MESSAGES, awaited.message_id)  # a merge that moves it takes the file along
    await attachments.receive(tx, awaited.id, message, awaited.channel, file)


def _move(tx: Transaction[Settings], file: AwaitedFile) -> None:
    tx.change(AWAITED_FILES.name, MOVE_FILE, file_id=file.id, new_due_at=file.due_at, new_attempts=file.attempts)
