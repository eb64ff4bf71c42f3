"""Agents, their teams and the queues of conversations that wait for an agent, published by cs-svc."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event
from aftercare_events.fields import (
    BuyerId,
    CaseId,
    Code,
    ConversationId,
    Id,
    MerchantId,
    OrderId,
    PrincipalId,
    Quantity,
    Time,
)
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, one_of

AgentId = Annotated[PrincipalId, Field(description="the agent")]
TeamId = Annotated[Id, Field(description="the team, and its queue")]


class AgentPresence(Vocabulary):
    """Whether an agent works."""

    ONLINE = "online", "the agent is offered conversations"
    AWAY = "away", "the agent works, and is offered nothing for a while"
    OFFLINE = "offline", "the agent does not work"


class PresenceCause(Vocabulary):
    """Why the presence of an agent changed."""

    SET = "set", "the agent, or who leads the team, has set it"
    EXPIRED = "expired", "the agent has sent nothing for too long"


class OfferEnd(Vocabulary):
    """Why an agent who was offered a conversation does not take it."""

    DECLINED = "declined", "the agent declined"
    LAPSED = "lapsed", "the agent did not answer in time"
    WENT_OFFLINE = "went_offline", "the agent no longer works"


class LeaveCause(Vocabulary):
    """Why a conversation left its queue without an agent who took it."""

    CLOSED = "closed", "the conversation was closed"
    ANSWERED = "answered", "the merchant answered"
    BOT = "bot", "the bot answers what the buyer wrote"
    TRANSFERRED = "transferred", "an agent gave it to another team"
    MERGED = "merged", "the conversation was merged into another one"
    REFERRED = "referred", "the people of the merchant serve it"


class AgentEvent(Event):
    """What every event of an agent carries."""

    TOPIC: ClassVar[Topic] = topics.CONVERSATIONS
    KEY: ClassVar[str] = "agent_id"

    agent_id: AgentId
    presence: Annotated[Code, one_of(AgentPresence, "whether the agent works")]


class AgentSet(AgentEvent):
    """An agent was entered, or teams, skills, shifts or capacity of the agent were changed."""

    matter: Code = "agent_setting"
    team_ids: Annotated[tuple[Id, ...], Field(description="the teams of the agent")]
    leads: Annotated[tuple[Id, ...], Field(description="the teams that the agent leads")] = ()
    capacity: Annotated[Quantity, Field(description="how much the agent may have at the same time")]


class AgentPresenceChanged(AgentEvent):
    """An agent began to work, stopped, or is away."""

    matter: Code = "agent_presence"
    cause: Annotated[Code, one_of(PresenceCause, "why it changed")]


class TeamSet(Event):
    """A team was made, or changed."""

    TOPIC: ClassVar[Topic] = topics.CONVERSATIONS
    KEY: ClassVar[str] = "team_id"

    matter: Code = "team_setting"
    team_id: TeamId
    merchant_id: MerchantId | None = None
    overflow_team_id: Annotated[Id | None, Field(description="where conversations wait that wait too long")] = None


class QueueEvent(Event):
    """What every event of a conversation in a queue carries."""

    TOPIC: ClassVar[Topic] = topics.CONVERSATIONS
    KEY: ClassVar[str] = "queue_entry_id"

    queue_entry_id: Annotated[Id, Field(description="this stay of the conversation in a queue")]
    conversation_id: ConversationId
    order_id: OrderId | None = None
    case_id: CaseId | None = None
    buyer_id: BuyerId
    merchant_id: MerchantId | None = None
    team_id: TeamId


class ConversationQueued(QueueEvent):
    """A conversation waits for an agent."""

    matter: Code = "conversation_queue"
    priority: Annotated[Quantity, Field(description="0 is low, 3 is urgent")]


class ConversationOffered(QueueEvent):
    """A conversation was offered to an agent, who has to take it within some seconds."""

    matter: Code = "conversation_offer"
    agent_id: AgentId
    offer_ends_at: Annotated[Time, Field(description="until when the agent may take it")]


class ConversationOfferEnded(QueueEvent):
    """The agent who was offered a conversation does not take it, and it waits again."""

    matter: Code = "conversation_offer_end"
    agent_id: AgentId
    cause: Annotated[Code, one_of(OfferEnd, "why it ended")]


class ConversationOverflowed(QueueEvent):
    """A conversation has waited too long for one team, and waits for the next one."""

    matter: Code = "conversation_overflow"
    from_team_id: Annotated[Id, Field(description="the team that it waited for")]


class ConversationPrioritised(QueueEvent):
    """A conversation that waits became more urgent."""

    matter: Code = "conversation_priority"
    priority: Annotated[Quantity, Field(description="0 is low, 3 is urgent")]


class QueuedConversationTaken(QueueEvent):
    """An agent took a conversation out of its queue."""

    matter: Code = "conversation_taken"
    agent_id: AgentId
    waited_seconds: Annotated[Quantity, Field(description="for how long it has waited")]


class QueuedConversationLeft(QueueEvent):
    """A conversation left its queue without an agent."""

    matter: Code = "conversation_left"
    cause: Annotated[Code, one_of(LeaveCause, "why it left")]
