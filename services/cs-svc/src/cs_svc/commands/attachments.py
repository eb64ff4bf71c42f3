"""Files in conversations: announced and completed by their uploader or received over a channel, accepted or refused after their check, added to
a message or a note."""

from collections.abc import Sequence
from datetime import timedelta

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import NOBODY, SystemContext
from aftercare_chassis.records import replace
from aftercare_chassis.refusals import NotFound
from aftercare_events import (
    AttachmentAccepted,
    AttachmentAdded,
    AttachmentAnnounced,
    AttachmentExpired,
    AttachmentRefused,
    AttachmentUploaded,
)
from aftercare_files.media import media_type_of

from cs_svc.commands import attachment_checks
from cs_svc.commands.record import attachment_fields
from cs_svc.domain.attachments import (
    ATTACHMENT,
    MOST_UNUSED,
    Accepted,
    Announcement,
    Attachment,
    AttachmentAction,
    AttachmentRefusal,
    AttachmentState,
    AttachmentUnusable,
    NotesByAgentsOnly,
    ReceivedContent,
    TooManyAttachments,
    check_addable,
    check_announced,
    largest,
)
from cs_svc.domain.channels import Channel
from cs_svc.domain.conversations import CONVERSATION, Conversation, ConversationAction, Message
from cs_svc.integrations.channels.port import File
from cs_svc.settings import Settings
from cs_svc.tables.attachments import ATTACHMENTS, LOCK_NAMED, NUMBER_UNUSED, RECEIVED_CONTENTS
from cs_svc.tables.conversations import CONVERSATIONS

_NOW = timedelta(0)


async def announce(tx: Transaction[Settings], conversation_id: str, announced: Announcement) -> Attachment:
    """Announce a file for a message or a note in a conversation, which may be uploaded then.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        ActionNotAllowed, ConversationGone: the actor may not write in the conversation.
        NotesByAgentsOnly: somebody else than an agent uploads for a note.
        AttachmentTypeUnsuitable, AttachmentTooLarge: see `check_announced`.
        TooManyAttachments: the actor has as many files that are in no message.
    """
    conversation = await tx.lock(CONVERSATIONS, conversation_id)
    CONVERSATION.apply(conversation, ConversationAction.POST, tx)
    if announced.is_for_note and tx.actor.role != "agent":
        raise NotesByAgentsOnly(pointer="/is_for_note")
    check_announced(announced, tx.settings)
    whose = {"uploader_id": tx.actor.id, "uploader_role": tx.actor.role}
    [found] = await tx.all(NUMBER_UNUSED, conversation_id=conversation_id, **whose)
    if found["number"] >= MOST_UNUSED:
        raise TooManyAttachments(limit=MOST_UNUSED)
    new = Attachment(
        id=tx.new_id("att"),
        version=0,
        conversation_id=conversation_id,
        is_for_note=announced.is_for_note,
        uploader_id=tx.actor.id,
        uploader_role=tx.actor.role,
        name=announced.name,
        media_type=announced.media_type,
        size_bytes=announced.size_bytes,
        sha256=announced.sha256,
        state=ATTACHMENT.initial,
        whose_turn=NOBODY,
        deadline_at=None,
        created_at=tx.now,
        updated_at=tx.now,
    )
    started = ATTACHMENT.start(new, tx)
    created = await tx.create(ATTACHMENTS, started, AttachmentAnnounced(**attachment_fields(tx, started, conversation)))
    await attachment_checks.begin(tx, created, attachment_checks.FIRST_LOOK)
    return created


async def complete(
    tx: Transaction[Settings], conversation_id: str, attachment_id: str, *, is_uploaded: bool = True
) -> Attachment:
    """Have an uploaded file checked; refuse it where it was not uploaded.

    Raises:
        NotFound: there is no such file, or it is somebody else's.
        Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see ATTACHMENT.
    """
    conversation = await tx.get(CONVERSATIONS, conversation_id)
    found = await tx.find(ATTACHMENTS, attachment_id)
    if found is None or found.conversation_id != conversation_id or not found.is_of(tx.actor):
        raise NotFound(what=ATTACHMENTS.name)
    pending = await tx.lock(ATTACHMENTS, attachment_id)
    uploaded = ATTACHMENT.apply(pending, AttachmentAction.COMPLETE, tx)
    event = AttachmentUploaded(**attachment_fields(tx, uploaded, conversation))
    saved = await tx.save(ATTACHMENTS, uploaded, event)
    if not is_uploaded:
        return await _refused(tx, saved, conversation, AttachmentRefusal.NOT_UPLOADED)
    await attachment_checks.put_off(tx, saved.id, _NOW)
    tx.wake(attachment_checks.WORKER)
    return saved


async def receive(
    tx: Transaction[Settings], attachment_id: str, message: Message, channel: Channel, file: File
) -> Attachment:
    """Store a file that came with a message over a channel, to be checked as any other; nothing of it where it cannot be."""
    conversation = await tx.get(CONVERSATIONS, message.conversation_id)
    media_type = None if file.content is None else media_type_of(file.content)
    new = Attachment(
        id=attachment_id,
        version=0,
        conversation_id=message.conversation_id,
        message_id=message.id,
        uploader_id=message.author_id,
        uploader_role=message.author_role,
        channel=channel,
        name=file.name,
        media_type=media_type or file.media_type,
        size_bytes=file.size_bytes,
        sha256=f"sha256:{file.sha256}",
        state=ATTACHMENT.initial,
        whose_turn=NOBODY,
        deadline_at=None,
        created_at=tx.now,
        updated_at=tx.now,
    )
    started = ATTACHMENT.start(new, tx)
    uploaded = ATTACHMENT.apply(started, AttachmentAction.COMPLETE, SystemContext.of(tx))
    created = await tx.create(
        ATTACHMENTS, uploaded, AttachmentUploaded(**attachment_fields(tx, uploaded, conversation))
    )
    await attachment_checks.begin(tx, created, _NOW)
    if file.content is None:
        return await _refused(tx, created, conversation, file.why or AttachmentRefusal.TOO_LARGE)
    if media_type is None or media_type not in tx.settings.attachment_types:
        return await _refused(tx, created, conversation, AttachmentRefusal.TYPE_UNSUPPORTED)
    if file.size_bytes > largest(media_type, tx.settings):
        return await _refused(tx, created, conversation, AttachmentRefusal.TOO_LARGE)
    await tx.insert(RECEIVED_CONTENTS, ReceivedContent(created.id, file.content))
    return created


