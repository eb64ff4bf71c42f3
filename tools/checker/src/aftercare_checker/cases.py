"""After-sale cases: what they settle of an order is never more than there is, and none waits for what cannot come."""

from collections.abc import Sequence

from aftercare_checker.books import Books
from aftercare_checker.report import Verdict


def settled(books: Sequence[Books]) -> Verdict:
    """Per line and order: units, money and freight of its cases ≤ what was sold and paid."""
    verdict = Verdict("cases ≤ their order", what="cases")
    for one in books:
        verdict.look(len(one.aggregates.get("cases", ())))
        for row in one.findings.get("lines", ()):
            verdict.blame(
                f"{row['line_id']}: {row['units']} of {row['quantity']} units and {row['minor']} of "
                f"{row['paid_minor']} settled"
            )
        for row in one.findings.get("holds", ()):
            verdict.blame(f"{row['case_id']} is {row['state']}, {row['line_id']} {row['hold']}")
        for row in one.findings.get("freight", ()):
            verdict.blame(f"{row['id']}: freight {row['freight']} of {row['fee']} goes back")
    return verdict


def ended(books: Sequence[Books]) -> Verdict:
    """No case of a cancelled order waits for people, no verdict for a case that has ended."""
    verdict = Verdict("nothing waits in vain", what="cases")
    for one in books:
        verdict.look(len(one.aggregates.get("cases", ())))
        for row in one.findings.get("waiting", ()):
            verdict.blame(f"{row['id']} is {row['state']}, its order cancelled")
        for row in one.findings.get("executing", ()):
            verdict.blame(f"{row['id']} is executing, its case {row['state']}")
    return verdict
