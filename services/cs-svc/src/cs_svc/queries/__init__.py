"""The reads of cs-svc. Each returns what the reader's actor may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.refusals import NotFound

from cs_svc.domain.answers import Owed
from cs_svc.domain.channels import Delivery
from cs_svc.domain.complaint_submissions import Submission
from cs_svc.domain.complaints import Complaint, ComplaintReply
from cs_svc.domain.conversations import Conversation, Message
from cs_svc.domain.courier_ratings import CourierRating
from cs_svc.domain.feedback import Feedback
from cs_svc.domain.identities import Identity
from cs_svc.domain.link_codes import LinkCode
from cs_svc.domain.orders import KnownCase, KnownOrder
from cs_svc.domain.ratings import Rating, RatingRevision
from cs_svc.domain.read_marks import ReadMark
from cs_svc.tables.complaint_submissions import SUBMISSIONS_OF
from cs_svc.tables.complaints import (
    COMPLAINT_LIST,
    COMPLAINTS,
    COMPLAINTS_DUE,
    COMPLAINTS_OF_BUYER,
    OWED_REPLIES,
    OWED_RESOLUTIONS,
    REPLIES_TO_COMPLAINT,
)
from cs_svc.tables.conversations import (
    CONVERSATION_LIST,
    CONVERSATIONS,
    CONVERSATIONS_OF_BUYER,
    CONVERSATIONS_OF_IDS,
    COUNT_AFTER,
    LATEST_MESSAGES,
    MESSAGE_LIST,
    MESSAGES,
    MESSAGES_AFTER,
    OWED_ANSWERS,
)
from cs_svc.tables.courier_ratings import COURIER_RATING_LIST, COURIER_RATINGS
from cs_svc.tables.deliveries import DELIVERIES_OF_CONVERSATION
from cs_svc.tables.feedback import FEEDBACK, FEEDBACK_LIST
from cs_svc.tables.identities import IDENTITIES, IDENTITY_LIST
from cs_svc.tables.link_codes import LINK_CODES
from cs_svc.tables.orders import CASES_OF_BUYER, ORDERS_OF_BUYER
from cs_svc.tables.ratings import RATING_LIST, RATINGS, RATINGS_OF_BUYER, REVISIONS_OF_RATING
from cs_svc.tables.read_marks import MARKS_OF_CONVERSATION, MARKS_OF_READER

LATEST = 100  # messages shown with a conversation
OF_CUSTOMER = 20  # rows of each kind shown of a customer
Filter: TypeAlias = str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """客户档案: the latest rows of one buyer, newest first."""

    id: str
    orders: list[KnownOrder]
    cases: list[KnownCase]
    conversations: list[Conversation]
    complaints: list[Complaint]
    ratings: list[Rating]


OWED = {"conversation": OWED_ANSWERS, "complaint": OWED_REPLIES, "complaint_resolution": OWED_RESOLUTIONS}
"""By document, the query of what is owed of it."""


async def conversation(reader: Reader, conversation_id: str) -> Conversation:
    """One conversation. Raises: NotFound."""
    return await reader.get(CONVERSATIONS, conversation_id)


async def conversations(reader: Reader, limit: int, cursor: str | None, **filters: Filter) -> Page[Conversation]:
    """A page of conversations, newest first."""
    return await reader.page(CONVERSATION_LIST, limit=limit, cursor=cursor, **filters)


async def conversations_of(reader: Reader, ids: Sequence[str]) -> list[Conversation]:
    """Those of these conversations that the reader may see."""
    return await reader.all(CONVERSATIONS_OF_IDS, ids=ids)


async def marks(reader: Reader, conversation_id: str) -> list[ReadMark]:
    """How far the people in a conversation that the reader may see have read it."""
    return await reader.all(MARKS_OF_CONVERSATION, conversation_id=conversation_id)


async def unread(reader: Reader, conversations: Sequence[Conversation]) -> dict[str, int]:
    """How many messages of these conversations come after what the reader has read, by the id."""
    actor = reader.actor
    ids = [each.id for each in conversations]
    found = await reader.all(MARKS_OF_READER, ids=ids, reader_role=actor.role, reader_id=actor.id) if ids else []
    read = {each.conversation_id: int(each.read_place) for each in found}
    found_unread = {each.id: max(0, each.message_count - read.get(each.id, 0)) for each in conversations}
    # Where messages have gone to or come from another conversation, places are no count.
    first = {each.id: int(each.first_shown(actor.role) or 1) - 1 for each in conversations}
    gaps = [each.id for each in conversations if each.places_skipped or first[each.id]]
    if gaps:
        places = [f"{max(read.get(each, 0), first[each]):08d}" for each in gaps]
        found_unread |= {row["id"]: row["number"] for row in await reader.all(COUNT_AFTER, ids=gaps, places=places)}
    return found_unread | {each.id: 0 for each in conversations if each.merged_into is not None}


async def latest_messages(reader: Reader, conversation: Conversation) -> list[Message]:
    """The latest messages of a conversation that the reader may see, oldest first."""
    first = conversation.first_shown(reader.actor.role)
    newest_first = await reader.all(LATEST_MESSAGES, conversation_id=conversation.id, rows=LATEST, from_place=first)
    return newest_first[::-1]


async def messages(reader: Reader, conversation_id: str, limit: int, cursor: str | None) -> Page[Message]:
    """A page of all messages of a conversation, newest first. Raises: NotFound."""
    found = await conversation(reader, conversation_id)
    first = found.first_shown(reader.actor.role) or None
    return await reader.page(
        MESSAGE_LIST, limit=limit, cursor=cursor, conversation_id=conversation_id, from_place=first
    )


@dataclass(frozen=True, slots=True)
class Posted:
    """The next messages of a conversation, oldest first."""

    conversation: Conversation
    rows: list[Message]

    def seen_by(self, actor: Actor) -> list[Message] | None:
        """Those that the actor may see; None where it may not see the conversation."""
        if not CONVERSATIONS.shows(actor, self.conversation):
            return None
        first = self.conversation.first_shown(actor.role)
        return [each for each in self.rows if each.place >= first and MESSAGES.shows(actor, each)]


async def posted(reader: Reader, places: Mapping[str, str]) -> dict[str, Posted]:
    """The next messages of several conversations, by the id, after the place of each; at most LATEST of each."""
    ids = list(places)
    found = await reader.all(MESSAGES_AFTER, ids=ids, places=list(places.values()), rows=LATEST)
    grown = list(dict.fromkeys(each.conversation_id for each in found))
    if not grown:
        return {}
    posted = {each.id: Posted(each, []) for each in await reader.all(CONVERSATIONS_OF_IDS, ids=grown)}
    for message in found:
        if message.conversation_id in posted:
            posted[message.conversation_id].rows.append(message)
    return posted


async def deliveries(reader: Reader, conversation_id: str) -> list[Delivery]:
    """The latest deliveries of a conversation, newest first. Raises: NotFound."""
    await conversation(reader, conversation_id)
    return await reader.all(DELIVERIES_OF_CONVERSATION, conversation_id=conversation_id, rows=LATEST)


async def identity(reader: Reader, identity_id: str) -> Identity:
    """One identity. Raises: NotFound."""
    return await reader.get(IDENTITIES, identity_id)


async def link_code(reader: Reader, code_id: str) -> LinkCode:
    """One code of the reader. Raises: NotFound."""
    return await reader.get(LINK_CODES, code_id)


async def identities(reader: Reader, limit: int, cursor: str | None, **filters: Filter) -> Page[Identity]:
    """A page of identities, newest first."""
    return await reader.page(IDENTITY_LIST, limit=limit, cursor=cursor, **filters)


async def complaint(reader: Reader, complaint_id: str) -> Complaint:
    """One complaint. Raises: NotFound."""
    return await reader.get(COMPLAINTS, complaint_id)


async def complaints(reader: Reader, limit: int, cursor: str | None, **filters: Filter) -> Page[Complaint]:
    """A page of complaints, newest first."""
    return await reader.page(COMPLAINT_LIST, limit=limit, cursor=cursor, **filters)


async def complaints_due(
    reader: Reader, limit: int, cursor: str | None, *, within: int, **filters: Filter
) -> Page[Complaint]:
    """A page of the complaints of which something is late, or will be within so many minutes, the earliest first."""
    until = reader.now + timedelta(minutes=within)
    return await reader.page(COMPLAINTS_DUE, limit=limit, cursor=cursor, until=until, **filters)


async def replies_to(reader: Reader, complaint_id: str) -> list[ComplaintReply]:
    """The replies to a complaint that the reader may see, oldest first."""
    return await reader.all(REPLIES_TO_COMPLAINT, complaint_id=complaint_id)


async def submissions_of(reader: Reader, complaint_id: str) -> list[Submission]:
    """What was submitted further to a complaint that the reader may see, oldest first."""
    return await reader.all(SUBMISSIONS_OF, ids=[complaint_id])


async def one_feedback(reader: Reader, feedback_id: str) -> Feedback:
    """One piece of feedback. Raises: NotFound."""
    return await reader.get(FEEDBACK, feedback_id)


async def feedback(reader: Reader, limit: int, cursor: str | None, **filters: Filter) -> Page[Feedback]:
    """A page of feedback, newest first."""
    return await reader.page(FEEDBACK_LIST, limit=limit, cursor=cursor, **filters)


async def rating(reader: Reader, rating_id: str) -> tuple[Rating, list[RatingRevision]]:
    """A rating and its earlier versions, oldest first. Raises: NotFound."""
    found = await reader.get(RATINGS, rating_id)
    return found, await reader.all(REVISIONS_OF_RATING, rating_id=rating_id)


async def ratings(reader: Reader, limit: int, cursor: str | None, **filters: Filter) -> Page[Rating]:
    """A page of ratings, newest first."""
    return await reader.page(RATING_LIST, limit=limit, cursor=cursor, **filters)


async def courier_rating(reader: Reader, rating_id: str) -> CourierRating:
    """One rating of a courier. Raises: NotFound."""
    return await reader.get(COURIER_RATINGS, rating_id)


async def courier_ratings(reader: Reader, limit: int, cursor: str | None, **filters: Filter) -> Page[CourierRating]:
    """A page of ratings of couriers, newest first."""
    return await reader.page(COURIER_RATING_LIST, limit=limit, cursor=cursor, **filters)


async def owed(reader: Reader) -> dict[str, Owed]:
    """What is owed of each document, whoever the reader is: figures without a name."""
    found = {document: await reader.all(query, now=reader.now) for document, query in OWED.items()}
    return {document: row for document, [row] in found.items()}


async def customer(reader: Reader, buyer_id: str) -> Customer:
    """The latest rows of a buyer. Raises: NotFound where the reader may see no order and no conversation."""
    found = Customer(
        id=buyer_id,
        orders=await reader.all(ORDERS_OF_BUYER, buyer_id=buyer_id, rows=OF_CUSTOMER),
        cases=await reader.all(CASES_OF_BUYER, buyer_id=buyer_id, rows=OF_CUSTOMER),
        conversations=await reader.all(CONVERSATIONS_OF_BUYER, buyer_id=buyer_id, rows=OF_CUSTOMER),
        complaints=await reader.all(COMPLAINTS_OF_BUYER, buyer_id=buyer_id, rows=OF_CUSTOMER),
        ratings=await reader.all(RATINGS_OF_BUYER, buyer_id=buyer_id, rows=OF_CUSTOMER),
    )
    if not (found.orders or found.conversations):
        raise NotFound
    return found
