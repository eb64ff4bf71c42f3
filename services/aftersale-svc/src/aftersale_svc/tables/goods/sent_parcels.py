"""The parcels with the goods of orders, and the cases whose goods come back in them."""

from typing import Any

from aftercare_chassis.database.mapping import Query
from asyncpg import Record
from sqlalchemy import ColumnElement, Integer, ScalarSelect, bindparam, case, cast, exists, func, or_, select

from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.reasons import PARCEL_MISSING
from aftersale_svc.domain.cases.states import TO_BE_SENT, CaseState
from aftersale_svc.domain.orders.model import PARCEL_DELIVERED, PARCEL_LOST, PARCEL_RETURNED, SentLine
from aftersale_svc.tables.cases.cases import case_lines, cases
from aftersale_svc.tables.goods.parcel_reports import parcel_reports
from aftersale_svc.tables.goods.refused_goods_claims import refused_goods_claims
from aftersale_svc.tables.goods.replacements import replacements
from aftersale_svc.tables.goods.returns import returns
from aftersale_svc.tables.orders import order_parcels

WAITING_FOR_PARCEL: Query[Record] = Query(
    select(cases.c.id, cases.c.state, cases.c.reason)
    .join_from(cases, returns, returns.c.case_id == cases.c.id)
    .where(
        cases.c.order_id == bindparam("order_id"),
        cases.c.type == CaseType.REFUSED_DELIVERY,
        returns.c.carrier == bindparam("carrier"),
        returns.c.waybill_no == bindparam("waybill_no"),
        returns.c.delivered_at.is_(None),
    )
    .order_by(cases.c.id)
)
"""The refused deliveries of an order whose goods come back in this parcel."""

WAITING_FOR_BUYER: Query[Record] = Query(
    select(cases.c.id)
    .where(
        cases.c.order_id == bindparam("order_id"),
        or_(*(cases.c.state == each for each in sorted(TO_BE_SENT))),
    )
    .order_by(cases.c.id)
)
"""The cases of an order in which the buyer is to send goods back."""

# A parcel of which the waybill was corrected is followed under another one, and is not counted.
_claimed = (
    select(func.coalesce(func.sum(case_lines.c.quantity), 0))
    .select_from(cases.join(case_lines).join(returns, returns.c.case_id == cases.c.id))
    .where(
        cases.c.order_id == order_parcels.c.order_id,
        cases.c.type == CaseType.REFUSED_DELIVERY,
        cases.c.state != CaseState.CLOSED,
        cases.c.state != CaseState.CANCELLED,
        case_lines.c.line_id == order_parcels.c.line_id,
        returns.c.carrier == order_parcels.c.carrier,
        returns.c.waybill_no == order_parcels.c.waybill_no,
    )
    .correlate(order_parcels)
    .scalar_subquery()
)


def _reported_last(fact: ColumnElement[Any]) -> ScalarSelect[Any]:  # Any: a fact of any type
    """A fact of the last report about a parcel."""
    of_parcel = select(fact).where(parcel_reports.c.parcel_id == order_parcels.c.parcel_id)
    return of_parcel.order_by(parcel_reports.c.occurred_at.desc()).limit(1).correlate(order_parcels).scalar_subquery()


has_arrived = func.coalesce(_reported_last(parcel_reports.c.status == PARCEL_DELIVERED), False)
"""Whether the courier has reported at last that a parcel to the buyer was delivered."""
_returned_at = _reported_last(
    case((parcel_reports.c.status == PARCEL_RETURNED, parcel_reports.c.occurred_at), else_=None)
).label("returned_at")
_replaced = (
    select(func.coalesce(func.sum(case_lines.c.quantity), 0))
    .select_from(cases.join(case_lines).join(replacements, replacements.c.case_id == cases.c.id))
    .where(
        cases.c.order_id == order_parcels.c.order_id,
        or_(*(cases.c.reason == each for each in sorted(PARCEL_MISSING))),
        case_lines.c.line_id == order_parcels.c.line_id,
        replacements.c.shipped_at.is_not(None),
        replacements.c.returned_at.is_(None),
    )
    .correlate(order_parcels)
    .scalar_subquery()
)
_sent_again = or_(
    exists(
        select(replacements.c.case_id)
        .select_from(cases.join(case_lines).join(replacements, replacements.c.case_id == cases.c.id))
        .where(
            cases.c.order_id == order_parcels.c.order_id,
            case_lines.c.line_id == order_parcels.c.line_id,
            replacements.c.shipped_at >= _returned_at.element,
        )
        .correlate(order_parcels)
    ),
    exists(
        select(refused_goods_claims.c.id)
        .where(
            refused_goods_claims.c.order_id == order_parcels.c.order_id,
            refused_goods_claims.c.lines.contains(
                func.jsonb_build_array(func.jsonb_build_object("line_id", order_parcels.c.line_id))
            ),
            refused_goods_claims.c.created_at >= _returned_at.element,
        )
        .correlate(order_parcels)
    ),
)
_was_lost = exists().where(
    parcel_reports.c.parcel_id == order_parcels.c.parcel_id, parcel_reports.c.status == PARCEL_LOST
)
# A case does not say in which parcel its units were: in one that was lost, else in the oldest that has not arrived.
_missing = case((has_arrived, 0), else_=order_parcels.c.quantity)
_missing_before = func.sum(_missing).over(
    partition_by=order_parcels.c.line_id, order_by=(~_was_lost, order_parcels.c.parcel_id), rows=(None, -1)
)
_replaced_here = func.greatest(0, func.least(_missing, _replaced - func.coalesce(_missing_before, 0)))
PARCELS_OF_ORDER = Query(
    select(
        *order_parcels.c,
        cast(_claimed, Integer).label("claimed"),
        cast(_replaced_here, Integer).label("replaced"),
        has_arrived.label("arrived"),
        _returned_at,
        _sent_again.label("sent_again"),
    )
    .where(order_parcels.c.order_id == bindparam("order_id"))
    .order_by(order_parcels.c.parcel_id.desc(), order_parcels.c.line_id),
    SentLine,
)
"""The parcels of an order, newest first, with the units that cases wait for or have replaced, and whether they have arrived."""
