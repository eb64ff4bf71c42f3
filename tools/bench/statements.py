"""Counts the statements that one command sends to the database."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
from aftercare_chassis.service import Service
from asyncpg.connection import LoggedQuery
from orders import Orders, case_of

TRANSACTION_WORDS = ("BEGIN", "COMMIT", "ROLLBACK")


def count(service: Service[Any], orders: Orders, token: str, log: Callable[[str], None]) -> tuple[int, int]:
    """(transactions, statements inside them) of creating one case."""
    first = asyncio.run(orders.take(2))
    orders.used(first + 2)
    sent = asyncio.run(_sent(service, [case_of(first), case_of(first + 1)], token))
    transactions = sum(text.startswith("BEGIN") for text in sent)
    statements = sum(not text.startswith(TRANSACTION_WORDS) for text in sent)
    log(f"{transactions} transaction, {statements} statements")
    return transactions, statements


async def _sent(service: Service[Any], bodies: list[dict[str, Any]], token: str) -> list[str]:
    """The statements of the second request; the first one also fills caches."""
    transport = httpx.ASGITransport(app=service.app)
    async with (
        service.app.router.lifespan_context(service.app),
        httpx.AsyncClient(transport=transport, base_url="http://bench.test") as client,
    ):
        await _create(client, bodies[0], token)
        sent: list[str] = []

        def note(query: LoggedQuery) -> None:
            sent.extend(
                text.strip().upper() for text in query.query.split(";") if text.strip()
            )  # some are sent with the BEGIN

        async with service.runtime.pool.acquire() as connection:
            connection.add_query_logger(note)
        await _create(client, bodies[1], token)
    return sent


async def _create(client: httpx.AsyncClient, body: dict[str, Any], token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex}
    response = await client.post("/v1/cases", json=body, headers=headers)
    if response.status_code != 201:
        raise SystemExit(f"bench: creating a case returns {response.text}")
