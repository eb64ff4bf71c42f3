"""The Alembic environment of every service; `migrate.py` hands it the connection and the metadata."""

from functools import partial

from aftercare_chassis.database.migrations import declare
from alembic import context

config = context.config
context.configure(
    connection=config.attributes["connection"],
    target_metadata=config.attributes["metadata"],
    compare_type=True,
    compare_server_default=False,
    transaction_per_migration=True,
    on_version_apply=partial(declare, context.script, config.attributes["connection"]),
)
with context.begin_transaction():
    context.run_migrations()
