"""Claims beside after-sale cases, published by aftersale-svc: what every event of a claim carries.

The events are in `courier_claims`, `guarantee_claims` and `refused_goods`. A claim on a courier is of the merchant and the platform; buyers do not see it.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.catalogue.deadline_times import PreviousDueAt, ReminderNumber, Turn
from aftercare_events.catalogue.deadlines import DeadlineChange, ExtensionCause
from aftercare_events.event import Event
from aftercare_events.fields import BuyerId, CaseId, Code, DeadlineAt, Id, MerchantId, OrderId
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, one_of


class ClaimKind(Vocabulary):
    """Whom money is claimed from, or what is claimed."""

    COURIER = "courier", "the courier of a parcel"
    FREIGHT_INSURANCE = "freight_insurance", "the insurance of the freight of returns"
    MERCHANT_DEPOSIT = "merchant_deposit", "the deposit of the merchant"
    REFUSED_GOODS = "refused_goods", "goods that the merchant has refused, or what they are worth"


ClaimId = Annotated[Id, Field(description="the claim")]


class ClaimEvent(Event):
    """What every event of a claim carries."""

    TOPIC: ClassVar[Topic] = topics.CLAIMS
    KEY: ClassVar[str] = "claim_id"

    claim_id: ClaimId
    kind: Annotated[Code, one_of(ClaimKind, "whom money is claimed from, or what is claimed")]
    case_id: CaseId
    order_id: OrderId
    merchant_id: MerchantId
    buyer_id: Annotated[BuyerId | None, Field(description="the buyer; absent where the claim is none of theirs")] = None
    state: Annotated[Code, Field(description="the claim's state after this event, a code of its kind")]
    terminal: Annotated[bool, Field(description="whether the claim has ended")]

    deadlines: Annotated[
        tuple[DeadlineChange, ...],
        Field(description="what becomes of the deadline; empty where that goes on as it was"),
    ] = ()


class ClaimDeadlineExtended(ClaimEvent):
    """Somebody has more time to act in a claim."""

    matter: Code = "claim_deadline"
    cause: Annotated[Code, one_of(ExtensionCause, "why")]
    previous_due_at: PreviousDueAt
    deadline_at: DeadlineAt = None


class ClaimDeadlineReminder(ClaimEvent):
    """A deadline of a claim ends soon."""

    matter: Code = "claim_deadline"
    deadline_id: Annotated[Id, Field(description="the deadline")]
    turn: Turn
    number: ReminderNumber
    deadline_at: DeadlineAt = None
