"""What the cases of an order held of it at an earlier time, in a fixed number of statements however many cases it has."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from aftercare_chassis.database.transaction import Reader

from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.history.changes import versions
from aftersale_svc.domain.history.order_money import PastOfCase, given_then, holds_then
from aftersale_svc.domain.money.model import GivenBack, LineHold
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.case_changes import CASES_OPENED, CHANGES_OF_CASES
from aftersale_svc.tables.cases.legs import LEGS, full_cases
from aftersale_svc.tables.claims.guarantee_claims import COVERS_OF_CASES_THEN
from aftersale_svc.tables.money.holds import HOLDS_OF_ORDER


@dataclass(frozen=True, slots=True)
class PastOrder:
    """What cases held of the lines of an order at a time, and what their refunds had taken of its discounts."""

    holds: list[LineHold]
    given: list[GivenBack]


async def past_order(read: Reader[Settings], order_id: str, at: datetime, *, without: str | None = None) -> PastOrder:
    """The order at this time, without one of its cases if it is named. The caller has read a case of it before."""
    lines = await read.all(HOLDS_OF_ORDER, order_id=order_id)
    cases = await read.all(CASES_OPENED, order_id=order_id, at=at)
    pasts = await _pasts(read, [each for each in cases if each.id != without], at)
    return PastOrder(holds_then(lines, pasts, at), given_then(pasts))


async def _pasts(read: Reader[Settings], cases: list[Case], at: datetime) -> list[PastOfCase]:
    """These cases until this time, those without a complete history left out."""
    if not cases:
        return []
    case_ids = [each.id for each in cases]
    found = await full_cases(read, cases)
    changed = groupby(await read.all(CHANGES_OF_CASES, case_ids=case_ids), key=lambda each: each.case_id)
    changes = {case_id: list(of_case) for case_id, of_case in changed}
    paid = {each.case_id for each in await read.all(COVERS_OF_CASES_THEN, case_ids=case_ids, at=at) if each.is_paid}
    pasts = (
        PastOfCase(versions(each, changes.get(each.case.id, ()), at, LEGS), is_covered=each.case.id in paid)
        for each in found
    )
    return [each for each in pasts if each.versions]
