"""Repairs, published by aftersale-svc: what one costs, what was done, and what follows where it is not possible."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.cases import CaseEvent
from aftercare_events.fields import Code, Currency, DeadlineAt, Minor
from aftercare_events.vocabulary import Vocabulary, one_of


class RepairWork(Vocabulary):
    """What was done in a repair."""

    PART_REPLACED = "part_replaced", "a part was replaced"
    UNIT_REPLACED = "unit_replaced", "the whole unit was replaced by another one"
    ADJUSTED = "adjusted", "it was adjusted"
    CLEANED = "cleaned", "it was cleaned"
    SOFTWARE_UPDATED = "software_updated", "its software was updated"
    TESTED = "tested", "it was tested"
    NO_FAULT_FOUND = "no_fault_found", "no fault was found"
    OTHER = "other", "something else, which the note to the buyer says"


class RepairFailure(Vocabulary):
    """Why goods cannot be repaired."""

    PARTS_UNAVAILABLE = "parts_unavailable", "parts for it are not to be had"
    BEYOND_REPAIR = "beyond_repair", "it is damaged too badly"
    NOT_ECONOMIC = "not_economic", "the repair would cost more than the goods"
    FAULT_NOT_REPRODUCED = "fault_not_reproduced", "the fault did not appear"
    OTHER = "other", "something else, which the note to the buyer says"


class RepairRemedy(Vocabulary):
    """What the merchant offers for goods that cannot be repaired."""

    REFUND = "refund", "the money of the units"
    EXCHANGE = "exchange", "other goods for them"


class RepairQuoted(CaseEvent):
    """The merchant named what the repair costs the buyer, who agrees to pay it or gets the goods back as they are."""

    matter: Code = "repair_quote"
    owed_minor: Minor
    currency: Currency
    days: Annotated[int, Field(strict=True, ge=1, description="how long the repair takes")]
    deadline_at: DeadlineAt = None


class RepairQuoteDeclined(CaseEvent):
    """The buyer does not pay for the repair, or has not in time: the goods go back as they are."""

    matter: Code = "repair_quote"
    deadline_at: DeadlineAt = None


class RepairFinished(CaseEvent):
    """The merchant has repaired the goods; they go to the buyer."""

    matter: Code = "repair"
    work: Annotated[tuple[Code, ...], Field(description="what was done, codes of RepairWork")]
    deadline_at: DeadlineAt = None


class RepairNotPossible(CaseEvent):
    """The goods cannot be repaired; the buyer takes what the merchant offers, or the goods as they are."""

    matter: Code = "repair"
    failure: Annotated[Code, one_of(RepairFailure, "why")]
    remedy: Annotated[Code, one_of(RepairRemedy, "what the merchant offers")]
    paid_minor: Annotated[Minor, Field(description="what the buyer had paid for the repair, outside the suite")]
    currency: Currency
    deadline_at: DeadlineAt = None


class RepairRepeated(CaseEvent):
    """An agent had repaired goods, with which something is wrong, repaired once more; the buyer sends them back again."""

    matter: Code = "repair"
    deadline_at: DeadlineAt = None


class RepairResumed(CaseEvent):
    """An agent gave the merchant time to repair the goods again."""

    matter: Code = "repair"
    deadline_at: DeadlineAt = None
