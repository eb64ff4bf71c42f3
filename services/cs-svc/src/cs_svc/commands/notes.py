"""Notes of agents about conversations."""

from collections.abc import Collection, Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import ConversationNoteAdded, trace_fields

from cs_svc.commands import attachments
from cs_svc.commands.record import text_fields
from cs_svc.domain.attachments import AttachedFile
from cs_svc.domain.conversations import Conversation
from cs_svc.domain.errors import ConversationGone
from cs_svc.domain.notes import AgentUnknown, Note
from cs_svc.settings import Settings
from cs_svc.tables.conversations import CONVERSATIONS
from cs_svc.tables.notes import NOTES
from cs_svc.tables.routing.agents import ENTERED_AGENTS


async def add(
    tx: Transaction[Settings],
    conversation_id: str,
    *,
    text: str,
    mentions: Collection[str] = (),
    attachment_ids: Sequence[str] = (),
) -> Note:
    """Add a note. It is no message and no change of the conversation: nobody but those of the platform can notice it.

    Raises:
        NotFound: there is no such conversation.
        Stale: the request's If-Match names another version.
        ConversationGone: it was merged into another one.
        AgentUnknown: somebody is mentioned who is not entered as an agent.
        AttachmentUnusable: see `attachments.named`.
    """
    conversation = await tx.lock(CONVERSATIONS, conversation_id)  # a merge takes along what is there before it
    if conversation.merged_into is not None:
        raise ConversationGone(merged_into=conversation.merged_into)
    named = sorted(set(mentions))
    if named:
        entered = {row["id"] for row in await tx.all(ENTERED_AGENTS, ids=named)}
        if unknown := sorted(set(named) - entered):
            raise AgentUnknown(pointer="/mentions", value=", ".join(unknown))
    files = await attachments.named(tx, conversation_id, attachment_ids, is_for_note=True)
    note = await store(tx, conversation, text=text, mentions=named, files=[each.shown() for each in files])
    await attachments.add(tx, conversation, files, note_id=note.id)
    return note


async def store(
    tx: Transaction[Settings],
    conversation: Conversation,
    *,
    text: str,
    mentions: Sequence[str],
    files: Sequence[AttachedFile] = (),
) -> Note:
    """Store a note about a conversation, which mentions agents who are entered."""
    note = Note(
        id=tx.new_id("note"),
        conversation_id=conversation.id,
        author_id=tx.actor.id,
        text=text,
        mentions=list(mentions),
        created_at=tx.now,
        attachments=list(files),
    )
    await tx.insert(NOTES, note)
    buyer = conversation.buyer_id
    event = ConversationNoteAdded(
        **trace_fields(tx, affected_party=buyer, applicant=buyer, result="added"),
        **text_fields(text),
        note_id=note.id,
        conversation_id=conversation.id,
        mentions=tuple(mentions),
    )
    tx.record(event)
    return note
