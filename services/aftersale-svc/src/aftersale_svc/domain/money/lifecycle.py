"""The states of a hold as a table. The statements that move the holds of a case read it."""

from aftercare_chassis.lifecycle import Lifecycle, Timeout, Transition

from aftersale_svc.domain.money.codes import HoldAction, HoldState
from aftersale_svc.domain.permissions import SYSTEM_ONLY

_S, _A = HoldState, HoldAction

HOLD: Lifecycle[HoldState, HoldAction] = Lifecycle(
    "hold",
    initial=_S.HELD,
    transitions={
        (_S.HELD, _A.SETTLE): Transition(_S.SETTLED, SYSTEM_ONLY),
        (_S.HELD, _A.RELEASE): Transition(_S.RELEASED, SYSTEM_ONLY),
        # A dispute reopens a closed case.
        (_S.RELEASED, _A.HOLD_AGAIN): Transition(_S.HELD, SYSTEM_ONLY),
    },
    timeouts={_S.HELD: Timeout("system")},
    ends={_S.SETTLED, _S.RELEASED},
)
