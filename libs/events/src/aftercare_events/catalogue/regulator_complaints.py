"""Complaints that authorities send, published by cs-svc."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event
from aftercare_events.fields import BuyerId, CaseId, Code, ComplaintId, Hash, Id, MerchantId, OrderId, Time
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, one_of


class RegulatorState(Vocabulary):
    """The states of a complaint of an authority."""

    RECEIVED = "received", "it is to be decided whether there will be a mediation"
    MEDIATING = "mediating", "the authority mediates"
    REPLYING = "replying", "how it ended is known, and the letter is due"
    CLOSED = "closed", "the authority has been answered, or the complaint was withdrawn"


class RegulatorAction(Vocabulary):
    """What is done with a complaint of an authority."""

    ASSIGN = "assign", "another agent answers for it"
    ACCEPT = "accept", "mediation was accepted"
    DECLINE = "decline", "mediation was declined"
    AGREE = "agree", "both sides agreed"
    REFUSE = "refuse", "no agreement was reached"
    REPLY = "reply", "the letter was written"
    WITHDRAW = "withdraw", "the complaint was withdrawn at the authority"
    REOPEN = "reopen", "the authority came back to it"
    MARK_OVERDUE = "mark_overdue", "a step was not taken in time"


class RegulatorOutcome(Vocabulary):
    """How a complaint of an authority ended."""

    DECLINED = "declined", "mediation was declined"
    AGREED = "agreed", "both sides agreed"
    REFUSED = "refused", "no agreement was reached"
    WITHDRAWN = "withdrawn", "it was withdrawn"


Outcome = Annotated[Code | None, one_of(RegulatorOutcome, "how it ended; absent while that is open")]


class RegulatorComplaintEvent(Event):
    """What every event of a complaint of an authority carries."""

    TOPIC: ClassVar[Topic] = topics.COMPLAINTS
    KEY: ClassVar[str] = "regulator_complaint_id"

    regulator_complaint_id: Annotated[Id, Field(description="the complaint of an authority")]
    complaint_id: ComplaintId | None = None
    order_id: OrderId
    case_id: CaseId | None = None
    buyer_id: BuyerId
    merchant_id: MerchantId
    state: Annotated[Code, one_of(RegulatorState, "its state after this event")]


class RegulatorComplaintReceived(RegulatorComplaintEvent):
    """An authority sent a complaint."""

    matter: Code = "regulator_complaint"
    text_hash: Hash


class RegulatorComplaintProgressed(RegulatorComplaintEvent):
    """A step was taken with the complaint of an authority."""

    matter: Code = "regulator_complaint_step"
    step: Annotated[Code, one_of(RegulatorAction, "what was done")]
    outcome: Outcome = None


class RegulatorComplaintReplied(RegulatorComplaintEvent):
    """The authority was answered by letter."""

    matter: Code = "regulator_complaint_reply"
    outcome: Outcome = None
    letter_hash: Hash


class RegulatorComplaintOverdue(RegulatorComplaintEvent):
    """The next step with the complaint of an authority was not taken in time."""

    matter: Code = "regulator_complaint_overdue"
    due_at: Annotated[Time, Field(description="when it was due")]
