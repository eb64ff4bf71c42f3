"""SELECTs of the money of orders."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Reader

from order_svc.domain.model import Order
from order_svc.domain.payments.order_money import OrderMoney
from order_svc.tables.order_money import MONEY_OF_ORDERS


async def money_of(reader: Reader, orders: Sequence[Order]) -> OrderMoney:
    """That of these orders together."""
    if not orders:
        return OrderMoney()
    [money] = await reader.all(MONEY_OF_ORDERS, order_ids=[each.id for each in orders])
    return money
