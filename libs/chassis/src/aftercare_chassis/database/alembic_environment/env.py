"""The Alembic environment of every history; `migrations.py` passes the connection and the branch in the attributes."""

from functools import partial
from typing import Any

from aftercare_chassis.database.migrations import Branch, declare
from alembic import context

connection = context.config.attributes["connection"]
branch: Branch = context.config.attributes["branch"]
version_table = branch.history.version_table


def owned(item: Any, name: str | None, kind: str, *_: object) -> bool:  # Any: a table, a column, an index …
    """Whether Alembic compares this item: the tables of the other history are none of this one's."""
    return kind != "table" or branch.owns(name or "")


context.configure(
    connection=connection,
    # A revision names its constraints in full. With the metadata, Alembic would apply its naming convention to them again.
    target_metadata=branch.metadata if context.config.attributes["compares"] else None,
    version_table=version_table,
    include_object=owned,
    compare_type=True,
    compare_server_default=False,
    transaction_per_migration=True,
    on_version_apply=partial(declare, context.script, connection, version_table),
)
with context.begin_transaction():
    context.run_migrations()
