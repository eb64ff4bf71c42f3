"""The tables and statements of cs-svc, one module per noun; statements are compiled on first use."""

from cs_svc.tables import complaints, conversations, feedback, orders, ratings
from cs_svc.tables.schema import metadata

COPIED = (orders.known_orders, orders.known_cases)
"""Our copies of the orders and cases, computed from the log alone."""

__all__ = ["COPIED", "complaints", "conversations", "feedback", "metadata", "orders", "ratings"]
