"""What bars the payment of the freight of a return."""

from aftercare_chassis.lifecycle import Guard
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.cases.full_case import CaseFacts
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.return_freights.errors import NoReturnFreightOwed


def _nothing_owed(_: Case, facts: CaseFacts | None) -> Refusal | None:
    found = None if facts is None else facts.full.return_freight
    return None if facts is None or (found is not None and found.to_pay_minor) else NoReturnFreightOwed()


NO_FREIGHT_OWED = Guard(NoReturnFreightOwed.code, _nothing_owed)
