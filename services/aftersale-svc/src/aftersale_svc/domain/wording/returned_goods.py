"""What sentences about money depend on besides the state: whether the goods were sent back, and whether others come for them."""

from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.model import CaseState
from aftersale_svc.domain.cases.money_holds.guards import is_sent
from aftersale_svc.domain.cases.types import TYPES

_COMING_BACK = frozenset(
    {
        CaseState.AWAIT_BUYER_SHIPMENT,
        CaseState.AWAIT_PICKUP,
        CaseState.RETURN_IN_TRANSIT,
        CaseState.AWAIT_INSPECTION,
    }
)


def is_decided_by_agent(full: FullCase) -> bool:
    """Whether the goods were sent back, and an agent decides what follows."""
    return full.case.state is CaseState.MANUAL_REVIEW and full.return_.waybill_no is not None


def lacks_replacement(full: FullCase) -> bool:
    """Whether the goods come back without the replacement that was to be sent first, so that their money goes back."""
    if not TYPES[full.case.type].replacement_first or is_sent(CaseFacts(full=full)):
        return False
    return full.case.state in _COMING_BACK or is_decided_by_agent(full)
