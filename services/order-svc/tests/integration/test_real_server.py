"""Over real sockets: what a response reports is durable, and the callbacks of the provider arrive."""

import json

import asyncpg
import httpx
from aftercare_chassis.testing import Harness
from aftercare_chassis.testing.servers import serve_app
from aftercare_simulators.payment import create
from order_svc import main
from order_svc.commands.partners.partner_inbox import WORKERS
from order_svc.domain.partners.pushes import PushSource
from starlette.types import Receive, Scope, Send


async def test_over_real_sockets(postgres_url, secret, kettles):
    async def shop(scope: Scope, receive: Receive, send: Send) -> None:
        await harness.service.app(scope, receive, send)

    simulator = create(secret, clock=lambda: harness.clock.now(), delay=0)
    async with (
        serve_app(simulator) as provider_url,
        serve_app(shop) as url,
        Harness.start(
            main.service,
            postgres_url,
            payment_simulator_url=provider_url,
            payment_webhook_secret=secret,
            public_url=url,
        ) as harness,
    ):
        seller = {"Authorization": f"Bearer {harness.token('seller', 'seller-1', 'm-1')}"}
        buyer = {"Authorization": f"Bearer {harness.token('buyer', 'buyer-1')}"}
        async with httpx.AsyncClient(base_url=url, timeout=60) as http:
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
            await harness.run_workers("provider-calls")
            await simulator.state.provider.callbacks.settled()
            await harness.run_workers(WORKERS[PushSource.PAYMENT])
            payment = (await http.get(f"/v1/payments/{started.json()['id']}", headers=buyer)).json()
            assert payment["state"] == "succeeded"
            assert (await http.get(f"/v1/orders/{order_id}", headers=buyer)).json()["state"] == "paid"
            again = await http.post(path, json={"payment_method": "sim_duplicate_callback"}, headers=headers)
            assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
            assert again.json() == started.json()


async def test_a_former_name_of_a_setting_is_logged_once_at_the_start(shop, monkeypatch, capfd):
    monkeypatch.setenv("AFTERCARE_COURIER_UNMATCHED_HOURS", "5")
    async with shop.h.serve():
        pass
    (line,) = [line for line in capfd.readouterr().out.splitlines() if "setting_name" in line]
    why = "AFTERCARE_COURIER_UNMATCHED_HOURS is a former name of AFTERCARE_PARTNER_UNMATCHED_HOURS"
    assert (json.loads(line)["level"], json.loads(line)["why"]) == ("warning", why)
