"""Indexes on tables that have rows, for revisions: they are built while the service writes.

A plain CREATE INDEX lets nobody write to the table until it is complete, which takes minutes where the table is large.
"""

from collections.abc import Sequence
from typing import Any

from alembic import op
from sqlalchemy import ColumnElement, TextClause, text

# Any: the options of an index are those of Alembic, such as `unique` and `postgresql_where`.

_UNUSABLE = text("SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass(:name) AND NOT indisvalid)")


def create(name: str, table: str, columns: Sequence[str | TextClause | ColumnElement[Any]], **options: Any) -> None:
    """Create an index of a table of an earlier revision, without a lock that keeps others from writing to it.

    What the revision did before is committed by this, so that all of the revision has to be repeatable: it adds columns and drops
    indexes by `if_not_exists` and `if_exists`. An index that an interrupted migration has left is built again.
    """
    with op.get_context().autocommit_block():
        if op.get_bind().scalar(_UNUSABLE, {"name": name}):
            op.drop_index(name, table, postgresql_concurrently=True)
        op.create_index(name, table, list(columns), if_not_exists=True, postgresql_concurrently=True, **options)
