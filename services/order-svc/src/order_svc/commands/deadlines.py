"""The timer of an order. The commands that it runs are registered where they are defined."""

from aftercare_chassis.jobs.deadlines import Due, TimerCommands

from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import Order
from order_svc.settings import Settings
from order_svc.tables.orders import ORDERS

order_timer: TimerCommands[OrderAction, Settings, Order] = TimerCommands(ORDER.due)
DEADLINES = (Due(ORDERS, order_timer.act),)
