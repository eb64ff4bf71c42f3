"""What the guards of a dispute judge besides its row: who acts, and when."""

from dataclasses import dataclass
from datetime import datetime

from aftercare_chassis.lifecycle import Actor, Context

from aftersale_svc.domain.disputes.model import Dispute, DisputeSide
from aftersale_svc.domain.permissions import is_side

_SIDES = {"buyer": DisputeSide.BUYER, "seller": DisputeSide.MERCHANT}


@dataclass(frozen=True, slots=True)
class DisputeFacts:
    """Who acts, and when."""

    actor: Actor
    now: datetime

    @classmethod
    def of(cls, context: Context) -> "DisputeFacts":
        """The facts of a command or of a reader."""
        return cls(context.actor, context.now)

    @property
    def side(self) -> DisputeSide | None:
        """The side that acts; None for the platform."""
        return _SIDES.get(self.actor.role)

    def is_party(self, dispute: Dispute) -> bool:
        """Whether who acts is the buyer, belongs to the merchant, or has acted for one of them."""
        return is_side(self.actor, dispute.buyer_id, dispute.merchant_id, dispute.party_ids)


def turn_of(sides: list[str]) -> str:
    """Whose turn it is while these sides have to submit evidence."""
    return sides[0] if len(sides) == 1 else "parties"
