"""Conversations that go from the platform's customer service to the merchant's, and back; published by cs-svc."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.catalogue.conversations import ConversationEvent
from aftercare_events.event import Event
from aftercare_events.fields import BuyerId, Code, ConversationId, Hash, Id, MerchantId, OrderId, PrincipalId
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, one_of


class ServedBy(Vocabulary):
    """Whose people serve a conversation."""

    PLATFORM = "platform", "those of the platform"
    MERCHANT = "merchant", "those of the merchant"


class ServiceCause(Vocabulary):
    """Why others serve a conversation from now on."""

    ACCEPTED = "accepted", "they accepted it"
    TAKEN_BACK = "taken_back", "an agent of the platform took it"


class ReferralLapse(Vocabulary):
    """Why an offer of a conversation lapsed that nobody had answered."""

    CLOSED = "closed", "the conversation was closed"
    MERGED = "merged", "the conversation was merged with another one"
    TAKEN_BACK = "taken_back", "an agent of the platform took it"
    CUSTOMER_CHANGED = "customer_changed", "the conversation belongs to another buyer"


class ReferralEvent(Event):
    """What every event of a referral carries: the offer of a conversation to the people of the merchant, or of the platform."""

    TOPIC: ClassVar[Topic] = topics.CONVERSATIONS
    KEY: ClassVar[str] = "referral_id"

    referral_id: Annotated[Id, Field(description="the referral")]
    conversation_id: ConversationId
    order_id: OrderId
    buyer_id: BuyerId
    merchant_id: MerchantId
    offered_to: Annotated[Code, one_of(ServedBy, "to whom it is offered")]


class ReferralOffered(ReferralEvent):
    """Who serves a conversation offered it to the other side."""

    matter: Code = "conversation_referral"
    reason_hash: Hash


class ReferralAccepted(ReferralEvent):
    """The other side serves the conversation from now on."""

    matter: Code = "conversation_referral"


class ReferralDeclined(ReferralEvent):
    """The other side declined; the conversation stays where it is."""

    matter: Code = "conversation_referral"
    reason_hash: Hash


class ReferralWithdrawn(ReferralEvent):
    """Who had offered the conversation took the offer back."""

    matter: Code = "conversation_referral"


class ReferralExpired(ReferralEvent):
    """Nobody answered the offer in time; the conversation stays where it is."""

    matter: Code = "conversation_referral"


class ReferralLapsed(ReferralEvent):
    """The conversation is no longer what was offered."""

    matter: Code = "conversation_referral"
    cause: Annotated[Code, one_of(ReferralLapse, "why")]


class ConversationServiceChanged(ConversationEvent):
    """Others serve the conversation from now on."""

    matter: Code = "conversation_service"
    served_by: Annotated[Code, one_of(ServedBy, "who serves it")]
    agent_id: Annotated[
        PrincipalId | None, Field(description="the agent who has it; absent where the merchant serves it")
    ] = None
    cause: Annotated[Code, one_of(ServiceCause, "why")]
