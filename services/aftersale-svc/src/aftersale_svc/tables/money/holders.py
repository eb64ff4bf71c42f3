"""Which other cases have the units of cases that were closed."""

from collections.abc import Callable, Sequence
from typing import Any

from aftercare_chassis.database.reader import Reader
from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import CaseState
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.money.holds import holders
from aftersale_svc.tables.money.holds import HOLDS_OF_ORDERS


def is_closed(full: FullCase) -> bool:
    """Whether the case holds nothing, since it was closed."""
    return full.case.state is CaseState.CLOSED


# Any: the settings of any process of the service
async def with_holders(
    reader: Reader[Any], found: Sequence[FullCase], asked: Callable[[FullCase], bool] = is_closed
) -> list[FullCase]:
    """The cases, those that are `asked` about with what has their units by now (`held_by`), read in one statement."""
    orders = sorted({each.case.order_id for each in found if asked(each)})
    if not orders:
        return list(found)
    holds = await reader.all(HOLDS_OF_ORDERS, order_ids=orders)
    return [
        replace(each, held_by=holders(each.case.id, TYPES[each.case.type], each.lines, holds)) if asked(each) else each
        for each in found
    ]
