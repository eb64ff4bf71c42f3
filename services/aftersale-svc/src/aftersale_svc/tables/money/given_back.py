"""What the refunds of an order have given back of its lines, and taken of its discounts."""

from aftercare_chassis.database.mapping import Query
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)

from aftersale_svc.domain.cases.codes import RefundState
from aftersale_svc.domain.cases.types import ENDED
from aftersale_svc.domain.money.codes import PartKind, PartParty
from aftersale_svc.domain.money.model import GivenBack
from aftersale_svc.tables.cases.cases import case_lines, cases
from aftersale_svc.tables.cases.legs import refunds
from aftersale_svc.tables.money.refund_parts import refund_parts

_SAME = ("line_id", "kind", "payer", "payee")
_of_others = (cases.c.order_id == bindparam("order_id"), cases.c.id != bindparam("case_id"))
_is_last, _has_failed = refunds.c.id == cases.c.refund_id, refunds.c.state == RefundState.FAILED
_is_over = or_(*(cases.c.state == ended for ended in sorted(ENDED)))
_of_line = refund_parts.c.line_id.is_not(None)
# What was deducted of a case that a verdict has awarded more is settled with that.
_unsettled = and_(refund_parts.c.kind == PartKind.DISCOUNT_RECALCULATED, cases.c.paid_before_minor == 0)
_counted = (
    select(*(refund_parts.c[name] for name in _SAME), refund_parts.c.units, refund_parts.c.due_minor)
    .select_from(refund_parts.join(refunds).join(cases, cases.c.id == refunds.c.case_id))
    .where(
        *_of_others,
        or_(
            and_(~_has_failed, or_(_of_line, _unsettled)),
            and_(_has_failed, _is_last, ~_is_over, or_(_of_line, refunds.c.owed_again)),
        ),
    )
)


def _returned(kind: PartKind, minor: ColumnElement[int]) -> Select[tuple[object, ...]]:
    """What refunds have given back that have failed in part, of cases that have let go of the rest."""
    same = (literal(value.value, Text) for value in (kind, PartParty.MERCHANT, PartParty.BUYER))
    return (
        select(case_lines.c.line_id, *same, case_lines.c.returned_units, minor)
        .select_from(case_lines.join(cases).join(refunds, _is_last))
        .where(*_of_others, _has_failed, _is_over, case_lines.c.returned_minor > 0)
    )


_tax = case_lines.c.returned_tax_minor
_given = union_all(
    _counted,
    _returned(PartKind.GOODS, case_lines.c.returned_minor - _tax),
    _returned(PartKind.TAX, _tax),
).subquery("given")
GIVEN_BACK = Query(
    select(
        *(_given.c[name] for name in _SAME),
        cast(func.sum(_given.c.units), Integer).label("units"),
        cast(func.sum(_given.c.due_minor), BigInteger).label("due_minor"),
    ).group_by(*(_given.c[name] for name in _SAME)),
    GivenBack,
)
"""The parts of refunds, of all cases of `:order_id` but `:case_id`, summed: those that were paid or are in flight, those of lines that a
case still holds after a refund of it has failed, and what of them is back where it holds them no more."""
SHARES_PAID = Query(
    select(
        *(refund_parts.c[name] for name in _SAME),
        cast(func.sum(refund_parts.c.units), Integer).label("units"),
        cast(func.sum(refund_parts.c.due_minor), BigInteger).label("due_minor"),
    )
    .select_from(refund_parts.join(refunds))
    .where(
        refunds.c.case_id == bindparam("case_id"),
        refunds.c.state == RefundState.SUCCEEDED,
        refund_parts.c.kind == PartKind.COST_SHARE,
    )
    .group_by(*(refund_parts.c[name] for name in _SAME)),
    GivenBack,
)
"""What others than the merchant bear of the refunds of `:case_id` that were paid, summed."""
