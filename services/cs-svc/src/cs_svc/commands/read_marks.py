"""Read marks: how far somebody has received and read a conversation. They are no facts of business, so no event is recorded."""

import json

from aftercare_chassis.database.notifications import keyed
from aftercare_chassis.database.transaction import Transaction

from cs_svc.domain.conversations import AuthorRole, Message
from cs_svc.domain.live import SIGNALS
from cs_svc.domain.read_marks import UNREAD, ReadMark
from cs_svc.tables.conversations import CONVERSATIONS
from cs_svc.tables.read_marks import MARK


async def mark(tx: Transaction, conversation_id: str, *, place: str, read: bool) -> ReadMark:
    """Note that the actor has received the messages up to this place, and read them if `read`; at most up to the last one.

    Raises:
        NotFound: the actor does not see the conversation.
        Stale: the request's If-Match names another version.
    """
    conversation = await tx.get(CONVERSATIONS, conversation_id)
    tx.check_condition(conversation.version)
    place = min(place, conversation.last_place)
    made = ReadMark(
        conversation_id=conversation_id,
        reader_role=AuthorRole(tx.actor.role),
        reader_id=tx.actor.id,
        read_place=place if read else UNREAD,
        delivered_place=place,
        updated_at=tx.now,
    )
    put(tx, made)
    tx.wake(keyed(SIGNALS, json.dumps(["mark", conversation_id, made.reader_role, made.reader_id, place, read])))
    return made


def of_author(message: Message) -> ReadMark:
    """The mark of the author of a message, who has read everything up to there."""
    return ReadMark(
        conversation_id=message.conversation_id,
        reader_role=message.author_role,
        reader_id=message.author_id,
        read_place=message.place,
        delivered_place=message.place,
        updated_at=message.sent_at,
    )


def put(tx: Transaction, made: ReadMark) -> None:
    """Store a mark, where it is further than the one that there is."""
    tx.execute_last(
        "read_marks",
        MARK,
        conversation_id=made.conversation_id,
        reader_role=made.reader_role,
        reader_id=made.reader_id,
        read_place=made.read_place,
        delivered_place=made.delivered_place,
        updated_at=made.updated_at,
    )
