"""Questions about units of an order, published by aftersale-svc: answered, and asked again."""

from aftercare_events.catalogue.cases import CaseEvent
from aftercare_events.fields import Code, DeadlineAt, Hash


class ConsultationAnswered(CaseEvent):
    """The question was answered; the buyer may ask again."""

    matter: Code = "consultation_answer"
    text_hash: Hash
    deadline_at: DeadlineAt = None


class ConsultationContinued(CaseEvent):
    """The buyer asked more; the merchant has to answer."""

    matter: Code = "consultation_question"
    text_hash: Hash
    deadline_at: DeadlineAt = None
