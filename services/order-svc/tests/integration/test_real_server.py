"""Over real sockets: what the client was told is durable, and the provider's callbacks find their way back."""

import asyncpg
import httpx
from aftercare_chassis.testing import Harness
from aftercare_chassis.testing.servers import serve_app
from aftercare_simulators.payment import create
from order_svc import main


async def test_over_real_sockets(postgres_url, secret, kettles):
    simulator = create(secret, delay=0)
    async with (
        serve_app(simulator) as provider_url,
        Harness.start(
            main.service, postgres_url, payment_simulator_url=provider_url, payment_webhook_secret=secret
        ) as harness,
        serve_app(harness.service.app) as url,
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
