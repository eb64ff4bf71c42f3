"""The states of an offer as a table. The commands of its case take the transitions."""

from aftercare_chassis.lifecycle import Lifecycle, Timeout, Transition

from aftersale_svc.domain.cases.offers.model import OfferAction, OfferState
from aftersale_svc.domain.permissions import SYSTEM_ONLY

_S, _A = OfferState, OfferAction

OFFER: Lifecycle[OfferState, OfferAction] = Lifecycle(
    "offer",
    initial=_S.OPEN,
    transitions={
        (_S.OPEN, _A.ACCEPT): Transition(_S.ACCEPTED, SYSTEM_ONLY),
        (_S.OPEN, _A.DECLINE): Transition(_S.DECLINED, SYSTEM_ONLY),
        (_S.OPEN, _A.LAPSE): Transition(_S.LAPSED, SYSTEM_ONLY),
        (_S.OPEN, _A.WITHDRAW): Transition(_S.WITHDRAWN, SYSTEM_ONLY),
    },
    timeouts={_S.OPEN: Timeout("system")},
    ends={_S.ACCEPTED, _S.DECLINED, _S.LAPSED, _S.WITHDRAWN},
)
"""It lapses with the time of its case, or where the case goes on or ends in another way."""
