"""The money of orders, read as one, alone or with their rows or lines."""

from aftercare_chassis.database.joint import Joint
from aftercare_chassis.database.mapping import Query
from sqlalchemy import Text, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from order_svc.domain.payments.compensations import Compensation
from order_svc.domain.payments.model import Payment, Refund
from order_svc.domain.payments.order_money import OrderMoney, OrderParts, PaidOrders
from order_svc.tables.compensations import compensations
from order_svc.tables.orders import LINES_OF_ORDERS, ORDERS_BY_ID
from order_svc.tables.payments import payments, refunds

_orders = bindparam("order_ids", type_=ARRAY(Text)).any_()
_PAYMENTS = Query(select(payments).where(payments.c.order_id == _orders).order_by(payments.c.id), Payment)
_REFUNDS = Query(
    select(refunds)
    .where(refunds.c.payment_id.in_(select(payments.c.id).where(payments.c.order_id == _orders)))
    .order_by(refunds.c.payment_id, refunds.c.id),
    Refund,
)
_COMPENSATIONS = Query(
    select(compensations).where(compensations.c.order_id == _orders).order_by(compensations.c.id), Compensation
)
MONEY_OF_ORDERS = Joint(OrderMoney, payments=_PAYMENTS, refunds=_REFUNDS, compensations=_COMPENSATIONS)
LINES_AND_MONEY = Joint(
    OrderParts, lines=LINES_OF_ORDERS, payments=_PAYMENTS, refunds=_REFUNDS, compensations=_COMPENSATIONS
)
ORDERS_AND_MONEY = Joint(
    PaidOrders, orders=ORDERS_BY_ID, payments=_PAYMENTS, refunds=_REFUNDS, compensations=_COMPENSATIONS
)
