"""What the refunds of an order have given back of its lines."""

from aftercare_chassis.database.mapping import Query
from sqlalchemy import BigInteger, Integer, bindparam, cast, func, select

from aftersale_svc.domain.cases.codes import RefundState
from aftersale_svc.domain.money.parts import GivenBack
from aftersale_svc.tables.cases import cases
from aftersale_svc.tables.legs import refunds
from aftersale_svc.tables.refund_parts import refund_parts

_SAME = (refund_parts.c.line_id, refund_parts.c.kind, refund_parts.c.payer, refund_parts.c.payee)
GIVEN_BACK = Query(
    select(
        *_SAME,
        cast(func.sum(refund_parts.c.units), Integer).label("units"),
        cast(func.sum(refund_parts.c.due_minor), BigInteger).label("due_minor"),
    )
    .select_from(refund_parts.join(refunds).join(cases, cases.c.id == refunds.c.case_id))
    .where(
        cases.c.order_id == bindparam("order_id"),
        cases.c.id != bindparam("case_id"),
        refunds.c.state != RefundState.FAILED,
        refund_parts.c.line_id.is_not(None),
    )
    .group_by(*_SAME),
    GivenBack,
)
"""The parts of refunds that were paid or are in flight, of all cases of `:order_id` but `:case_id`, summed."""
