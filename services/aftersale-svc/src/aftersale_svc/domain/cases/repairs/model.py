"""What a repair keeps of a case. Times are aware, UTC."""

from dataclasses import dataclass
from datetime import datetime

from aftersale_svc.domain.cases.repairs.codes import RepairFailure, RepairOutcome, RepairRemedy, RepairWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What the merchant says of the repair. What the buyer has to pay for it is the charge of the case.

    `days` is how long the work takes, as it was quoted. `remedy` is what the merchant offers in its place, because of
    `failure`. `outcome` is what goes to the buyer; None while that is open, and where the money goes back.
    """

    case_id: str
    quoted_at: datetime | None = None
    days: int | None = None
    work: list[RepairWork] | None = None
    failure: RepairFailure | None = None
    remedy: RepairRemedy | None = None
    outcome: RepairOutcome | None = None
