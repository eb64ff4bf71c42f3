"""What cases hold of the units and the money of an order's lines."""

from typing import Any

from aftercare_chassis.database.columns import minor, one_of, quantity
from aftercare_chassis.database.mapping import Query, Rows, Statement
from asyncpg import Record
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    Select,
    Table,
    Text,
    any_,
    bindparam,
    cast,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from aftersale_svc.domain.cases.codes import BUYER_KEEPS_GOODS
from aftersale_svc.domain.cases.refused_goods.codes import UNBOUND
from aftersale_svc.domain.money.codes import HoldAction, HoldState
from aftersale_svc.domain.money.holds import NOT_ASKED_FOR, REJECTED
from aftersale_svc.domain.money.lifecycle import HOLD
from aftersale_svc.domain.money.model import Hold, LineHold
from aftersale_svc.tables.cases.case_changes import field_at
from aftersale_svc.tables.cases.cases import case_lines, cases
from aftersale_svc.tables.cases.inspections import inspections
from aftersale_svc.tables.cases.legs import refunds
from aftersale_svc.tables.goods.refused_goods_claims import refused_goods_claims
from aftersale_svc.tables.money.offline_refunds import offline_refunds
from aftersale_svc.tables.orders import order_lines
from aftersale_svc.tables.schema import metadata

# They are looked up by the line of an order, so that comes first in the key.
holds = Table(
    "holds",
    metadata,
    Column("line_id", Text, primary_key=True),
    Column("case_id", Text, primary_key=True),
    *one_of("state", HoldState),
    *quantity("units"),
    *minor("amount_minor"),
    ForeignKeyConstraint(["case_id", "line_id"], ["case_lines.case_id", "case_lines.line_id"]),
)

HOLDS = Rows(holds, Hold)


# Any: a column does not show the type of its values.
def _take(action: HoldAction, **values: ColumnElement[Any]) -> Statement:
    """UPDATE the holds of `:case_id`, found by their key, that are in the state from which `action` leads."""
    [(state, row)] = [(state, row) for (state, each), row in HOLD.transitions.items() if each is action]
    return Statement(
        update(holds)
        .where(
            case_lines.c.case_id == bindparam("case_id"),
            holds.c.line_id == case_lines.c.line_id,
            holds.c.case_id == case_lines.c.case_id,
            holds.c.state == state,
        )
        .values(state=row.target, **values)
    )


_inspection = (inspections.c.case_id == holds.c.case_id) & (inspections.c.line_id == holds.c.line_id)
_accepted = select(inspections.c.accepted).where(_inspection).scalar_subquery()
_accepted_minor = select(inspections.c.accepted_minor).where(_inspection).scalar_subquery()
# Only what was accepted is settled; the other units are free again.
SETTLE_HOLDS = _take(
    HoldAction.SETTLE,
    units=func.coalesce(_accepted, holds.c.units),
    amount_minor=func.coalesce(_accepted_minor, holds.c.amount_minor),
)
RELEASE_HOLDS = _take(HoldAction.RELEASE)
HOLD_AGAIN = _take(HoldAction.HOLD_AGAIN)
_decided = (
    func.unnest(bindparam("line_ids", type_=ARRAY(Text)), bindparam("amounts", type_=ARRAY(BigInteger)))
    .table_valued("line_id", "amount_minor", name="decided")
    .render_derived()
)
HOLD_AMOUNTS = Statement(
    update(holds)
    .where(holds.c.case_id == bindparam("case_id"), holds.c.line_id == _decided.c.line_id)
    .values(amount_minor=_decided.c.amount_minor)
)
"""Of a case that takes no units: the money that its refund gives back of each line."""

_goods = func.jsonb_array_elements(refused_goods_claims.c.lines).table_valued("value", name="goods")
_refused = (
    select(func.coalesce(func.sum(cast(_goods.c.value.op("->>")("quantity"), Integer)), 0))
    .select_from(refused_goods_claims.join(_goods, true()))
    .where(
        refused_goods_claims.c.case_id == holds.c.case_id,
        _goods.c.value.op("->>")("line_id") == holds.c.line_id,
        *(refused_goods_claims.c.state != end for end in sorted(UNBOUND)),
    )
    .correlate(holds)
    .scalar_subquery()
)

