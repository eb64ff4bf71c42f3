"""The tables and their statements, which are compiled on first use; one module per noun."""

from aftersale_svc.tables import locks, orders
from aftersale_svc.tables.cases import (
    case_changes,
    case_rules,
    cases,
    caseworkers,
    legs,
    manual_reviews,
    merchant_settings,
    offers,
)
from aftersale_svc.tables.claims import claims, courier_claims, guarantee_claims
from aftersale_svc.tables.deadlines import calendars, deadlines, standstills
from aftersale_svc.tables.decisions import decisions, policies
from aftersale_svc.tables.disputes import appeals, dispute_parts, disputes, lab_tests, verdicts
from aftersale_svc.tables.evidence import evidence, evidence_reuse, picture_hashes, reused_evidence
from aftersale_svc.tables.goods import parcel_anomalies, parcel_reports, pickups, refused_goods_claims, replacements
from aftersale_svc.tables.money import deposits, given_back, holds, refund_parts
from aftersale_svc.tables.schema import metadata

COPIED = (
    orders.orders,
    orders.order_lines,
    orders.order_parcels,
    parcel_reports.parcel_reports,
    parcel_anomalies.parcel_anomalies,
)
"""Our copy of the orders, of what couriers report and of what went wrong with parcels: made of the log and nothing else."""

__all__ = [
    "COPIED",
    "appeals",
    "calendars",
    "case_changes",
    "case_rules",
    "cases",
    "caseworkers",
    "claims",
    "courier_claims",
    "deadlines",
    "decisions",
    "deposits",
    "dispute_parts",
    "disputes",
    "evidence",
    "evidence_reuse",
    "given_back",
    "guarantee_claims",
    "holds",
    "lab_tests",
    "legs",
    "locks",
    "manual_reviews",
    "merchant_settings",
    "metadata",
    "offers",
    "orders",
    "parcel_anomalies",
    "parcel_reports",
    "pickups",
    "picture_hashes",
    "policies",
    "refund_parts",
    "refused_goods_claims",
    "replacements",
    "reused_evidence",
    "standstills",
    "verdicts",
]
