"""What refused goods are worth."""

from collections.abc import Mapping

from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.shares import accepted_share


def value_of(full: FullCase, units: Mapping[str, int]) -> int:
    """What was paid for these units of a case, by line, in minor units: what is left of its share once the others are accepted."""
    return sum(
        line.amount_minor - accepted_share(line, line.quantity - units[line.line_id])
        for line in full.requested
        if line.line_id in units
    )
