"""What happens to the deadline of a case alone, published by aftersale-svc."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.cases import CaseEvent
from aftercare_events.catalogue.deadlines import ExtensionCause
from aftercare_events.fields import Code, DeadlineAt, Time
from aftercare_events.vocabulary import one_of

PreviousDueAt = Annotated[Time, Field(description="when the deadline would have ended")]


class DeadlineExtended(CaseEvent):
    """Somebody has more time to act in a case."""

    matter: Code = "after_sale_deadline"
    cause: Annotated[Code, one_of(ExtensionCause, "why")]
    previous_due_at: PreviousDueAt
    deadline_at: DeadlineAt = None
