"""A connection to Kafka that ends while the client writes, on the loop that the services run on."""

import asyncio
from typing import Any

import pytest
import uvloop
from aftercare_chassis.kafka import clients
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.metadata import MetadataRequest


async def send_until_it_has_ended(connection: Any) -> None:
    """Send at every turn of the loop, so that one falls between the end of the transport and the library's notice of it."""
    sent: list[asyncio.Task[Any]] = []
    try:
        while True:
            sent.append(asyncio.create_task(connection.send(MetadataRequest([]))))
            await asyncio.sleep(0)
    finally:
        await asyncio.gather(*sent, return_exceptions=True)


def test_a_write_to_a_closed_transport_breaks_the_connection_and_not_the_client(kafka_bootstrap: str) -> None:
    """Without the patch, uvloop's RuntimeError ends the task that keeps the client's metadata, and the client with it."""

    async def close_and_send_again() -> None:
        client = AIOKafkaClient(bootstrap_servers=kafka_bootstrap)
        await clients.result(client.bootstrap(), 20)
        try:
            node = client.get_random_node()
            assert await client.ready(node)
            [connection] = client._conns.values()
            connection._writer.transport.abort()
            with pytest.raises(KafkaConnectionError):
                await send_until_it_has_ended(connection)
            assert not connection.connected()
            assert await clients.result(client.force_metadata_update(), 20)
        finally:
            await client.close()

    uvloop.run(close_and_send_again())
