"""Tags: make and change them, and give them to conversations."""

from collections.abc import Collection
from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import ConversationTagged, TagSet, trace_fields

from cs_svc.commands.record import conversation_fields
from cs_svc.domain.conversations import CONVERSATION, Conversation, ConversationAction
from cs_svc.domain.tags import Tag, check_added
from cs_svc.settings import Settings
from cs_svc.tables.conversations import CONVERSATIONS
from cs_svc.tables.tags import TAG, TAGS, USABLE_TAGS


async def put(tx: Transaction[Settings], tag_id: str, *, name_zh: str, name_en: str, retired: bool) -> Tag:
    """Make a tag, or change it.

    Raises:
        Stale: the request's If-Match names another version.
    """
    known = await tx.look_up(TAG, id=tag_id)
    tx.check_condition(None if known is None else known.version)
    tag = Tag(
        id=tag_id,
        version=0 if known is None else known.version,
        name_zh=name_zh,
        name_en=name_en,
        retired=retired,
        created_at=tx.now if known is None else known.created_at,
        updated_at=tx.now,
    )
    traced = trace_fields(tx, affected_party=tag_id, applicant=tag_id, result="retired" if retired else "set")
    event = TagSet(**traced, tag_id=tag_id, retired=retired)
    return await (tx.create if known is None else tx.save)(TAGS, tag, event)


async def give(tx: Transaction[Settings], conversation_id: str, *, tags: Collection[str]) -> Conversation:
    """Let the conversation have these tags and no others.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        TagUnknown: it gets one that does not exist, or is retired.
        ActionNotAllowed: see CONVERSATION.
    """
    before = await tx.lock(CONVERSATIONS, conversation_id)
    wanted = sorted(set(tags))
    usable = {row["id"] for row in await tx.all(USABLE_TAGS, ids=wanted)}
    check_added(wanted, before.tags, usable)
    tagged = replace(CONVERSATION.apply(before, ConversationAction.TAG, tx), tags=wanted)
    event = ConversationTagged(**conversation_fields(tx, tagged), tags=tuple(wanted))
    return await tx.save(CONVERSATIONS, tagged, event)
