"""What sentences depend on besides the state: whether the goods were sent back, what was in the parcel, and whether others come for them."""

from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.model import CaseState
from aftersale_svc.domain.cases.money_holds.guards import is_sent
from aftersale_svc.domain.cases.reasons import Label
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
    return full.case.state is CaseState.MANUAL_REVIEW and full.return_.is_sent_back


def lacks_replacement(full: FullCase) -> bool:
    """Whether the goods come back without the replacement that was to be sent first, so that their money goes back."""
    if not TYPES[full.case.type].replacement_first or is_sent(CaseFacts(full=full)):
        return False
    return full.case.state in _COMING_BACK or is_decided_by_agent(full)


def not_received(full: FullCase) -> Label | None:
    """The units that the inspection did not find in the parcel; None where it has found all of them."""
    units = sum(full.not_received.values())
    if not units:
        return None
    return Label(
        f"商家验收时，退回的包裹中缺少 {units} 件商品；缺少的商品不退款，也不寄回。买家如已寄出，可对拒绝结果发起维权，或就缺少的商品再次申请",
        f"The merchant has not found {units} unit{'' if units == 1 else 's'} in the returned parcel; neither is their money owed for that, nor the goods."
        " A buyer who has sent them may dispute a rejection, or ask for them again",
    )
