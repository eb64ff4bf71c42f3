"""Which share of a line's money belongs to its first units (docs/money.md R3): cumulative, so that all parts add up."""

from collections.abc import Iterable, Mapping, Sequence

from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.model import CaseLine, RefundAmount, RequestedLine


def accepted_share(line: RequestedLine, accepted: int) -> int:
    """Return the money of the first `accepted` units of a case's line; all of them have all that the line has."""
    if accepted == line.quantity:
        return line.amount_minor
    upto = cumulative_share(line.line_paid_minor, line.line_units, line.units_before + accepted)
    before = cumulative_share(line.line_paid_minor, line.line_units, line.units_before)
    return min(upto - before, line.amount_minor)


def cumulative_share(paid_minor: int, units: int, first: int) -> int:
    """Return the share of the `first` units of a line, rounded down."""
    return paid_minor * first // units


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """Cut `total` in proportion to the weights by cumulative shares; the parts add up to it exactly."""
    all_weights, weights_so_far, given, parts = sum(weights), 0, 0, []
    for weight in weights:
        weights_so_far += weight
        upto = cumulative_share(total, all_weights, weights_so_far) if all_weights else 0
        parts.append(upto - given)
        given = upto
    return parts


def credited(lines: Sequence[CaseLine], credit: RefundAmount) -> tuple[CaseLine, ...]:
    """Return the lines of an exchange with the part that each has of what it gives back, in place of the share of the units."""
    parts = spread(credit.units_minor, [line.refund_minor for line in lines])
    return tuple(replace(line, accepted_minor=part) for line, part in zip(lines, parts, strict=True))


def worth_of(lines: Iterable[RequestedLine], units: Mapping[str, int]) -> int:
    """What was paid for these units of a case, by line, in minor units: what is left of its share once the others are accepted."""
    return sum(
        line.amount_minor - accepted_share(line, line.quantity - units[line.line_id])
        for line in lines
        if line.line_id in units
    )


def positive(units: Mapping[str, int]) -> dict[str, int]:
    """Return the lines of which there are any units."""
    return {line_id: number for line_id, number in units.items() if number > 0}
