"""Calls of customers with customer service, published by cs-svc."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event
from aftercare_events.fields import BuyerId, Code, Hash, Id, PrincipalId
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, one_of


class CallDirection(Vocabulary):
    """Who called."""

    INBOUND = "inbound", "the customer"
    OUTBOUND = "outbound", "customer service"


class CallOutcome(Vocabulary):
    """What came of a call."""

    RESOLVED = "resolved", "the matter is resolved"
    FOLLOW_UP = "follow_up", "something remains to be done"
    CALLED_BACK = "called_back", "the customer, who was missed, was called back"
    NOT_REACHED = "not_reached", "the customer was not reached"
    WRONG_NUMBER = "wrong_number", "it is the number of somebody else"
    SPAM = "spam", "it was no customer"


class CallEvent(Event):
    """What every event of a call carries: ids and times, never the number or what was said."""

    TOPIC: ClassVar[Topic] = topics.CONVERSATIONS
    KEY: ClassVar[str] = "call_id"

    call_id: Annotated[Id, Field(description="the call")]
    identity_id: Annotated[Id, Field(description="the identity, a number of a customer")]
    buyer_id: BuyerId
    direction: Annotated[Code, one_of(CallDirection, "who called")]
    agent_id: Annotated[
        PrincipalId | None, Field(description="the agent who answered or called, where one is known")
    ] = None
    conversation_id: Annotated[Id | None, Field(description="where the call is logged, once it has ended")] = None
    duration_seconds: Annotated[
        int | None, Field(description="how long they talked, once it has ended", strict=True, ge=0)
    ] = None


class CallStarted(CallEvent):
    """A call began to ring."""

    matter: Code = "call"


class CallAnswered(CallEvent):
    """A call was answered."""

    matter: Code = "call"


class CallEnded(CallEvent):
    """A call that was answered ended."""

    matter: Code = "call"


class CallMissed(CallEvent):
    """A call ended before anybody answered; the customer is to be called back."""

    matter: Code = "call"


class CallDisposed(CallEvent):
    """An agent recorded what came of a call, or corrected it."""

    matter: Code = "call_outcome"
    outcome: Annotated[Code, one_of(CallOutcome, "what came of it")]
    note_hash: Annotated[Hash | None, Field(description="the hash of what the agent noted")] = None
