"""The tables and their statements, which are compiled on first use; one module per noun."""

from aftersale_svc.tables import (
    calendars,
    case_changes,
    case_rules,
    cases,
    deadlines,
    decisions,
    dispute_parts,
    disputes,
    evidence,
    given_back,
    holds,
    legs,
    locks,
    offers,
    orders,
    policies,
    refund_parts,
    replacements,
    verdicts,
)
from aftersale_svc.tables.schema import metadata

COPIED = (orders.orders, orders.order_lines, orders.order_parcels)
"""Our copy of the orders: made of the log and nothing else."""

__all__ = [
    "COPIED",
    "calendars",
    "case_changes",
    "case_rules",
    "cases",
    "deadlines",
    "decisions",
    "dispute_parts",
    "disputes",
    "evidence",
    "given_back",
    "holds",
    "legs",
    "locks",
    "metadata",
    "offers",
    "orders",
    "policies",
    "refund_parts",
    "replacements",
    "verdicts",
]
