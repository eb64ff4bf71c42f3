"""What the refunds of an order have given back of its lines, and taken of its discounts."""

from aftercare_chassis.database.mapping import Query
from sqlalchemy import BigInteger, Integer, and_, bindparam, cast, func, or_, select

from aftersale_svc.domain.cases.codes import RefundState
from aftersale_svc.domain.money.codes import PartKind
from aftersale_svc.domain.money.model import GivenBack
from aftersale_svc.tables.cases.cases import cases
from aftersale_svc.tables.cases.legs import refunds
from aftersale_svc.tables.money.refund_parts import refund_parts

_SAME = (refund_parts.c.line_id, refund_parts.c.kind, refund_parts.c.payer, refund_parts.c.payee)
# What was deducted of a case that a verdict has awarded more is settled with that.
_unsettled = and_(refund_parts.c.kind == PartKind.DISCOUNT_RECALCULATED, cases.c.paid_before_minor == 0)
_summed = select(
    *_SAME,
    cast(func.sum(refund_parts.c.units), Integer).label("units"),
    cast(func.sum(refund_parts.c.due_minor), BigInteger).label("due_minor"),
).group_by(*_SAME)
GIVEN_BACK = Query(
    _summed.select_from(refund_parts.join(refunds).join(cases, cases.c.id == refunds.c.case_id)).where(
        cases.c.order_id == bindparam("order_id"),
        cases.c.id != bindparam("case_id"),
        refunds.c.state != RefundState.FAILED,
        or_(refund_parts.c.line_id.is_not(None), _unsettled),
    ),
    GivenBack,
)
"""The parts of refunds that were paid or are in flight, of all cases of `:order_id` but `:case_id`, summed."""
SHARES_PAID = Query(
    _summed.select_from(refund_parts.join(refunds)).where(
        refunds.c.case_id == bindparam("case_id"),
        refunds.c.state == RefundState.SUCCEEDED,
        refund_parts.c.kind == PartKind.COST_SHARE,
    ),
    GivenBack,
)
"""What others than the merchant bear of the refunds of `:case_id` that were paid, summed."""
