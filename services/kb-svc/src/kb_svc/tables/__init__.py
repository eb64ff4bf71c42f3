"""The tables and statements of kb-svc, one module per noun; statements are compiled on first use."""

from kb_svc.tables import (
    articles,
    feedback,
    former_search_index,
    imports,
    passages,
    published_texts,
    search_index,
    synonyms,
    unanswered,
)
from kb_svc.tables.schema import metadata

__all__ = [
    "articles",
    "feedback",
    "former_search_index",
    "imports",
    "metadata",
    "passages",
    "published_texts",
    "search_index",
    "synonyms",
    "unanswered",
]
