"""When the freight that open cases of an order show is to be computed again: another case takes part in its return otherwise."""

from aftersale_svc.domain.cases.codes import Money
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.offline_refunds.policy import is_being_refunded
from aftersale_svc.domain.cases.states import CaseState
from aftersale_svc.domain.cases.types import ENDED, TYPES
from aftersale_svc.domain.money.codes import HoldState
from aftersale_svc.domain.money.freight import keeps_for_less
from aftersale_svc.domain.money.model import LineHold


def counts_otherwise(before: FullCase | None, after: FullCase) -> bool:
    """Whether what the freight of other cases depends on has changed in this one; None: it is new."""
    return (None if before is None else _part(before)) != _part(after)


def _part(full: FullCase) -> tuple[object, ...] | None:
    """How a case takes part in the return of all units of its order; None where its units stay with the buyer, as far as is known."""
    case, type_ = full.case, TYPES[full.case.type]
    paid = case.state is CaseState.COMPLETED and full.is_refunded
    goes_back = case.difference_minor is None and (paid or is_being_refunded(full))
    expected = type_.money is Money.REFUND and case.state not in ENDED
    if not type_.holds_units or keeps_for_less(full) or not (goes_back or expected):
        return None
    units = tuple(line.refund_units for line in full.lines)
    return goes_back, units, case.reason, case.liable, case.stage, case.shipping_refund_minor if goes_back else 0


def shows_estimate(hold: LineHold) -> bool:
    """Whether the case that holds these units is open and shows the freight that it is expected to carry."""
    refunds = hold.type is not None and TYPES[hold.type].money is Money.REFUND
    return refunds and hold.units > 0 and hold.hold is HoldState.HELD and not hold.is_being_refunded
