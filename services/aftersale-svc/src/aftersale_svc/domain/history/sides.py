"""The sides from which the past of a case can be looked at, and who may look from which."""

from enum import StrEnum

from aftercare_chassis.lifecycle import Actor

from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.history.errors import SideForeign
from aftersale_svc.domain.permissions import STAFF


class Side(StrEnum):
    """A side of a case: one of its parties, or the platform in one of its roles."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    AGENT = "agent"
    ARBITRATOR = "arbitrator"


_OWN = {"buyer": Side.BUYER, "seller": Side.MERCHANT}


def actor_of(side: Side | None, case: Case, reader: Actor) -> Actor:
    """In whose place the reader looks at the case; None: its own. Raises: SideForeign."""
    if side is None or _OWN.get(reader.role) is side:
        return reader
    if reader.role not in STAFF:
        raise SideForeign(pointer="/as_seen_by")
    if side is Side.BUYER:
        return Actor(case.buyer_id, "buyer")
    if side is Side.MERCHANT:
        return Actor(case.merchant_id, "seller", case.merchant_id)
    return Actor(reader.id, side.value)
