"""The tables and statements of kb-svc, one module per noun; statements are compiled on first use."""

from kb_svc.tables import articles, search_index
from kb_svc.tables.schema import metadata

__all__ = ["articles", "metadata", "search_index"]
