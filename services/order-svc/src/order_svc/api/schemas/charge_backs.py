"""Charge-backs in responses."""

from typing import Self

from aftercare_chassis.http.schemas import Money, Out, Time

from order_svc.domain.payments.charge_backs import ChargeBack, ChargeBackState


class ChargeBackOut(Out):
    """What a payment provider has taken back of a payment, because the buyer disputes it at the bank."""

    id: str
    """Identifies the charge-back (`cb_…`)."""
    payment_id: str
    """The payment."""
    reference: str
    """The provider's own number of it."""
    state: ChargeBackState
    """Whether it is decided, for the merchant (`won`, which gives the money again) or for the buyer (`lost`)."""
    amount: Money
    """What was taken."""
    reason: str
    """The provider's own code of why."""
    opened_at: Time
    """When it was reported."""
    ended_at: Time | None = None
    """When its decision was reported; null before."""

    @classmethod
    def of(cls, charge_back: ChargeBack) -> Self:
        """The charge-back."""
        return cls(
            id=charge_back.id,
            payment_id=charge_back.payment_id,
            reference=charge_back.reference,
            state=charge_back.state,
            amount=Money.of(charge_back.amount_minor, charge_back.currency),
            reason=charge_back.reason,
            opened_at=charge_back.opened_at,
            ended_at=charge_back.ended_at,
        )
