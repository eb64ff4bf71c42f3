"""How far the people in a conversation have received and read it, and what follows for its messages."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cs_svc.domain.conversations import AuthorRole, Message

UNREAD = "00000000"
"""The place before the first message."""


class DeliveryState(StrEnum):
    """How far a message has come to the other side: the buyer, or those who serve."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMark:
    """The places up to which one person has received and read a conversation. Who has read a message has received it."""

    conversation_id: str
    reader_role: AuthorRole
    reader_id: str
    read_place: str
    delivered_place: str
    updated_at: datetime


def delivery(message: Message, marks: Collection[ReadMark]) -> DeliveryState | None:
    """How far a message of a person has come; None for one of the system."""
    if message.author_role is AuthorRole.SYSTEM:
        return None
    of_buyer = message.author_role is AuthorRole.BUYER
    others = [each for each in marks if (each.reader_role is AuthorRole.BUYER) is not of_buyer]
    if any(each.read_place >= message.place for each in others):
        return DeliveryState.READ
    received = any(each.delivered_place >= message.place for each in others)
    return DeliveryState.DELIVERED if received else DeliveryState.SENT