async def named(
    tx: Transaction[Settings], conversation_id: str, ids: Sequence[str], *, is_for_note: bool = False
) -> list[Attachment]:
    """The locked files of the actor that a message or note names, in its order.

    Raises:
        AttachmentUnusable: see `check_addable`; one is named twice.
    """
    if not ids:
        return []
    found = {each.id: each for each in await tx.all(LOCK_NAMED, conversation_id=conversation_id, ids=list(ids))}
    for place, each in enumerate(ids):
        check_addable(found.get(each), each, tx.actor, is_for_note=is_for_note, place=place)
        if each in ids[:place]:
            raise AttachmentUnusable(pointer=f"/attachment_ids/{place}", attachment_id=each, found="named_twice")
    return [found[each] for each in ids]


async def add(
    tx: Transaction[Settings],
    conversation: Conversation,
    files: Sequence[Attachment],
    *,
    message_id: str | None = None,
    note_id: str | None = None,
) -> None:
    """Let locked files be in a message or a note. The worker looks at each once more: their uploads may not be deleted yet."""
    for each in files:
        placed = replace(each, message_id=message_id, note_id=note_id)
        await _added(tx, placed, conversation)
        await attachment_checks.put_off(tx, each.id, _NOW)
    if files:
        tx.wake(attachment_checks.WORKER)


async def accept(tx: Transaction[Settings], attachment_id: str, *, accepted: Accepted) -> Attachment:
    """Accept a file after its check; one that came with a message is in it now.

    Raises:
        NotFound, IllegalTransition: the file is not waiting for its check.
    """
    file, conversation = await _uploaded(tx, attachment_id)
    moved = replace(
        ATTACHMENT.apply(file, AttachmentAction.ACCEPT, tx),
        copy_type=accepted.copy_type,
        has_thumbnail=accepted.has_thumbnail,
        scanned=accepted.scanned,
    )
    event = AttachmentAccepted(**attachment_fields(tx, moved, conversation), scanned=accepted.scanned)
    saved = await tx.save(ATTACHMENTS, moved, event)
    await attachment_checks.put_off(tx, saved.id, _NOW)
    if saved.message_id is None:
        return saved
    return await _added(tx, saved, conversation)


async def refuse(tx: Transaction[Settings], attachment_id: str, *, cause: AttachmentRefusal) -> Attachment:
    """Refuse a file after its check.

    Raises:
        NotFound, IllegalTransition: the file is not waiting for its check.
    """
    file, conversation = await _uploaded(tx, attachment_id)
    return await _refused(tx, file, conversation, cause)


async def expire(tx: Transaction[Settings], attachment_id: str) -> Attachment:
    """End a file that nobody has uploaded in time, or that is in no message in time.

    Raises:
        NotFound, IllegalTransition: the file is in a message, or has ended.
    """
    moved = ATTACHMENT.apply(await tx.lock(ATTACHMENTS, attachment_id), AttachmentAction.EXPIRE, tx)
    conversation = await tx.get(CONVERSATIONS, moved.conversation_id)
    await attachment_checks.put_off(tx, moved.id, _NOW)
    return await tx.save(ATTACHMENTS, moved, AttachmentExpired(**attachment_fields(tx, moved, conversation)))


async def _uploaded(tx: Transaction[Settings], attachment_id: str) -> tuple[Attachment, Conversation]:
    """The locked file; one that its uploader has not completed is completed with this."""
    file = await tx.lock(ATTACHMENTS, attachment_id)
    conversation = await tx.get(CONVERSATIONS, file.conversation_id)
    if file.state is not AttachmentState.PENDING:
        return file, conversation
    moved = ATTACHMENT.apply(file, AttachmentAction.COMPLETE, tx)
    event = AttachmentUploaded(**attachment_fields(tx, moved, conversation))
    return await tx.save(ATTACHMENTS, moved, event), conversation


async def _refused(
    tx: Transaction[Settings], file: Attachment, conversation: Conversation, cause: AttachmentRefusal
) -> Attachment:
    moved = replace(ATTACHMENT.apply(file, AttachmentAction.REFUSE, SystemContext.of(tx)), refused_because=cause)
    event = AttachmentRefused(**attachment_fields(tx, moved, conversation), cause=cause)
    await attachment_checks.put_off(tx, moved.id, _NOW)
    tx.wake(attachment_checks.WORKER)
    return await tx.save(ATTACHMENTS, moved, event)


async def _added(tx: Transaction[Settings], file: Attachment, conversation: Conversation) -> Attachment:
    moved = ATTACHMENT.apply(file, AttachmentAction.ADD, tx)
    event = AttachmentAdded(
        **attachment_fields(tx, moved, conversation), message_id=moved.message_id, note_id=moved.note_id
    )
    return await tx.save(ATTACHMENTS, moved, event)
