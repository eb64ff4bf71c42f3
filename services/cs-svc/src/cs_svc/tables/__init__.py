"""The tables and statements of cs-svc, one module per noun; statements are compiled on first use."""

from cs_svc.tables import complaints, conversations, feedback, orders, ratings
from cs_svc.tables.schema import metadata

__all__ = ["complaints", "conversations", "feedback", "metadata", "orders", "ratings"]
