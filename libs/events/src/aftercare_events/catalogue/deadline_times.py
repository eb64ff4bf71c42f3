"""What happens to the deadline of a case alone, published by aftersale-svc."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.cases import CaseEvent
from aftercare_events.catalogue.deadlines import ExtensionCause
from aftercare_events.fields import Code, DeadlineAt, Id, Quantity, Time
from aftercare_events.vocabulary import one_of

ReminderNumber = Annotated[Quantity, Field(description="which reminder of this deadline it is, from 1")]
Turn = Annotated[Code, Field(description="who has to act")]
PreviousDueAt = Annotated[Time, Field(description="when the deadline would have ended")]


class DeadlineExtended(CaseEvent):
    """Somebody has more time to act in a case."""

    matter: Code = "after_sale_deadline"
    cause: Annotated[Code, one_of(ExtensionCause, "why")]
    previous_due_at: PreviousDueAt
    deadline_at: DeadlineAt = None


class DeadlineReminder(CaseEvent):
    """A deadline of a case ends soon."""

    matter: Code = "after_sale_deadline"
    deadline_id: Annotated[Id, Field(description="the deadline")]
    turn: Turn
    number: ReminderNumber
    deadline_at: DeadlineAt = None
