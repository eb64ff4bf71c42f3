"""A connection to Kafka that ends under the client's hands, on the loop that the services run on."""

import asyncio
from typing import Any

import pytest
import uvloop
from aftercare_chassis.kafka import clients
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.metadata import MetadataRequest


async def ask_until_it_has_ended(connection: Any) -> None:
    """At every turn of the loop, so that one falls between the end of the transport and the library's hearing of it."""
    asked: list[asyncio.Task[Any]] = []
    try:
        while True:
            asked.append(asyncio.create_task(connection.send(MetadataRequest([]))))
            await asyncio.sleep(0)
    finally:
        await asyncio.gather(*asked, return_exceptions=True)


def test_a_write_to_an_ended_connection_is_a_broken_connection_and_the_client_lives_on(kafka_bootstrap: str) -> None:
    """Not so, uvloop's RuntimeError would end the task that keeps the client's metadata, and the client with it."""

    async def sever_and_ask_again() -> None:
        client = AIOKafkaClient(bootstrap_servers=kafka_bootstrap)
        await clients.answer(client.bootstrap(), 20)
        try:
            node = client.get_random_node()
            assert await client.ready(node)
            [connection] = client._conns.values()
            connection._writer.transport.abort()
            with pytest.raises(KafkaConnectionError):
                await ask_until_it_has_ended(connection)
            assert not connection.connected()
            assert await clients.answer(client.force_metadata_update(), 20)
        finally:
            await client.close()

    uvloop.run(sever_and_ask_again())
