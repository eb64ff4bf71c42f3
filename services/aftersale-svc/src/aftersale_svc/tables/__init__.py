"""The schema and the statements, compiled on first use; one file per noun."""

from aftersale_svc.tables import cases, disputes, orders
from aftersale_svc.tables.schema import metadata

__all__ = ["cases", "disputes", "metadata", "orders"]
