"""What happens to the deadline of a dispute alone, published by aftersale-svc."""

from typing import Annotated

from aftercare_events.catalogue.deadline_times import PreviousDueAt
from aftercare_events.catalogue.deadlines import ExtensionCause
from aftercare_events.catalogue.disputes import DisputeEvent
from aftercare_events.fields import Code, DeadlineAt
from aftercare_events.vocabulary import one_of


class DisputeDeadlineExtended(DisputeEvent):
    """Somebody has more time to act in a dispute."""

    matter: Code = "dispute_deadline"
    cause: Annotated[Code, one_of(ExtensionCause, "why")]
    previous_due_at: PreviousDueAt
    deadline_at: DeadlineAt = None
