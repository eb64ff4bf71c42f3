"""The lines of an order, the after-sale cases about it, and the units that each case is about.

They are read together under the lock of the order, changed as a value, and saved together (`commands/orders/order_units.py`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self

from order_svc.domain.cases import Case, CaseLine
from order_svc.domain.model import OrderLine

Change = Callable[[OrderLine, CaseLine], tuple[OrderLine, CaseLine]]
"""A line of an order and the units of it that a case is about, as they are after a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderUnits:
    """Those of one order."""

    lines: Sequence[OrderLine]
    cases: Sequence[Case]
    case_lines: Sequence[CaseLine]

    def find_case(self, case_id: str) -> Case | None:
        """The case with this id, or None."""
        return next((case for case in self.cases if case.id == case_id), None)

    def case(self, case_id: str) -> Case:
        """The case with this id. Raises: LookupError where it is not about this order."""
        found = self.find_case(case_id)
        if found is None:
            raise LookupError(case_id)
        return found

    def case_lines_of(self, case_id: str) -> list[CaseLine]:
        """The units that this case is about."""
        return [each for each in self.case_lines if each.case_id == case_id]

    def with_case(self, case: Case) -> Self:
        """The same with this case, which replaces the one with its id."""
        others = [each for each in self.cases if each.id != case.id]
        return replace(self, cases=[*others, case])

    def with_units(self, case_id: str, change: Change) -> Self:
        """The same after the change of each line that this case is about."""
        lines, case_lines = {line.id: line for line in self.lines}, list[CaseLine]()
        for each in self.case_lines:
            changed = each
            if each.case_id == case_id:
                lines[each.line_id], changed = change(lines[each.line_id], each)
            case_lines.append(changed)
        return replace(self, lines=list(lines.values()), case_lines=case_lines)
