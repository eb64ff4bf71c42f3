"""Restrictions of buyers and merchants, published by aftersale-svc."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event
from aftercare_events.fields import Code, PrincipalId, Time
from aftercare_events.topics import Topic


class SanctionEvent(Event):
    """What every event of a sanction carries."""

    TOPIC: ClassVar[Topic] = topics.SANCTIONS
    KEY: ClassVar[str] = "subject_id"

    subject_id: Annotated[PrincipalId, Field(description="the buyer or merchant concerned")]
    kind: Code
    reason: Code
    expires_at: Time | None = None


class SanctionImposed(SanctionEvent):
    """A buyer or merchant was restricted."""

    matter: Code = "sanction"


class SanctionLifted(SanctionEvent):
    """The restriction ended."""

    matter: Code = "sanction"
