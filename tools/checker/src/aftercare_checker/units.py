"""Units of order lines: none is both shipped and refunded before shipment, and no ended case holds one."""

from collections.abc import Sequence

from aftercare_checker.database import DatabaseState
from aftercare_checker.report import CheckResult


def shipped(states: Sequence[DatabaseState]) -> CheckResult:
    """Per line: shipped + withdrawn + held ≤ ordered, as its parcels and cases add up, and no ended case holds units."""
    result = CheckResult("units shipped or refunded, not both", what="order lines")
    for one in states:
        for line in one.lines:
            result.count()
            of_line = (line["shipped_quantity"], line["withdrawn_quantity"], line["held_quantity"])
            added_up = (line["in_parcels"], line["withdrawn_by_cases"], line["held_by_cases"])
            if sum(of_line) > line["quantity"]:
                result.violation(f"{line['id']}: of {line['quantity']}, shipped, withdrawn and held are {of_line}")
            if of_line != added_up:
                result.violation(
                    f"{line['id']}: shipped, withdrawn and held are {of_line}, parcels and cases add up to {added_up}"
                )
            if line["held_for_nothing"]:
                result.violation(f"{line['id']}: {line['held_for_nothing']} held by cases that have ended")
    return result
