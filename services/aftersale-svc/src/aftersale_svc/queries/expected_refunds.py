"""What an open case would give back if all of it were granted: by what is known now, or was at an earlier time."""

from collections.abc import Sequence
from datetime import datetime

from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.amounts import RefundAmount
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.types import ENDED, TYPES
from aftersale_svc.domain.history.changes import versions
from aftersale_svc.domain.history.order_money import PastOfCase, given_then, holds_then
from aftersale_svc.domain.money.fees import NO_FEES, fees_of, may_cost
from aftersale_svc.domain.money.model import GivenBack, LineHold
from aftersale_svc.domain.money.refunds import refund_expected
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.case_changes import CASES_OPENED, CHANGES_OF_CASE
from aftersale_svc.tables.cases.legs import LEGS, full_cases
from aftersale_svc.tables.claims.guarantee_claims import COVERS_THEN
from aftersale_svc.tables.money.given_back import GIVEN_BACK
from aftersale_svc.tables.money.holds import HOLDS_OF_ORDER
from aftersale_svc.tables.orders import ORDER, SETTINGS_THEN


async def expected_refund(read: Reader[Settings], full: FullCase, at: datetime) -> RefundAmount | None:
    """What the refund of the case would give back; None where nothing would be deducted of what it asks for, or a refund was decided."""
    case, lines = full.case, full.requested
    if case.state in ENDED or full.refund is not None or not TYPES[case.type].holds_units:
        return None
    by_threshold = any("threshold_minor" in each for line in lines for each in line.line_discounts or ())
    if case.agreed_minor is not None or not (by_threshold or may_cost(case)):
        return None
    order = await _order(read, case.order_id, at)
    if order is None or (not by_threshold and fees_of(order) == NO_FEES):
        return None
    holds, given = await _of_others(read, full, at) if by_threshold else ((), ())
    return refund_expected(order, case, lines, holds, fees_of(order), given)


async def _order(read: Reader[Settings], order_id: str, at: datetime) -> Order | None:
    """The order with what was set for its merchant at this time."""
    order = await read.one(ORDER, order_id=order_id)
    if order is None or at == read.now:
        return order
    [then] = await read.all(SETTINGS_THEN, order_id=order_id, at=at)
    return replace(order, settings=then["settings"])


async def _of_others(
    read: Reader[Settings], full: FullCase, at: datetime
) -> tuple[Sequence[LineHold], Sequence[GivenBack]]:
    """What the cases of the order hold of it at this time, and what the refunds of the others have taken of its discounts."""
    case = full.case
    holds = await read.all(HOLDS_OF_ORDER, order_id=case.order_id)
    if at == read.now:
        return holds, await read.all(GIVEN_BACK, order_id=case.order_id, case_id=case.id)
    cases = await read.all(CASES_OPENED, order_id=case.order_id, at=at)
    others = [each for each in cases if each.id != case.id]
    pasts = [await _past(read, each, at) for each in await full_cases(read, others)] if others else []
    return holds_then(holds, [each for each in pasts if each.versions]), given_then(pasts)


async def _past(read: Reader[Settings], other: FullCase, at: datetime) -> PastOfCase:
    """Another case of the order until this time."""
    changes = await read.all(CHANGES_OF_CASE, case_id=other.case.id)
    covers = await read.all(COVERS_THEN, case_id=other.case.id, at=at)
    return PastOfCase(versions(other, changes, at, LEGS), is_covered=any(each.is_paid for each in covers))
