"""Changes of what is asked for, published by aftersale-svc."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.cases import CaseEvent, CaseType
from aftercare_events.catalogue.merchants import SettingsUsed
from aftercare_events.catalogue.reviews import CaseReason, DecisionCause
from aftercare_events.fields import Code, DeadlineAt
from aftercare_events.vocabulary import one_of


class AfterSaleTypeChanged(CaseEvent):
    """The buyer asks for something else about the same units, which is reviewed as a new request; or a verdict orders another type."""

    matter: Code = "after_sale_request"
    previous_type: Annotated[Code, one_of(CaseType, "what was asked for before")]
    reason: Annotated[Code, one_of(CaseReason, "why, from now on")]
    number: Annotated[int, Field(strict=True, ge=1, description="how often the type of the case has been changed")]
    deadline_at: DeadlineAt = None
    cause: Annotated[Code | None, one_of(DecisionCause, "what has changed it; absent: the buyer")] = None
    settings: SettingsUsed = None
    not_received: Annotated[
        bool | None,
        Field(description="whether the buyer states from now on that a parcel with these units did not reach them"),
    ] = None
