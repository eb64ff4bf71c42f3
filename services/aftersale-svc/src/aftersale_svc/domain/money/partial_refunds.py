"""What a refund that fails in part has given back, by the lines of its case: that is refunded for ever, whatever becomes of the case.

The money of the units goes back first, then the freight. Of the tax of a line as much is back as of its money (docs/money.md R4).
"""

from collections.abc import Sequence

from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.codes import RefundCause
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import CaseLine, Refund
from aftersale_svc.domain.cases.shares import spread
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.money.codes import PartKind
from aftersale_svc.domain.money.parts import RefundPart


def after_failure(full: FullCase, failed: Refund) -> FullCase:
    """Return the case with what this attempt has given back before it failed. No line gets more than its part of the whole refund."""
    before, now = failed.given_back_minor, failed.given_back_minor + failed.returned_minor
    units = min(now, failed.units_minor) - min(before, failed.units_minor)
    freight = _freight(failed, now) - _freight(failed, before)
    takes_units = TYPES[full.case.type].holds_units and failed.cause is not RefundCause.PRICE_DIFFERENCE
    parts, taxes = _parts(full, failed), _taxes(full, failed)
    rooms = [max(0, part - line.returned_minor) for part, line in parts]
    more = spread(min(units, sum(rooms)), rooms)
    found = [
        _with(line, line.returned_minor + minor, part, taxes.get(line.line_id, 0), takes_units=takes_units)
        for (part, line), minor in zip(parts, more, strict=True)
    ]
    case = replace(full.case, returned_freight_minor=full.case.returned_freight_minor + freight)
    return replace(full, case=case, requested=_requested(full, found))


def after_success(full: FullCase, paid: Refund) -> FullCase:
    """Return the case once the rest is paid: what attempts before have given back is a part of this refund then, as far as it is not
    more than the refund has for the line."""
    found = [
        replace(line, returned_minor=0, returned_units=0, returned_tax_minor=0) if line.returned_minor <= part else line
        for part, line in _parts(full, paid)
    ]
    freight = full.case.returned_freight_minor
    left = 0 if freight <= paid.freight_minor else freight
    case = full.case if left == freight else replace(full.case, returned_freight_minor=left)
    return replace(full, case=case, requested=_requested(full, found))


def after_reversal(full: FullCase, owed: Refund) -> FullCase:
    """Return the case of whose refund something came back: its lines have no more than what is still with the buyer."""
    now, parts, taxes = max(0, owed.given_in_part_minor), _parts(full, owed), _taxes(full, owed)
    left = spread(min(now, owed.units_minor), [part for part, _ in parts])
    takes_units = TYPES[full.case.type].holds_units and owed.cause is not RefundCause.PRICE_DIFFERENCE
    found = [
        _with(
            replace(line, returned_tax_minor=0),
            min(line.returned_minor, minor),
            part,
            taxes.get(line.line_id, 0),
            takes_units=takes_units,
        )
        for (part, line), minor in zip(parts, left, strict=True)
    ]
    freight = min(full.case.returned_freight_minor, _freight(owed, now))
    case = replace(full.case, returned_freight_minor=freight)
    return replace(full, case=case, requested=_requested(full, found))


def _parts(full: FullCase, refund: Refund) -> Sequence[tuple[int, CaseLine]]:
    parts = spread(refund.units_minor, [line.refund_minor for line in full.lines])
    return list(zip(parts, full.lines, strict=True))


def _freight(refund: Refund, given_back_minor: int) -> int:
    """What of the freight is back once this much is."""
    return min(max(0, given_back_minor - refund.units_minor), refund.freight_minor)


def _taxes(full: FullCase, refund: Refund) -> dict[str | None, int]:
    """The tax that the refund has of each line, in minor units."""
    parts = (each for each in full.rows_of(RefundPart) if each.refund_id == refund.id)
    return {each.line_id: each.amount_minor for each in parts if each.kind is PartKind.TAX}


def _with(line: CaseLine, minor: int, part: int, tax: int, *, takes_units: bool) -> CaseLine:
    """The line of which this much is back, of its part of the refund with this tax: it counts as units where that is all of their money,
    and lowers their price else."""
    units = line.refund_units if takes_units and 0 < line.refund_minor <= minor else 0
    taxed = max(line.returned_tax_minor, tax * minor // part if part else 0)
    return replace(line, returned_minor=minor, returned_units=units, returned_tax_minor=taxed)


def _requested(full: FullCase, lines: Sequence[CaseLine]) -> tuple[CaseLine, ...]:
    """The lines as they were requested, with what is back of them."""
    return tuple(
        replace(
            line,
            returned_minor=each.returned_minor,
            returned_units=each.returned_units,
            returned_tax_minor=each.returned_tax_minor,
        )
        for line, each in zip(full.requested, lines, strict=True)
    )
