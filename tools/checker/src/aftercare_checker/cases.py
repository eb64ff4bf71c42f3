"""After-sale cases: together they hold no more than their order has, and none waits for something that cannot happen."""

from collections.abc import Sequence

from aftercare_checker.database import DatabaseState
from aftercare_checker.report import CheckResult


def settled(states: Sequence[DatabaseState]) -> CheckResult:
    """Per line and order: units, money and freight of its cases ≤ what was sold and paid."""
    result = CheckResult("cases ≤ their order", what="cases")
    for one in states:
        result.count(len(one.aggregates.get("cases", ())))
        for row in one.findings.get("lines", ()):
            result.violation(
                f"{row['line_id']}: {row['units']} of {row['quantity']} units and {row['minor']} of "
                f"{row['paid_minor']} held"
            )
        for row in one.findings.get("holds", ()):
            result.violation(f"{row['case_id']} is {row['state']}, {row['line_id']} {row['hold']}")
        for row in one.findings.get("freight", ()):
            result.violation(f"{row['id']}: freight {row['freight']} of {row['fee']} is refunded")
    return result


def ended(states: Sequence[DatabaseState]) -> CheckResult:
    """No case of a cancelled order waits for a person, and no verdict is executing for a case that has ended."""
    result = CheckResult("no wait for what cannot happen", what="cases")
    for one in states:
        result.count(len(one.aggregates.get("cases", ())))
        for row in one.findings.get("waiting", ()):
            result.violation(f"{row['id']} is {row['state']}, its order cancelled")
        for row in one.findings.get("executing", ()):
            result.violation(f"{row['id']} is executing, its case {row['state']}")
    return result


def limited(states: Sequence[DatabaseState]) -> CheckResult:
    """Each case, dispute and claim that has not ended has exactly one open deadline in the ledger, which is its own."""
    result = CheckResult("one open deadline per open document", what="cases")
    for one in states:
        result.count(len(one.aggregates.get("cases", ())))
        for row in one.findings.get("deadlines", ()):
            result.violation(
                f"{row['id']} is {row['state']} with {row['open']} open deadlines, or another one than its own"
            )
    return result
