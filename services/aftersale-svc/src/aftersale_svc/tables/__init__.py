"""The schema and the statements, compiled on first use; one file per noun."""

from aftersale_svc.tables import cases, disputes, orders
from aftersale_svc.tables.schema import metadata

FOLDED = (orders.orders, orders.order_lines)
"""Our copy of the orders: a fold of the log and nothing else."""

__all__ = ["FOLDED", "cases", "disputes", "metadata", "orders"]
