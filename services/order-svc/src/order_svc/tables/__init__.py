"""The schema and the statements, compiled on first use; one module per noun. Importing all of them completes `metadata`."""

from order_svc.tables import (  # noqa: F401
    anomalies,
    cases,
    charge_backs,
    charges,
    compensations,
    courier_ratings,
    couriers,
    destinations,
    intercepts,
    ledger,
    ledger_breaks,
    ledger_proofs,
    merchant_settings,
    order_imports,
    order_keys,
    order_money,
    order_steps,
    orders,
    parcels,
    partner_inbox,
    payments,
    restrictions,
    shipping,
    signing_keys,
    sold_articles,
    stock,
)
from order_svc.tables.schema import metadata

__all__ = ["metadata"]
