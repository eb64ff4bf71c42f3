"""Makes aiokafka notice a closed connection under uvloop.

The defect: `AIOKafkaConnection.send` expects an OSError from a write to a closed transport. asyncio's transports ignore such
a write, uvloop's raise RuntimeError. That error ends the task that keeps the client's metadata, and from then on the client
answers nothing: a consumer stays idle although Kafka is back.

aiokafka issue 1038; present in 0.14.0 with uvloop 0.23. To be removed when `send` handles RuntimeError itself:
`tests/kafka/test_closed_transport.py` fails without the patch until then.
"""

from aiokafka import conn
from aiokafka.errors import KafkaConnectionError


def install() -> None:
    """Let every client of this process use the corrected connection."""
    conn.AIOKafkaConnection = Connection


class Connection(conn.AIOKafkaConnection):  # type: ignore[misc]
    """A connection that reports a closed transport as KafkaConnectionError."""

    def send(self, request: object, expect_response: bool = True) -> object:
        try:
            return super().send(request, expect_response)
        except RuntimeError as error:
            self.close(reason=conn.CloseReason.CONNECTION_BROKEN, exc=error)
            raise KafkaConnectionError(f"Connection at {self.host}:{self.port} broken: {error}") from error
