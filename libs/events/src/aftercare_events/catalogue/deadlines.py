"""Deadlines of cases and disputes, published by aftersale-svc.

Where an event of a case or a dispute sets, stops or ends a deadline, its part `deadlines` has it. What happens to a deadline alone
has events of its own, in `deadline_times`.
"""

from typing import Annotated

from pydantic import Field

from aftercare_events.event import EventPart
from aftercare_events.fields import Code, Id, Quantity, Time
from aftercare_events.vocabulary import Vocabulary, one_of


class DeadlineEnd(Vocabulary):
    """How a deadline ended."""

    MET = "met", "somebody acted before"
    PAUSED = "paused", "it was stopped; what was left of it goes on later"
    FIRED = "fired", "nobody acted, and its timer did"


class DeadlineRule(Vocabulary):
    """Whose rule decides how long somebody has."""

    SETTINGS = "settings", "the hours of the installation"
    PLATFORM = "platform", "a rule of the platform"
    MERCHANT = "merchant", "a rule for the merchant"
    OWN = "own", "a rule of the merchant itself, within the bounds of the platform"


class ExtensionCause(Vocabulary):
    """Why a deadline was extended."""

    AGENT = "agent", "an agent granted it"
    AGREEMENT = "agreement", "the side that waits agreed"
    STANDSTILL = "standstill", "the timers did not run when it ended"
    CALENDAR = "calendar", "it was provisional, and a newer calendar moved it"
    COURIER = "courier", "the courier reported that the goods are on their way"


class DeadlineChange(EventPart):
    """What an event does to the deadline of its document: one ends, and the next one begins."""

    running: Annotated[bool, Field(description="whether a deadline holds now; false once nobody has to act any more")]
    ended: Annotated[Code | None, one_of(DeadlineEnd, "how the deadline before ended; absent where there was none")] = (
        None
    )
    remaining_seconds: Annotated[
        Quantity | None,
        Field(description="what was left of it, where it was stopped; working time where that is counted"),
    ] = None
    deadline_id: Annotated[Id | None, Field(description="the deadline that holds now; absent at an end")] = None
    due_at: Annotated[Time | None, Field(description="when it ends; absent where nothing happens by itself")] = None
    turn: Annotated[Code | None, Field(description="who has to act")] = None
    continues: Annotated[bool | None, Field(description="whether it goes on with what was left before a stop")] = None
    cause: Annotated[
        Code | None, Field(description="why it began: the matter of the event that set it; of an extended one as well")
    ] = None
    timer: Annotated[
        Code | None, Field(description="which rule it is, by its name, such as `review_hours`; absent without `due_at`")
    ] = None
    rule: Annotated[Code | None, one_of(DeadlineRule, "whose rule decides how long it is")] = None
    rule_version: Annotated[Quantity | None, Field(description="the version of these rules; 0 for settings")] = None
    calendar: Annotated[Id | None, Field(description="the calendar in which it is counted; absent for plain hours")] = (
        None
    )
    calendar_version: Annotated[Quantity | None, Field(description="the version of the calendar")] = None
    country_version: Annotated[
        Quantity | None,
        Field(description="the version of the days of its country, where they are newer than those of the calendar"),
    ] = None
    provisional: Annotated[
        bool | None,
        Field(description="whether it depends on days that the calendar does not know yet, so that it may move"),
    ] = None
