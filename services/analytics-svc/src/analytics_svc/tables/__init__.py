"""The tables and statements of analytics-svc, one module per noun; statements are compiled on first use."""

from analytics_svc.tables import facts, traces
from analytics_svc.tables.schema import metadata

__all__ = ["facts", "metadata", "traces"]
