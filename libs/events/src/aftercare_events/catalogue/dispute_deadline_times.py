"""What happens to the deadline of a dispute alone, published by aftersale-svc."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.deadline_times import PreviousDueAt, ReminderNumber, Turn
from aftercare_events.catalogue.deadlines import ExtensionCause
from aftercare_events.catalogue.disputes import DisputeEvent
from aftercare_events.fields import Code, DeadlineAt, Id
from aftercare_events.vocabulary import one_of


class DisputeDeadlineExtended(DisputeEvent):
    """Somebody has more time to act in a dispute."""

    matter: Code = "dispute_deadline"
    cause: Annotated[Code, one_of(ExtensionCause, "why")]
    previous_due_at: PreviousDueAt
    deadline_at: DeadlineAt = None


class DisputeDeadlineReminder(DisputeEvent):
    """A deadline of a dispute ends soon."""

    matter: Code = "dispute_deadline"
    deadline_id: Annotated[Id, Field(description="the deadline")]
    turn: Turn
    number: ReminderNumber
    deadline_at: DeadlineAt = None
