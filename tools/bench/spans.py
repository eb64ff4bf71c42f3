"""What spans cost a command: creating an order without them, in traces that are not sampled, and in sampled ones, in turn."""

import asyncio
import json
import statistics
from collections.abc import Callable

from aftercare_chassis.testing.otlp_receiver import otlp_receiver
from cpu_meter import scheduled_ms
from environment import Environment, Process, environment, script
from load import Client

SERVICE, ROUNDS, REQUESTS, WARM_UP = "order-svc", 5, 200, 100
MONEY = {"amount": 9900, "currency": "CNY"}
PLACE = {"province": "浙江省", "city": "杭州市", "district": "西湖区", "street": "文三路 1 号"}
ORDER = {
    "buyer_id": "buyer-1",
    "currency": "CNY",
    "lines": [{"sku": "KETTLE-1", "title": "电热水壶 1.7L", "quantity": 3, "unit_price": MONEY}],
    "shipping_address": {"name": "王芳", "phone": "13800000000", "country": "CN", **PLACE},
}
RATIOS = {"off": None, "not sampled": "0", "sampled": "1"}


def measure(log: Callable[[str], None]) -> str:
    """A table with the CPU of the server per command."""
    with environment() as env, otlp_receiver() as receiver:
        env.migrate(SERVICE)
        servers = {name: _start(env, name, ratio, receiver.address) for name, ratio in RATIOS.items()}
        found = asyncio.run(_measure(servers, env.token("seller", "seller-1", "m-1"), log))
        spans = len(receiver.spans())
    base = statistics.median(found["off"])
    rows = [
        f"| {name} | {statistics.median(runs):.3f} | {min(runs):.3f} … {max(runs):.3f} | {statistics.median(runs) - base:+.3f} |"
        for name, runs in found.items()
    ]
    per_command = spans / (ROUNDS * REQUESTS + WARM_UP)
    head = ["| spans | CPU ms | least … most | more |", "|---|---|---|---|"]
    return "\n".join([*head, *rows, "", f"Spans per sampled command: {per_command:.2f}."])


def _start(env: Environment, name: str, ratio: str | None, address: str) -> Process:
    spans = {} if ratio is None else {"AFTERCARE_OTLP_ENDPOINT": address, "AFTERCARE_TRACE_RATIO": ratio}
    return env.start(name.replace(" ", "-"), [script(SERVICE), "serve"], {**env.variables(SERVICE), **spans})


async def _measure(servers: dict[str, Process], token: str, log: Callable[[str], None]) -> dict[str, list[float]]:
    """CPU milliseconds per command, of each round."""
    clients = {name: Client(server.url, token) for name, server in servers.items()}
    found: dict[str, list[float]] = {name: [] for name in servers}
    for client in clients.values():
        await _create(client, WARM_UP)
    for number in range(1, ROUNDS + 1):
        for name, client in clients.items():
            before = scheduled_ms([servers[name].process])
            await _create(client, REQUESTS)
            after = scheduled_ms([servers[name].process])
            found[name].append((sum(after.values()) - sum(before.values())) / REQUESTS)
            log(f"round {number}, {name}: {found[name][-1]:.3f} ms")
    return found


async def _create(client: Client, orders: int) -> None:
    body = json.dumps(ORDER).encode()
    for _ in range(orders):
        await client.post("/v1/orders", body)
