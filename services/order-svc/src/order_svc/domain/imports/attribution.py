"""What was refunded of each line of an order, as far as its own books have it: cases refund by their own, and state the whole."""

from collections import Counter
from collections.abc import Iterable, Sequence

from order_svc.domain.cases import CaseLine
from order_svc.domain.line_cancellations import share
from order_svc.domain.model import OrderLine


def refunded_units(lines: Sequence[OrderLine], case_lines: Iterable[CaseLine]) -> list[int]:
    """How many units of each line were refunded, whoever has refunded them."""
    of_cases = Counter[str]()
    for each in case_lines:
        of_cases[each.line_id] += each.refunded_quantity
    return [min(each.quantity, each.cancelled_quantity + each.refunded_quantity + of_cases[each.id]) for each in lines]


def refunded_minor(
    lines: Sequence[OrderLine], units: Sequence[int], fee_minor: int, total_minor: int
) -> tuple[list[int], int]:
    """How much of this total is of each line, and how much of the shipping fee; in minor units.

    A line has what was cancelled of it or refunded before, and the exact share of the units that cases have refunded; what is more than that
    is of the fee, and then of the lines. All parts add up to the total, which is no more than was paid.
    """
    left, found = total_minor, list[int]()
    for line, refunded in zip(lines, units, strict=True):
        own = line.cancelled_quantity + line.refunded_quantity
        of_cases = share(line.paid_minor, line.quantity, own, refunded - own) if refunded > own else 0
        minor = min(left, line.paid_minor, line.cancelled_minor + line.refunded_minor + of_cases)
        found.append(minor)
        left -= minor
    shipping = min(fee_minor, left)
    left -= shipping
    for place, line in enumerate(lines):
        more = min(line.paid_minor - found[place], left)
        found[place] += more
        left -= more
    return found, shipping
