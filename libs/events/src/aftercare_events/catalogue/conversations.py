"""Conversations with customer service, published by cs-svc. What people write stays there."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event
from aftercare_events.fields import (
    AnswerDueAt,
    BuyerId,
    CaseId,
    Code,
    ConversationId,
    Hash,
    Id,
    MerchantId,
    OrderId,
    PrincipalId,
)
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, one_of


class AuthorRole(Vocabulary):
    """Who writes in conversations."""

    BUYER = "buyer", "the buyer"
    SELLER = "seller", "somebody of the merchant"
    AGENT = "agent", "an agent of customer service"
    SYSTEM = "system", "the system, about what happened to the case"
    BOT = "bot", "the bot, a program that answers"


class HandoverReason(Vocabulary):
    """Why the bot does not answer, and a person has to."""

    REQUESTED = "requested", "the buyer asked for a person"
    ANGER = "anger", "the buyer is angry"
    NOT_SURE = "not_sure", "it is not sure enough what is asked"
    THIRD_MISS = "third_miss", "it did not know the answer three times, one after the other"
    NO_MODEL = "no_model", "no model answers in the language"
    NO_ARTICLE = "no_article", "what the answer relies on is not published"
    INTENT = "intent", "questions of this kind are for persons"
    TOO_MANY = "too_many", "it has written too many messages within an hour"
    FAILED = "failed", "its own program failed"


class ConversationChannel(Vocabulary):
    """Over which channels people write or talk to customer service."""

    WEB = "web", "the API: a web site or an app"
    EMAIL = "email", "e-mail"
    WECHAT = "wechat", "customer messages of WeChat"
    QQ = "qq", "a bot of QQ"
    SMS = "sms", "text messages"
    PHONE = "phone", "calls"


class LinkProof(Vocabulary):
    """On what a link of an identity to a buyer is based."""

    AGENT = "agent", "the judgement of an agent, who gave a reason"
    CODE = "code", "a code that was sent to the address, and that the buyer gave"


Channel = Annotated[
    Code | None, one_of(ConversationChannel, "over which channel; absent for `web` in events of earlier builds")
]
IdentityId = Annotated[Id, Field(description="the identity, an address of a customer on a channel")]


class ConversationEvent(Event):
    """What every event of a conversation carries."""

    TOPIC: ClassVar[Topic] = topics.CONVERSATIONS
    KEY: ClassVar[str] = "conversation_id"

    conversation_id: ConversationId
    order_id: OrderId | None = None
    case_id: CaseId | None = None
    buyer_id: BuyerId
    merchant_id: MerchantId | None = None


class ConversationOpened(ConversationEvent):
    """A conversation with a buyer started."""

    matter: Code = "conversation"
    channel: Channel = None
    bot_in_charge: Annotated[
        bool | None, Field(description="whether the bot answers until a person does; absent where it does not")
    ] = None
    split_from_id: Annotated[
        ConversationId | None, Field(description="the conversation that its first messages were in before")
    ] = None


class MessagePosted(ConversationEvent):
    """A message was added; its text stays with cs-svc."""

    matter: Code = "conversation_message"
    message_id: Id
    author_role: Annotated[Code, one_of(AuthorRole, "who wrote it")]
    author_id: PrincipalId
    text_hash: Hash
    channel: Channel = None
    for_case: Annotated[bool | None, Field(description="whether it is an answer for the case, which is to show it")] = (
        None
    )


class ConversationAssigned(ConversationEvent):
    """An agent took the conversation over."""

    matter: Code = "conversation_assignment"
    agent_id: Annotated[PrincipalId, Field(description="the agent who answers from now on")]


class ConversationBotSwitched(ConversationEvent):
    """An agent let the bot answer in the conversation, or let it answer no more."""

    matter: Code = "conversation_bot"
    bot_in_charge: Annotated[bool, Field(description="whether the bot answers until a person does")]


class ConversationHandedOver(ConversationEvent):
    """The bot has handed the conversation over: a person has to answer."""

    matter: Code = "conversation_handover"
    reason: Annotated[Code, one_of(HandoverReason, "why it does not answer")]
    model: Annotated[
        int | None, Field(description="the version of its model; absent where none is active", strict=True, ge=1)
    ] = None
    confidence_percent: Annotated[
        int,
        Field(description="how likely the likeliest intent was right, in percent", strict=True, ge=0, le=100),
    ]


class ConversationOverdue(ConversationEvent):
    """Nobody answered the buyer's message in time."""

    matter: Code = "conversation_overdue"
    answer_due_at: AnswerDueAt


class ConversationClosed(ConversationEvent):
    """The conversation ended."""

    matter: Code = "conversation"


class ConversationReopened(ConversationEvent):
    """The conversation had ended and goes on: the buyer or an agent, who is its handler, wrote again."""

    matter: Code = "conversation"


class ConversationCustomerChanged(ConversationEvent):
    """The conversation belongs to another buyer from now on: its identity was linked, or the link was undone."""

    matter: Code = "conversation_customer"
    previous_buyer_id: Annotated[PrincipalId, Field(description="whose it was until now")]
    identity_id: IdentityId


class IdentityEvent(Event):
    """What every event of an identity carries: ids, never the address."""

    TOPIC: ClassVar[Topic] = topics.CONVERSATIONS
    KEY: ClassVar[str] = "identity_id"

    identity_id: IdentityId
    channel: Annotated[Code, one_of(ConversationChannel, "over which channel")]
    customer_id: Annotated[Id, Field(description="the customer that it is of itself while it is linked to nobody")]
    buyer_id: BuyerId


class IdentityAdded(IdentityEvent):
    """An address on a channel became known, as a customer of its own."""

    matter: Code = "identity"


class IdentityLinked(IdentityEvent):
    """The identity was linked to a buyer, to whom its conversations belong from now on."""

    matter: Code = "identity_link"
    proof: Annotated[Code, one_of(LinkProof, "on what the link is based")]
    reason_hash: Annotated[Hash | None, Field(description="the hash of the reason that an agent gave")] = None


class IdentityOptedOut(IdentityEvent):
    """The person asked, over the channel, for no more messages over it."""

    matter: Code = "identity_contact"


class IdentityOptedIn(IdentityEvent):
    """The person, who had asked for no more messages, takes them again."""

    matter: Code = "identity_contact"


class IdentityUnlinked(IdentityEvent):
    """The link was undone; the identity and its conversations are a customer of their own again."""

    matter: Code = "identity_link"
    previous_buyer_id: Annotated[PrincipalId, Field(description="to whom it was linked")]
    reason_hash: Annotated[Hash | None, Field(description="the hash of the reason that an agent gave")] = None
