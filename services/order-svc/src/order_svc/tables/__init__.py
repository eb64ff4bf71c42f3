"""The schema and the statements, compiled on first use; one file per noun."""

from order_svc.tables import cases, couriers, orders, parcels, payments
from order_svc.tables.schema import metadata

__all__ = ["cases", "couriers", "metadata", "orders", "parcels", "payments"]
