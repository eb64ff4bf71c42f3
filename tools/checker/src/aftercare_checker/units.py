"""Units of order lines: none is both shipped and refunded before shipment, and no ended case holds one."""

import json
from collections import Counter
from collections.abc import Sequence

from aftercare_checker.database import DatabaseState
from aftercare_checker.log import Log
from aftercare_checker.report import CheckResult

LINES_CANCELLED, VIRTUAL_DELIVERED = "OrderLinesCancelled.v1", "VirtualGoodsDelivered.v1"
TYPES = (LINES_CANCELLED, VIRTUAL_DELIVERED)


def shipped(states: Sequence[DatabaseState], log: Log) -> CheckResult:
    """Per line: shipped + withdrawn + held ≤ ordered, as its parcels, virtual deliveries, cancellations and cases add up, and no ended
    case holds units."""
    result = CheckResult("units shipped or refunded, not both", what="order lines")
    delivered, cancelled = _units(log)
    for one in states:
        for line in one.lines:
            result.count()
            of_line = (line["shipped_quantity"], line["withdrawn_quantity"], line["held_quantity"])
            sent = line["in_parcels"] + delivered[line["id"]]
            withdrawn = line["withdrawn_by_cases"] + cancelled[line["id"]]
            added_up = (sent, withdrawn, line["held_by_cases"])
            if sum(of_line) > line["quantity"]:
                result.violation(f"{line['id']}: of {line['quantity']}, shipped, withdrawn and held are {of_line}")
            if of_line != added_up:
                result.violation(
                    f"{line['id']}: shipped, withdrawn and held are {of_line}, what was sent, cancelled and held adds up to {added_up}"
                )
            if line["held_for_nothing"]:
                result.violation(f"{line['id']}: {line['held_for_nothing']} held by cases that have ended")
    return result


def _units(log: Log) -> tuple[Counter[str], Counter[str]]:
    """The units by line that were delivered without a parcel, and those that were cancelled after their order was paid: what is
    cancelled before is taken off its line."""
    delivered, cancelled = Counter[str](), Counter[str]()
    for entry in log.firsts():
        if entry.type not in TYPES or entry.data is None:
            continue
        data = json.loads(entry.data)
        if entry.type == LINES_CANCELLED and data["result"] == "created":
            continue
        counted = cancelled if entry.type == LINES_CANCELLED else delivered
        for line in data["lines"]:
            counted[line["line_id"]] += line["quantity"]
    return delivered, cancelled
