"""What a price adjustment gives back: money without units, decided under the lock of the order (docs/money.md R11)."""

from collections.abc import Mapping, Sequence

from aftersale_svc.domain.cases.findings import accept_all
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import CaseLine
from aftersale_svc.domain.cases.price_checks import PriceCheck
from aftersale_svc.domain.cases.price_grants.policy import with_amount
from aftersale_svc.domain.cases.shares import spread
from aftersale_svc.domain.money.model import LineHold


def due_by_line(case_id: str, lines: Sequence[CaseLine], holds: Sequence[LineHold]) -> Mapping[str, int]:
    """Return what is due for each line now: what was asked for or granted, and never more than other cases have left."""
    return {line.line_id: min(line.refund_minor, left(line.line_id, case_id, holds)) for line in lines}


def left(line_id: str, case_id: str, holds: Sequence[LineHold]) -> int:
    """Return what is left of the money paid for a line, in minor units, besides what this case holds of it."""
    of_line = [hold for hold in holds if hold.line_id == line_id]
    others = (hold.taken_minor for hold in of_line if hold.case_id != case_id)
    return of_line[0].paid_minor - sum(others)


def granted(full: FullCase, total_minor: int, holds: Sequence[LineHold]) -> tuple[PriceCheck, ...]:
    """Return the rows of the case after this amount was decided, each with its part; no line gets more than is left of it.

    A verdict may award another amount than what was granted before: it is spread over what was asked for.
    """
    due = due_by_line(full.case.id, full.lines, holds)
    if sum(due.values()) != total_minor:
        due = due_by_line(full.case.id, accept_all(full.lines), holds)
    checks = full.rows_of(PriceCheck)
    parts = spread(total_minor, [due[each.line_id] for each in checks])
    return tuple(with_amount(each, part) for each, part in zip(checks, parts, strict=True))
