"""The schema and the statements, compiled on first use; one module per noun. Importing all of them completes `metadata`."""

from order_svc.tables import cases, charges, compensations, couriers, ledger, orders, parcels, partner_inbox, payments  # noqa: F401
from order_svc.tables.schema import metadata

__all__ = ["metadata"]
