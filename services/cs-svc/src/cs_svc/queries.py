"""What cs-svc answers: a conversation with its messages, a complaint with its answers, a rating with its history."""

from aftercare_chassis.rows import Page
from aftercare_chassis.transaction import Reader

from cs_svc.domain.model import Answer, Complaint, Conversation, Message, Rating, RatingRevision
from cs_svc.tables import (
    ANSWERS_TO,
    COMPLAINTS,
    CONVERSATIONS,
    LATEST_MESSAGES,
    MESSAGE_LIST,
    RATINGS,
    REVISIONS_OF,
)

SHOWN_MESSAGES = 100


async def conversation(reader: Reader, conversation_id: str) -> tuple[Conversation, list[Message]]:
    """The conversation and its latest messages, oldest first."""
    found = await reader.get(CONVERSATIONS, conversation_id)
    return found, await latest_messages(reader, conversation_id)


async def latest_messages(reader: Reader, conversation_id: str) -> list[Message]:
    """The latest messages of a conversation that was looked up before, oldest first."""
    newest_first = await reader.all(LATEST_MESSAGES, conversation_id=conversation_id, rows=SHOWN_MESSAGES)
    return newest_first[::-1]


async def messages(reader: Reader, conversation_id: str, limit: int, cursor: str | None) -> Page[Message]:
    """All messages of a conversation in pages, newest first."""
    await reader.get(CONVERSATIONS, conversation_id)
    return await reader.page(MESSAGE_LIST, limit=limit, cursor=cursor, conversation_id=conversation_id)


async def complaint(reader: Reader, complaint_id: str) -> tuple[Complaint, list[Answer]]:
    """The complaint and what was answered to it, in order."""
    found = await reader.get(COMPLAINTS, complaint_id)
    return found, await answers_to(reader, complaint_id)


async def answers_to(reader: Reader, complaint_id: str) -> list[Answer]:
    """What was answered to a complaint that was looked up before, in order."""
    return await reader.all(ANSWERS_TO, complaint_id=complaint_id)


async def rating(reader: Reader, rating_id: str) -> tuple[Rating, list[RatingRevision]]:
    """The rating and what it said before, oldest first."""
    found = await reader.get(RATINGS, rating_id)
    return found, await reader.all(REVISIONS_OF, rating_id=rating_id)
