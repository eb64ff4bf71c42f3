"""A projection: tables of a service that are computed from the log alone, so that they can be rebuilt from its beginning."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import MetaData, Table

from aftercare_chassis.consumer.dispatcher import Dispatcher, Handlers


@dataclass(frozen=True, slots=True)
class Projection:
    """The tables, those that others refer to first, and the handlers that write them and nothing else.

    The handlers use only the event and the rows of these tables; they record no events and do not use the time.
    """

    tables: Sequence[Table]
    handlers: Handlers

    @property
    def topics(self) -> list[str]:
        """The names of the topics that the handlers need."""
        return Dispatcher(self.handlers).topics

    def within(self, schema: str) -> list[Table]:
        """Return the same tables in another schema. References to tables outside of the projection stay as they are."""
        own, metadata = {table.name for table in self.tables}, MetaData()
        return [
            table.to_metadata(
                metadata,
                schema=schema,
                referred_schema_fn=lambda _, to, key, __: to if key.referred_table.name in own else "public",
            )
            for table in self.tables
        ]
