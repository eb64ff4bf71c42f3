"""Conversations that go to other agents, become one, or become two; published by cs-svc. Messages keep their ids wherever they go."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.conversations import ConversationEvent
from aftercare_events.fields import Code, ConversationId, Hash, Id, PrincipalId, Quantity


class ConversationTransferred(ConversationEvent):
    """An agent gave the conversation to another agent, or to a team, in whose queue it waits."""

    matter: Code = "conversation_transfer"
    from_agent_id: Annotated[PrincipalId | None, Field(description="whose it was; absent where it was nobody's")] = None
    agent_id: Annotated[PrincipalId | None, Field(description="the agent who gets it")] = None
    team_id: Annotated[Id | None, Field(description="the team that gets it")] = None
    reason_hash: Hash


class ConversationMerged(ConversationEvent):
    """The conversation was merged into another one of the same customer, which has its messages from now on; its id leads there."""

    matter: Code = "conversation_merge"
    into_id: Annotated[ConversationId, Field(description="the conversation that has its messages")]


class ConversationMergedInto(ConversationEvent):
    """Another conversation of the same customer was merged into this one: all messages of both are in the order of time."""

    matter: Code = "conversation_merge"
    from_id: Annotated[ConversationId, Field(description="the conversation whose messages it has as well")]
    messages: Annotated[Quantity, Field(description="how many messages it has now")]


class ConversationSplit(ConversationEvent):
    """The messages from a place on went to a new conversation."""

    matter: Code = "conversation_split"
    new_id: Annotated[ConversationId, Field(description="the new conversation")]
    messages: Annotated[Quantity, Field(description="how many messages went there")]
