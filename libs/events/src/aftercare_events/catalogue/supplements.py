"""What the buyer is asked for during a review, published by aftersale-svc."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.cases import CaseEvent
from aftercare_events.fields import Code, DeadlineAt, Hash, Quantity

Round = Annotated[Quantity, Field(description="how often the buyer has been asked for more in this case")]


class SupplementRequested(CaseEvent):
    """The merchant or an agent asked the buyer for more before they decide."""

    matter: Code = "after_sale_supplement"
    round: Round
    missing_hash: Hash
    deadline_at: DeadlineAt = None


class SupplementSubmitted(CaseEvent):
    """The buyer supplied what was asked for; the request is reviewed on."""

    matter: Code = "after_sale_supplement"
    round: Round
    text_hash: Hash | None = None
    deadline_at: DeadlineAt = None


class SupplementEnded(CaseEvent):
    """The buyer supplied nothing in time; the request is reviewed without."""

    matter: Code = "after_sale_supplement"
    round: Round
    deadline_at: DeadlineAt = None
