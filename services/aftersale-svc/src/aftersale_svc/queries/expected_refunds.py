"""What an open case would give back if all of it were granted: by what is known now, or was at an earlier time."""

from collections.abc import Sequence
from datetime import datetime

from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.amounts import RefundAmount
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.types import ENDED, TYPES
from aftersale_svc.domain.money.fees import NO_FEES, fees_of, may_cost
from aftersale_svc.domain.money.model import GivenBack, LineHold
from aftersale_svc.domain.money.refunds import refund_expected
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.queries.past_orders import past_order
from aftersale_svc.settings import Settings
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
    if at == read.now:
        holds = await read.all(HOLDS_OF_ORDER, order_id=case.order_id)
        return holds, await read.all(GIVEN_BACK, order_id=case.order_id, case_id=case.id)
    then = await past_order(read, case.order_id, at, without=case.id)
    return then.holds, then.given
