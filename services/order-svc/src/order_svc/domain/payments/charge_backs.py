"""What payment providers take back of payments for buyers 拒付. Amounts are in minor units of `currency`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aftercare_chassis.lifecycle import Lifecycle, Timeout, Transition

from order_svc.domain.permissions import SYSTEM_ONLY


class ChargeBackState(StrEnum):
    """How a charge-back is decided: WON and LOST are the merchant's. The money is taken while it is OPEN, and stays so where it is LOST."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class ChargeBackAction(StrEnum):
    """What the provider reports of it."""

    WIN = "win"
    LOSE = "lose"


_S, _A = ChargeBackState, ChargeBackAction

# A provider may give the money again after it has reported that the charge-back was lost.
CHARGE_BACK: Lifecycle[ChargeBackState, ChargeBackAction] = Lifecycle(
    "charge-back",
    initial=_S.OPEN,
    transitions={
        (_S.OPEN, _A.WIN): Transition(_S.WON, SYSTEM_ONLY),
        (_S.OPEN, _A.LOSE): Transition(_S.LOST, SYSTEM_ONLY),
        (_S.LOST, _A.WIN): Transition(_S.WON, SYSTEM_ONLY),
    },
    timeouts={_S.OPEN: Timeout("provider")},
    ends={_S.WON, _S.LOST},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeBack:
    """A charge-back of a payment, whose lock and event sequence it shares. `reference` is the provider's own number, `reason` its code."""

    id: str
    payment_id: str
    order_id: str
    provider: str
    reference: str
    state: ChargeBackState
    amount_minor: int
    currency: str
    reason: str
    opened_at: datetime
    ended_at: datetime | None = None


def taken_minor(charge_backs: Iterable[ChargeBack]) -> int:
    """What these have taken and not given again."""
    return sum(each.amount_minor for each in charge_backs if each.state is not ChargeBackState.WON)
