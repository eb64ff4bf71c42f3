"""What is sent to the routes of repairs, and repairs as they are shown."""

from typing import Annotated

from aftercare_chassis.http.schemas import Money, Out, Time, example
from pydantic import Field

from aftersale_svc.api.schemas.cases.case_requests import NoteIn
from aftersale_svc.domain.cases.charges.policy import is_awaited
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.repairs.codes import RepairFailure, RepairOutcome, RepairRemedy, RepairWork


class QuoteIn(NoteIn):
    """What the repair costs the buyer, and how long it takes."""

    model_config = example(cost={"amount": 6800, "currency": "CNY"}, days=5, note="需更换主板。")

    cost: Money
    """In the order's currency, above zero. It is paid outside the suite, before the repair goes on."""
    days: Annotated[int, Field(ge=1, le=365)]
    """How many days the repair takes once it is paid."""


class RepairedIn(NoteIn):
    """What was done."""

    model_config = example(work=["part_replaced", "tested"], note="已更换加热管。")

    work: Annotated[list[RepairWork], Field(min_length=1, max_length=10)]
    """At least one code; a code counts once."""


class CannotRepairIn(NoteIn):
    """Why the goods cannot be repaired, and what the merchant offers instead."""

    model_config = example(failure="parts_unavailable", remedy="refund")

    failure: RepairFailure
    """Shown to the buyer."""
    remedy: RepairRemedy
    """`refund` gives the money of the units back, `exchange` sends other goods for them."""


class RepairOut(Out):
    """A repair: what it costs, what was done, what follows where it is not possible."""

    quote: Money | None = None
    """What the buyer has to pay for it; null where nothing was quoted, or the quote was declined."""
    days: int | None = None
    """How many days it takes, as it was quoted; null where it was not."""
    quoted_at: Time | None = None
    """When it was quoted last; null where it was not."""
    agreed_at: Time | None = None
    """When the buyer agreed to pay; null before."""
    paid_at: Time | None = None
    """When the merchant recorded the payment; null before."""
    reference: str | None = None
    """What the merchant said of the payment; null before."""
    work: list[RepairWork] = Field(default_factory=list)
    """What was done; empty before."""
    failure: RepairFailure | None = None
    """Why the goods cannot be repaired; null where nothing speaks against it."""
    remedy: RepairRemedy | None = None
    """What the merchant offers instead; null where nothing speaks against the repair."""
    outcome: RepairOutcome | None = None
    """What goes to the buyer; null while that is open, and where the money goes back."""

    @classmethod
    def of(cls, full: FullCase) -> "RepairOut | None":
        """The repair; None where the merchant has said nothing of it."""
        repair, charge = full.repair, full.charge
        if repair is None:
            return None
        owed = charge is not None and charge.amount_minor > 0 and (charge.paid_at is not None or is_awaited(full))
        return cls(
            quote=Money.of(charge.amount_minor, full.case.currency) if charge is not None and owed else None,
            days=repair.days,
            quoted_at=repair.quoted_at,
            agreed_at=charge.agreed_at if charge else None,
            paid_at=charge.paid_at if charge else None,
            reference=charge.reference if charge else None,
            work=repair.work or [],
            failure=repair.failure,
            remedy=repair.remedy,
            outcome=repair.outcome,
        )
