"""What of a service's tables is a fold of the log and nothing else: it can be made again from the beginning."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import MetaData, Table

from aftercare_chassis.consumer.dispatcher import Dispatcher, Handlers


@dataclass(frozen=True, slots=True)
class Projection:
    """Tables (those that others refer to first) and the handlers that write them, and write nothing else.

    The handlers take what an event says and the rows of these tables; they record no events and ask no clock.
    """

    tables: Sequence[Table]
    handlers: Handlers

    @property
    def topics(self) -> list[str]:
        return Dispatcher(self.handlers).topics

    def within(self, schema: str) -> list[Table]:
        """The same tables in another schema; what they refer to outside of the projection stays where it is."""
        own, there = {table.name for table in self.tables}, MetaData()
        return [
            table.to_metadata(
                there,
                schema=schema,
                referred_schema_fn=lambda _, to, key, __: to if key.referred_table.name in own else "public",
            )
            for table in self.tables
        ]
