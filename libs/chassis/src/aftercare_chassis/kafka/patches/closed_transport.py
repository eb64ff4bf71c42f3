"""Tells aiokafka that a connection has ended, where uvloop says so in words that it does not know.

A write to a closed transport is silent with asyncio, and a RuntimeError with uvloop; aiokafka expects an OSError (its issue
1038). Not understood, that error ends the task that keeps a client's metadata, and such a client answers nothing any more:
a consumer stands still, with Kafka long back.
"""

from typing import Any

from aiokafka import conn
from aiokafka.errors import KafkaConnectionError


def install() -> None:
    """Let every client of this process connect so."""
    conn.AIOKafkaConnection = Connection


class Connection(conn.AIOKafkaConnection):  # type: ignore[misc]
    """A connection of the library's that breaks as the library thinks that connections break."""

    def send(self, request: Any, expect_response: bool = True) -> Any:
        try:
            return super().send(request, expect_response)
        except RuntimeError as error:
            self.close(reason=conn.CloseReason.CONNECTION_BROKEN, exc=error)
            raise KafkaConnectionError(f"Connection at {self.host}:{self.port} broken: {error}") from error
