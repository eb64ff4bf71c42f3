"""Over real sockets: what the client was told is durable, and the provider's callbacks find their way back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import uvicorn
from aftercare_chassis.testing import Harness
from aftercare_simulators.payment import create
from order_svc import main


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """The app behind a real uvicorn; yields its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_config=None))
    running = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110 (uvicorn offers nothing to wait for)
            await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


async def test_over_real_sockets(postgres_url, secret, kettles):
    simulator = create(secret, delay=0)
    async with (
        served(simulator) as provider_url,
        Harness.start(
            main.service, postgres_url, payment_simulator_url=provider_url, payment_webhook_secret=secret
        ) as harness,
        served(harness.service.app) as url,
    ):
        # Only now is our own address known; the provider is told it with every call.
        object.__setattr__(harness.settings, "public_url", url)
        seller = {"Authorization": f"Bearer {harness.token('seller', 'seller-1', 'm-1')}"}
        buyer = {"Authorization": f"Bearer {harness.token('buyer', 'buyer-1')}"}
        async with httpx.AsyncClient(base_url=url) as http:
            placed = await http.post("/v1/orders", json=kettles(), headers=seller | {"Idempotency-Key": "1"})
            assert placed.status_code == 201
            assert placed.headers["etag"] == '"v1"'
            order_id = placed.json()["id"]
            connection = await asyncpg.connect(harness.settings.database_url)
            kept = "SELECT count(*) FROM orders o JOIN outbox e ON e.aggregateid = o.id WHERE o.id = $1"
            assert await connection.fetchval(kept, order_id) == 1
            await connection.close()

            path, headers = f"/v1/orders/{order_id}/payments", buyer | {"Idempotency-Key": "2"}
            started = await http.post(path, json={"payment_method": "sim_duplicate_callback"}, headers=headers)
            await harness.run_workers("provider-calls-1")
            await simulator.state.provider.callbacks.settled()
            payment = (await http.get(f"/v1/payments/{started.json()['id']}", headers=buyer)).json()
            assert payment["state"] == "succeeded"
            assert (await http.get(f"/v1/orders/{order_id}", headers=buyer)).json()["state"] == "paid"
            again = await http.post(path, json={"payment_method": "sim_duplicate_callback"}, headers=headers)
            assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
            assert again.json() == started.json()
