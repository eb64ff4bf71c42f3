"""What a refund that fails in part has given back, by the lines of its case: that is refunded for ever, whatever becomes of the case.

The money of the units goes back first, then the freight.
"""

from collections.abc import Sequence

from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.codes import RefundCause
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import CaseLine, Refund
from aftersale_svc.domain.cases.shares import spread
from aftersale_svc.domain.cases.types import TYPES


def after_failure(full: FullCase, failed: Refund) -> FullCase:
    """Return the case with what this attempt has given back before it failed. No line gets more than its part of the whole refund."""
    before, now = failed.given_back_minor, failed.given_back_minor + failed.returned_minor
    units = min(now, failed.units_minor) - min(before, failed.units_minor)
    freight = _freight(failed, now) - _freight(failed, before)
    takes_units = TYPES[full.case.type].holds_units and failed.cause is not RefundCause.PRICE_DIFFERENCE
    rooms = [max(0, part - line.returned_minor) for part, line in _parts(full, failed)]
    more = spread(min(units, sum(rooms)), rooms)
    found = [
        _with(line, line.returned_minor + minor, takes_units) for line, minor in zip(full.lines, more, strict=True)
    ]
    case = replace(full.case, returned_freight_minor=full.case.returned_freight_minor + freight)
    return replace(full, case=case, requested=_requested(full, found))


def after_success(full: FullCase, paid: Refund) -> FullCase:
    """Return the case once the rest is paid: what attempts before have given back is a part of this refund then, as far as it is not
    more than the refund has for the line."""
    found = [_with(line, 0) if line.returned_minor <= part else line for part, line in _parts(full, paid)]
    freight = full.case.returned_freight_minor
    left = 0 if freight <= paid.freight_minor else freight
    case = full.case if left == freight else replace(full.case, returned_freight_minor=left)
    return replace(full, case=case, requested=_requested(full, found))


def _parts(full: FullCase, refund: Refund) -> Sequence[tuple[int, CaseLine]]:
    parts = spread(refund.units_minor, [line.refund_minor for line in full.lines])
    return list(zip(parts, full.lines, strict=True))


def _freight(refund: Refund, given_back_minor: int) -> int:
    """What of the freight is back once this much is."""
    return min(max(0, given_back_minor - refund.units_minor), refund.freight_minor)


def _with(line: CaseLine, minor: int, takes_units: bool = False) -> CaseLine:
    """The line of which this much is back: it counts as units where that is all of their money, and lowers their price else."""
    units = line.refund_units if takes_units and 0 < line.refund_minor <= minor else 0
    return replace(line, returned_minor=minor, returned_units=units)


def _requested(full: FullCase, lines: Sequence[CaseLine]) -> tuple[CaseLine, ...]:
    """The lines as they were requested, with what is back of them."""
    return tuple(
        replace(line, returned_minor=each.returned_minor, returned_units=each.returned_units)
        for line, each in zip(full.requested, lines, strict=True)
    )
