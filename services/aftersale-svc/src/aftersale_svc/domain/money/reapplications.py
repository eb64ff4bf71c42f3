"""How often may be asked again after rejections, which are counted per line of the order."""

from collections.abc import Sequence

from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.reapplications import MOST_REAPPLICATIONS
from aftersale_svc.domain.money.holds import balances
from aftersale_svc.domain.money.model import LineHold


def reapplications_left(full: FullCase, holds: Sequence[LineHold]) -> int:
    """Return how many requests for all lines of a case are still possible."""
    lines = {line.line_id for line in full.requested}
    times = [balance.rejected_times for balance in balances(holds) if balance.line_id in lines]
    return max(0, MOST_REAPPLICATIONS + 1 - max(times, default=0))
