"""Charge-backs: the buyer's bank takes a payment back, and later decides for the buyer or for the shop. They last as long as the process."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from aftercare_simulators.payment.callbacks import Delivery
from aftercare_simulators.payment.ledger import Operation, OperationRefused, Status


class ChargeBackStatus(StrEnum):
    """How it is decided: for the shop (won), or for the buyer (lost)."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class ChargeBack:
    """A charge-back of a payment. `amount` is in minor units of the payment's currency."""

    id: str
    payment: Operation
    amount: int
    reason: str
    status: ChargeBackStatus = ChargeBackStatus.OPEN


class ChargeBacks:
    """All charge-backs, and when each took money or gave it again. Ids begin with `prefix`."""

    def __init__(self, clock: Callable[[], datetime], prefix: str) -> None:
        self._clock, self._prefix = clock, prefix
        self._known: dict[str, ChargeBack] = {}
        self._moved: list[tuple[datetime, ChargeBack]] = []

    def open(self, payment: Operation, amount: int | None, reason: str) -> ChargeBack:
        """Take an amount of the payment back, or all of it. Raises: OperationRefused where it has not succeeded, or has less left."""
        wanted = payment.amount if amount is None else amount
        taken = sum(each.amount for each in self._of(payment) if each.status is not ChargeBackStatus.WON)
        if payment.status is not Status.SUCCEEDED or not 0 < wanted <= payment.amount - taken:
            raise OperationRefused(422, "not_chargeable_back", f"{payment.amount - taken} of this payment can be taken")
        made = ChargeBack(f"{self._prefix}_{uuid4().hex[:24]}", payment, wanted, reason)
        return self._keep(made, moves=True)

    def end(self, id_: str, status: ChargeBackStatus) -> ChargeBack:
        """Decide an open charge-back. Raises: OperationRefused where there is none."""
        known = self._known.get(id_)
        if known is None or known.status is not ChargeBackStatus.OPEN:
            raise OperationRefused(404, "charge_back_unknown", f"this provider has no open charge-back {id_}")
        return self._keep(replace(known, status=status), moves=status is ChargeBackStatus.WON)

    def moved(self, since: datetime, until: datetime) -> list[tuple[datetime, ChargeBack]]:
        """What took money (`open`) or gave it again (`won`) from `since` and before `until`."""
        return [(at, each) for at, each in self._moved if since <= at < until]

    def _of(self, payment: Operation) -> list[ChargeBack]:
        return [each for each in self._known.values() if each.payment.id == payment.id]

    def _keep(self, charge_back: ChargeBack, *, moves: bool) -> ChargeBack:
        self._known[charge_back.id] = charge_back
        if moves:
            self._moved.append((self._clock(), charge_back))
        return charge_back


def callback_about_charge_back(charge_back: ChargeBack) -> Delivery:
    """A new message of the simulator's own protocol that reports the charge-back."""
    payment, id_ = charge_back.payment, f"msg_{uuid4().hex}"
    data = {
        "charge_back_id": charge_back.id,
        "payment_id": payment.id,
        "amount": charge_back.amount,
        "currency": payment.currency,
        "reason": charge_back.reason,
    }
    type_ = f"charge_back.{charge_back.status}"
    return Delivery(id_, type_, payment.callback_url, json.dumps({"type": type_, "data": data}))
