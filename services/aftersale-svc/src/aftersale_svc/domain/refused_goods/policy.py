"""Who decides that lost goods are paid."""

from aftercare_chassis.lifecycle import Actor

from aftersale_svc.domain.refused_goods.errors import CompensationProposed
from aftersale_svc.domain.refused_goods.model import RefusedGoodsClaim


def needs_second_person(claim: RefusedGoodsClaim, actor: Actor, amount_minor: int, limit_minor: int) -> bool:
    """Whether another agent has to confirm a compensation of this amount.

    Raises:
        CompensationProposed: this agent has proposed it.
    """
    if amount_minor <= limit_minor:
        return False
    if claim.proposed_minor != amount_minor:
        return True
    if claim.proposed_by == actor.id:
        raise CompensationProposed()
    return False
