"""Replies of agents that wait for the approval of another one; published by cs-svc for the platform alone. What they say stays there."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event
from aftercare_events.fields import Code, ConversationId, Currency, Hash, Id, Minor, PrincipalId
from aftercare_events.topics import Topic


class HeldReplyEvent(Event):
    """What every event of a held reply carries."""

    TOPIC: ClassVar[Topic] = topics.CONVERSATIONS
    KEY: ClassVar[str] = "held_reply_id"
    OF_PLATFORM: ClassVar[bool] = True

    held_reply_id: Annotated[Id, Field(description="the reply")]
    conversation_id: ConversationId
    author_id: Annotated[PrincipalId, Field(description="the agent who wrote it")]
    amount_minor: Minor
    currency: Currency


class HeldReplyAsked(HeldReplyEvent):
    """A reply names an amount above the limit, and waits for another agent."""

    matter: Code = "held_reply"
    text_hash: Hash


class HeldReplyApproved(HeldReplyEvent):
    """Another agent approved the reply, and it was sent."""

    matter: Code = "held_reply"
    message_id: Id


class HeldReplyDeclined(HeldReplyEvent):
    """Another agent declined the reply; it is not sent."""

    matter: Code = "held_reply"
    reason_hash: Hash


class HeldReplyWithdrawn(HeldReplyEvent):
    """Its author took the reply back."""

    matter: Code = "held_reply"


class HeldReplyExpired(HeldReplyEvent):
    """Nobody decided about the reply in time; it is not sent."""

    matter: Code = "held_reply"


class HeldReplyLapsed(HeldReplyEvent):
    """The conversation is no longer what the reply was written for; it is not sent."""

    matter: Code = "held_reply"