# Line by line and case by case (LIMIT and OFFSET forbid to join them): while PostgreSQL has no statistics of some of these
# tables, or some from when they were small, it would read the whole of them for every order.
_keeps_for_less = exists().where(
    refunds.c.id == cases.c.refund_id,
    or_(*(refunds.c.cause == each for each in sorted(BUYER_KEEPS_GOODS))),
    refunds.c.units_minor + cases.c.paid_before_minor < cases.c.requested_minor,
)
_stated_outside = exists().where(
    offline_refunds.c.case_id == cases.c.id,
    offline_refunds.c.failed_refund_id == cases.c.refund_id,
    *(offline_refunds.c[end].is_(None) for end in ("confirmed_at", "denied_at", "withdrawn_at")),
)
_case = (
    select(
        cases.c.id.label("case_id"),
        cases.c.type,
        cases.c.state,
        cases.c.stage,
        cases.c.reason,
        cases.c.liable,
        cases.c.reject_reason,
        cases.c.initiator,
        cases.c.shipping_refund_minor,
        cases.c.difference_minor,
        cases.c.returned_freight_minor,
        _keeps_for_less.label("keeps_for_less"),
        _stated_outside.label("is_stated_outside"),
    )
    .where(cases.c.id == holds.c.case_id)
    .limit(1)
    .lateral("of_case")
)
_given = (
    select(case_lines.c.returned_units, case_lines.c.returned_minor)
    .where(case_lines.c.case_id == holds.c.case_id, case_lines.c.line_id == holds.c.line_id)
    .limit(1)
    .lateral("given")
)
_found = select(inspections.c.accepted).where(_inspection).limit(1).lateral("of_inspection")
_held = (
    select(
        _case,
        holds.c.state.label("hold"),
        holds.c.units,
        holds.c.amount_minor,
        cast(_refused, Integer).label("refused_units"),
        _found.c.accepted,
        *_given.c,
    )
    .select_from(holds.join(_case, true()).join(_given, true()).outerjoin(_found, true()))
    .where(holds.c.line_id == order_lines.c.line_id)
    .offset(literal_column("0"))
    .lateral("held")
)
_NUMBERS = (
    *("shipping_refund_minor", "units", "amount_minor", "refused_units"),
    *("returned_units", "returned_minor", "returned_freight_minor"),
)
_FACTS = ("keeps_for_less", "is_stated_outside")
_of_orders = (
    select(
        order_lines.c.line_id,
        order_lines.c.sku,
        order_lines.c.quantity,
        order_lines.c.paid_minor,
        order_lines.c.shipped_quantity,
        order_lines.c.tax_minor,
        order_lines.c.discounts,
        order_lines.c.category,
        order_lines.c.cancelled_quantity,
        order_lines.c.cancelled_minor,
        order_lines.c.refunded_quantity,
        order_lines.c.cancellations,
        *(column for column in _held.c if column.name not in (*_NUMBERS, *_FACTS)),
        *(func.coalesce(_held.c[name], false()).label(name) for name in _FACTS),
        *(func.coalesce(_held.c[name], 0).label(name) for name in _NUMBERS),
    )
    .select_from(order_lines.outerjoin(_held, true()))
    .order_by(order_lines.c.order_id, order_lines.c.position, _held.c.case_id)
)
HOLDS_OF_ORDER = Query(_of_orders.where(order_lines.c.order_id == bindparam("order_id")), LineHold)
HOLDS_OF_ORDERS = Query(
    _of_orders.where(order_lines.c.order_id == any_(bindparam("order_ids", type_=ARRAY(Text)))), LineHold
)
"""The same of several orders, one after the other."""

_line, _of_line = case_lines.alias("line"), cases.alias("of_line")


def _rejections(state: ColumnElement[str], reject_reason: ColumnElement[str]) -> Select[Any]:
    """How often the line of each case that was rejected most often was, by these columns of the cases with its lines."""
    lines = (
        select(_line.c.case_id, _line.c.line_id, func.count().label("times"))
        .select_from(
            _line.join(holds, holds.c.line_id == _line.c.line_id).join(_of_line, _of_line.c.id == holds.c.case_id)
        )
        .where(
            _line.c.case_id == any_(bindparam("case_ids", type_=ARRAY(Text))),
            or_(*(state == each for each in sorted(REJECTED))),
            reject_reason.is_not(None),
            *(_of_line.c.initiator.is_distinct_from(each) for each in sorted(NOT_ASKED_FOR)),
        )
        .group_by(_line.c.case_id, _line.c.line_id)
        .subquery("rejected_lines")
    )
    return select(lines.c.case_id, func.max(lines.c.times).label("times")).group_by(lines.c.case_id)


REJECTIONS: Query[Record] = Query(_rejections(_of_line.c.state, _of_line.c.reject_reason))
"""How often the line of each of these cases that was rejected most often was, counted as `LineBalance.rejected_times` is."""
_time = bindparam("at", type_=DateTime(timezone=True))
_state_then, _reason_then = (field_at(name, _of_line.c.id, _time) for name in ("state", "reject_reason"))
REJECTIONS_THEN: Query[Record] = Query(_rejections(_state_then, _reason_then))
"""The same at an earlier time, `at`."""
