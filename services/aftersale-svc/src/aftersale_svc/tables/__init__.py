"""The tables and their statements, which are compiled on first use; one module per noun."""

from aftersale_svc.tables import (
    calendars,
    case_changes,
    case_rules,
    cases,
    claims,
    courier_claims,
    deadlines,
    decisions,
    dispute_parts,
    disputes,
    evidence,
    given_back,
    holds,
    legs,
    locks,
    manual_reviews,
    offers,
    orders,
    parcel_reports,
    policies,
    refund_parts,
    replacements,
    verdicts,
)
from aftersale_svc.tables.schema import metadata

COPIED = (orders.orders, orders.order_lines, orders.order_parcels, parcel_reports.parcel_reports)
"""Our copy of the orders and of what couriers report: made of the log and nothing else."""

__all__ = [
    "COPIED",
    "calendars",
    "case_changes",
    "case_rules",
    "cases",
    "claims",
    "courier_claims",
    "deadlines",
    "decisions",
    "dispute_parts",
    "disputes",
    "evidence",
    "given_back",
    "holds",
    "legs",
    "locks",
    "manual_reviews",
    "metadata",
    "offers",
    "orders",
    "parcel_reports",
    "policies",
    "refund_parts",
    "replacements",
    "verdicts",
]
