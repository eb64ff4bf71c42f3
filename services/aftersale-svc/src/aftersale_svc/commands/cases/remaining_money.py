"""Whether anything is left of the money that a price adjustment is about, before it is granted."""

from aftercare_chassis.database.transaction import Transaction

from aftersale_svc.domain.cases.codes import Money
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.money.errors import NothingLeft
from aftersale_svc.domain.money.refunds import refund_due
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.settings import Settings
from aftersale_svc.tables.money.holds import HOLDS_OF_ORDER


async def check(tx: Transaction[Settings], order: Order, full: FullCase) -> None:
    """Refuse to grant an amount of nothing: other cases have taken the money since it was asked for. The order is locked.

    Every other case holds its money itself.

    Raises:
        NothingLeft: nothing is left of it.
    """
    type_ = TYPES[full.case.type]
    if type_.holds_money or type_.money is not Money.REFUND:
        return
    holds = await tx.all(HOLDS_OF_ORDER, order_id=order.id)
    if not refund_due(order, full.case, full.lines, holds).total_minor:
        raise NothingLeft()
