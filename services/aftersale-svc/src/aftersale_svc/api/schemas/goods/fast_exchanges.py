"""The hold of a fast exchange as it is shown."""

from aftercare_chassis.http.schemas import Money, Out, Time

from aftersale_svc.domain.cases.full_case import FullCase


class HoldOut(Out):
    """What is held for a replacement that is sent before the goods are back. Nothing is blocked at the payment provider: while
    the case is open no other case gets the money, and what is claimed never goes back."""

    amount: Money
    """What was paid for the units of the case."""
    agreed_at: Time
    """When the buyer agreed to it."""
    released_at: Time | None = None
    """When it was released; null before, and where it was claimed."""
    claimed_at: Time | None = None
    """When it was claimed; null before, and where it was released."""
    claimed: Money | None = None
    """The share of the units that did not come back or were refused; null where nothing was claimed."""

    @classmethod
    def of(cls, full: FullCase) -> "HoldOut | None":
        """The hold; None where the buyer has not agreed to one."""
        hold, currency = full.money_hold, full.case.currency
        if hold is None:
            return None
        return cls(
            amount=Money.of(hold.amount_minor, currency),
            agreed_at=hold.agreed_at,
            released_at=hold.released_at,
            claimed_at=hold.claimed_at,
            claimed=None if hold.claimed_minor is None else Money.of(hold.claimed_minor, currency),
        )
