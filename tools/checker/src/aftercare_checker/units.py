"""Units of order lines: none is both refunded before shipment and shipped, and none is kept back for nothing."""

from collections.abc import Sequence

from aftercare_checker.books import Books
from aftercare_checker.report import Verdict


def shipped(books: Sequence[Books]) -> Verdict:
    """Per line: shipped + withdrawn + held ≤ ordered; its parcels and cases say the same; a case that has ended holds none."""
    verdict = Verdict("units shipped or refunded, not both", what="order lines")
    for one in books:
        for line in one.lines:
            verdict.look()
            here = (line["shipped_quantity"], line["withdrawn_quantity"], line["held_quantity"])
            there = (line["in_parcels"], line["withdrawn_by_cases"], line["held_by_cases"])
            if sum(here) > line["quantity"]:
                verdict.blame(f"{line['id']}: of {line['quantity']}, shipped, withdrawn and held are {here}")
            if here != there:
                verdict.blame(f"{line['id']}: shipped, withdrawn and held are {here}, parcels and cases say {there}")
            if line["held_for_nothing"]:
                verdict.blame(f"{line['id']}: {line['held_for_nothing']} held by cases that have ended")
    return verdict
