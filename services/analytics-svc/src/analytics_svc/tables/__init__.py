"""The schema of analytics-svc and its statements, compiled once."""

from analytics_svc.tables.figures import CASE_COUNTS, DISPUTE_COUNTS, RATING_COUNT, RATING_MEANS, REFUND_SUMS, SPREADS
from analytics_svc.tables.schema import CASES, DISPUTES, FOLDED, RATINGS, REFUNDS, metadata
from analytics_svc.tables.traces import AROUND, BY_CASE, BY_COMPLAINT, BY_ORDER, BY_PARTY, GAPS, KEEP, KNOWN, UNTOLD

__all__ = [
    "AROUND",
    "BY_CASE",
    "BY_COMPLAINT",
    "BY_ORDER",
    "BY_PARTY",
    "CASES",
    "CASE_COUNTS",
    "DISPUTES",
    "DISPUTE_COUNTS",
    "FOLDED",
    "GAPS",
    "KEEP",
    "KNOWN",
    "RATINGS",
    "RATING_COUNT",
    "RATING_MEANS",
    "REFUNDS",
    "REFUND_SUMS",
    "SPREADS",
    "UNTOLD",
    "metadata",
]
