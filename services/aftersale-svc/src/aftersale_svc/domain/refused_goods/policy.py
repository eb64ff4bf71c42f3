"""What refused goods are worth, and who decides that it is paid."""

from collections.abc import Mapping

from aftercare_chassis.lifecycle import Actor

from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.shares import accepted_share
from aftersale_svc.domain.refused_goods.errors import CompensationProposed
from aftersale_svc.domain.refused_goods.model import RefusedGoodsClaim


def value_of(full: FullCase, units: Mapping[str, int]) -> int:
    """What was paid for these units of a case, by line, in minor units: what is left of its share once the others are accepted."""
    return sum(
        line.amount_minor - accepted_share(line, line.quantity - units[line.line_id])
        for line in full.requested
        if line.line_id in units
    )


def needs_second_person(claim: RefusedGoodsClaim, actor: Actor, amount_minor: int, limit_minor: int | None) -> bool:
    """Whether another agent has to confirm a compensation of this amount; None: there is no limit to what one decides alone.

    Raises:
        CompensationProposed: this agent has proposed it.
    """
    if limit_minor is None or amount_minor <= limit_minor:
        return False
    if claim.proposed_minor != amount_minor:
        return True
    if claim.proposed_by == actor.id:
        raise CompensationProposed()
    return False
