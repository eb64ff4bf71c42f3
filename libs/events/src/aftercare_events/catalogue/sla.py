"""Clocks that run while somebody owes a buyer an answer, with their policies and calendars, published by cs-svc."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event
from aftercare_events.fields import BuyerId, CaseId, Code, ConversationId, Id, MerchantId, OrderId, Quantity, Time
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, one_of


class ClockKind(Vocabulary):
    """What is owed."""

    FIRST_ANSWER = "first_answer", "the first answer of a conversation"
    NEXT_ANSWER = "next_answer", "an answer to a later message"
    RESOLUTION = "resolution", "the end of the conversation"


class ClockEnd(Vocabulary):
    """How a clock ended."""

    MET = "met", "what was owed was done in time"
    LATE = "late", "it was done, or no longer owed, after the time had passed"
    DROPPED = "dropped", "it was no longer owed"


class EscalationAction(Vocabulary):
    """What happens when a part of the time has passed."""

    NOTIFY = "notify", "the agent is reminded"
    RAISE_PRIORITY = "raise_priority", "the conversation becomes more urgent in its queue"
    SUPERVISOR = "supervisor", "who leads the team is called"


class SlaClockEvent(Event):
    """What every event of a clock carries."""

    TOPIC: ClassVar[Topic] = topics.CONVERSATIONS
    KEY: ClassVar[str] = "clock_id"

    clock_id: Annotated[Id, Field(description="the clock")]
    kind: Annotated[Code, one_of(ClockKind, "what is owed")]
    conversation_id: ConversationId
    order_id: OrderId | None = None
    case_id: CaseId | None = None
    buyer_id: BuyerId
    merchant_id: MerchantId | None = None
    policy_id: Annotated[Id, Field(description="the policy that it follows")]
    policy_version: Annotated[int, Field(strict=True, ge=1, description="which version of it")]


class SlaClockStarted(SlaClockEvent):
    """Somebody owes something, and the time runs."""

    matter: Code = "sla_clock"
    due_at: Annotated[Time, Field(description="when the time will have passed")]


class SlaClockPaused(SlaClockEvent):
    """The time stands still: the buyer has to write, or nothing is to be done for a while."""

    matter: Code = "sla_clock_pause"


class SlaClockResumed(SlaClockEvent):
    """The time goes on where it was."""

    matter: Code = "sla_clock_resumption"
    due_at: Annotated[Time, Field(description="when the time will have passed")]


class SlaClockMoved(SlaClockEvent):
    """The calendar has changed, and with it when the time will have passed."""

    matter: Code = "sla_clock_move"
    due_at: Annotated[Time, Field(description="when the time will have passed")]
    calendar_version: Annotated[int, Field(strict=True, ge=1, description="the version of the calendar")]


class SlaEscalated(SlaClockEvent):
    """A part of the time has passed."""

    matter: Code = "sla_escalation"
    percent: Annotated[Quantity, Field(description="how much of the time")]
    action: Annotated[Code, one_of(EscalationAction, "what happens")]
    agent_id: Annotated[Id | None, Field(description="the agent of the conversation")] = None
    team_id: Annotated[Id | None, Field(description="the team of the conversation")] = None


class SlaBreached(SlaClockEvent):
    """The time has passed, and what is owed was not done."""

    matter: Code = "sla_breach"
    agent_id: Annotated[Id | None, Field(description="the agent of the conversation")] = None
    team_id: Annotated[Id | None, Field(description="the team of the conversation")] = None


class SlaClockEnded(SlaClockEvent):
    """What was owed is done, or no longer owed."""

    matter: Code = "sla_clock_end"
    outcome: Annotated[Code, one_of(ClockEnd, "how it ended")]
    used_seconds: Annotated[Quantity, Field(description="the working time that has passed")]


class SlaPolicySet(Event):
    """A policy was made, or changed."""

    TOPIC: ClassVar[Topic] = topics.CONVERSATIONS
    KEY: ClassVar[str] = "policy_id"

    matter: Code = "sla_policy"
    policy_id: Annotated[Id, Field(description="the policy")]
    merchant_id: MerchantId | None = None
    calendar_id: Annotated[Id | None, Field(description="the calendar in which it counts")] = None


class SlaCalendarSet(Event):
    """A calendar of policies was made, or changed."""

    TOPIC: ClassVar[Topic] = topics.CONVERSATIONS
    KEY: ClassVar[str] = "calendar_id"

    matter: Code = "sla_calendar"
    calendar_id: Annotated[Id, Field(description="the calendar")]
