"""The tables and statements of analytics-svc, one module per noun; statements are compiled on first use."""

from analytics_svc.tables import audit, deliveries, facts, traces
from analytics_svc.tables.schema import metadata

COPIED = (
    traces.trace_events,
    audit.audit_events,
    facts.case_facts,
    facts.refund_facts,
    facts.dispute_facts,
    facts.rating_facts,
    deliveries.delivery_facts,
    deliveries.courier_rating_facts,
)
"""The trace and the facts of the metrics, computed from the log alone."""

__all__ = ["COPIED", "audit", "deliveries", "facts", "metadata", "traces"]
