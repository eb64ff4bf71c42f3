"""What cs-svc answers; everything is seen with the eyes of the reader's actor."""

from typing import Any

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.refusals import NotFound

from cs_svc.domain.model import Answer, Complaint, Conversation, Customer, Feedback, Message, Rating, RatingRevision
from cs_svc.tables import (
    ANSWERS_TO,
    CASES_OF_BUYER,
    COMPLAINT_LIST,
    COMPLAINTS,
    COMPLAINTS_OF_BUYER,
    CONVERSATION_LIST,
    CONVERSATIONS,
    CONVERSATIONS_OF_BUYER,
    FEEDBACK,
    FEEDBACK_LIST,
    LATEST_MESSAGES,
    MESSAGE_LIST,
    MESSAGES_BEHIND,
    ORDERS_OF_BUYER,
    RATING_LIST,
    RATINGS,
    RATINGS_OF_BUYER,
    REVISIONS_OF,
)

SHOWN_MESSAGES = 100
SHOWN_TO_SERVE = 20


async def conversation(reader: Reader, conversation_id: str) -> Conversation:
    """One conversation, or NotFound."""
    return await reader.get(CONVERSATIONS, conversation_id)


async def conversations(reader: Reader, limit: int, cursor: str | None, **filters: Any) -> Page[Conversation]:
    """Conversations in pages, newest first."""
    return await reader.page(CONVERSATION_LIST, limit=limit, cursor=cursor, **filters)


async def latest_messages(reader: Reader, conversation_id: str) -> list[Message]:
    """The latest messages of a conversation that was looked up before, oldest first."""
    newest_first = await reader.all(LATEST_MESSAGES, conversation_id=conversation_id, rows=SHOWN_MESSAGES)
    return newest_first[::-1]


async def messages(reader: Reader, conversation_id: str, limit: int, cursor: str | None) -> Page[Message]:
    """All messages of a conversation in pages, newest first."""
    await conversation(reader, conversation_id)
    return await reader.page(MESSAGE_LIST, limit=limit, cursor=cursor, conversation_id=conversation_id)


async def messages_behind(reader: Reader, conversation_id: str, place: str) -> list[Message]:
    """The next hundred messages of a conversation behind a place, oldest first."""
    await conversation(reader, conversation_id)
    return await reader.all(MESSAGES_BEHIND, conversation_id=conversation_id, place=place, rows=SHOWN_MESSAGES)


async def complaint(reader: Reader, complaint_id: str) -> Complaint:
    """One complaint, or NotFound."""
    return await reader.get(COMPLAINTS, complaint_id)


async def complaints(reader: Reader, limit: int, cursor: str | None, **filters: Any) -> Page[Complaint]:
    """Complaints in pages, newest first."""
    return await reader.page(COMPLAINT_LIST, limit=limit, cursor=cursor, **filters)


async def answers_to(reader: Reader, complaint_id: str) -> list[Answer]:
    """What was answered to a complaint that was looked up before, in order."""
    return await reader.all(ANSWERS_TO, complaint_id=complaint_id)


async def one_feedback(reader: Reader, feedback_id: str) -> Feedback:
    """One piece of feedback, or NotFound."""
    return await reader.get(FEEDBACK, feedback_id)


async def feedback(reader: Reader, limit: int, cursor: str | None, **filters: Any) -> Page[Feedback]:
    """Feedback in pages, newest first."""
    return await reader.page(FEEDBACK_LIST, limit=limit, cursor=cursor, **filters)


async def rating(reader: Reader, rating_id: str) -> tuple[Rating, list[RatingRevision]]:
    """A rating and what it said before, oldest first; or NotFound."""
    found = await reader.get(RATINGS, rating_id)
    return found, await reader.all(REVISIONS_OF, rating_id=rating_id)


async def ratings(reader: Reader, limit: int, cursor: str | None, **filters: Any) -> Page[Rating]:
    """Ratings in pages, newest first."""
    return await reader.page(RATING_LIST, limit=limit, cursor=cursor, **filters)


async def customer(reader: Reader, buyer_id: str) -> Customer:
    """What is known of a buyer, as far as this actor may see it; NotFound where that is nothing at all."""
    which = {"buyer_id": buyer_id, "rows": SHOWN_TO_SERVE}
    found = Customer(
        id=buyer_id,
        orders=await reader.all(ORDERS_OF_BUYER, **which),
        cases=await reader.all(CASES_OF_BUYER, **which),
        conversations=await reader.all(CONVERSATIONS_OF_BUYER, **which),
        complaints=await reader.all(COMPLAINTS_OF_BUYER, **which),
        ratings=await reader.all(RATINGS_OF_BUYER, **which),
    )
    if not (found.orders or found.conversations):
        raise NotFound
    return found
