"""What the guards of a dispute judge besides its row: who acts, and when."""

from dataclasses import dataclass
from datetime import datetime

from aftercare_chassis.lifecycle import PLAIN_HOURS, Actor, Context, Timing
from aftercare_chassis.records import replace

from aftersale_svc.domain.disputes.model import Dispute, DisputeSide
from aftersale_svc.domain.permissions import is_side

PARTIES_TURN = "parties"
_SIDES = {"buyer": DisputeSide.BUYER, "seller": DisputeSide.MERCHANT}


@dataclass(frozen=True, slots=True)
class DisputeFacts:
    """Who acts, and when."""

    actor: Actor
    now: datetime
    timing: Timing = PLAIN_HOURS

    @classmethod
    def of(cls, context: Context) -> "DisputeFacts":
        """The facts of a command or of a reader."""
        return cls(context.actor, context.now, context.timing)

    def ended(self, dispute: Dispute, until: datetime | None) -> datetime | None:
        """When the time of a side ended; None while it lasts, also by the grace of a standstill that its timer has still to note.

        A side may appeal until then, whoever the dispute waits for.
        """
        if until is None or self.timing.ends(replace(dispute, whose_turn=PARTIES_TURN), until) > self.now:
            return None
        return until

    @property
    def side(self) -> DisputeSide | None:
        """The side that acts; None for the platform."""
        return _SIDES.get(self.actor.role)

    def is_party(self, dispute: Dispute) -> bool:
        """Whether who acts is the buyer, belongs to the merchant, or has acted for one of them."""
        return is_side(self.actor, dispute.buyer_id, dispute.merchant_id, dispute.party_ids)


def turn_of(sides: list[str]) -> str:
    """Whose turn it is while these sides have to submit evidence."""
    return sides[0] if len(sides) == 1 else PARTIES_TURN
