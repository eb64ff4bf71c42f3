"""Which agent reviews a case, published by aftersale-svc."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.cases import CaseEvent
from aftercare_events.fields import Code, PrincipalId, Time
from aftercare_events.vocabulary import Vocabulary, one_of

AgentId = Annotated[PrincipalId, Field(description="the agent")]


class ReleaseCause(Vocabulary):
    """Why an agent does not have a case any more."""

    RELEASED = "released", "the agent gave it back"
    LAPSED = "lapsed", "the agent has not decided in time"


class ReviewAssigned(CaseEvent):
    """An agent has the case from now on: one that took it, or was given it."""

    matter: Code = "after_sale_review"
    agent_id: AgentId
    claim_ends_at: Annotated[Time, Field(description="when the case is in the queue again")]


class ReviewReleased(CaseEvent):
    """The case is in the queue of the agents again."""

    matter: Code = "after_sale_review"
    agent_id: AgentId
    cause: Annotated[Code, one_of(ReleaseCause, "why")]
