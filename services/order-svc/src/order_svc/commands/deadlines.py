"""The timers of orders and parcels. The commands that an order's timer runs are registered where they are defined."""

from aftercare_chassis.jobs.deadlines import Due, TimerCommands

from order_svc.commands.orders import receipt_reminders
from order_svc.commands.parcels import parcels
from order_svc.commands.parcels.parcel_intercepts import intercept_timer
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import Order
from order_svc.settings import Settings
from order_svc.tables.intercepts import INTERCEPTS
from order_svc.tables.orders import ORDERS
from order_svc.tables.parcels import PARCELS

order_timer: TimerCommands[OrderAction, Settings, Order] = TimerCommands(ORDER.due)
DEADLINES = (
    Due(ORDERS, order_timer.act),
    Due(ORDERS, receipt_reminders.remind, column="receipt_reminds_at"),
    Due(PARCELS, parcels.look, column="watch_at"),
    Due(INTERCEPTS, intercept_timer.act),
)
