"""Imports of orders: how many a second a shop brings in, over the REST API and with `aftercare orders import`."""

import asyncio
import json
import os
import resource
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from subprocess import DEVNULL
from typing import Any

import asyncpg
from aftercare_cli.journey import SHIPPING_ADDRESS
from aftercare_cli.stack.interface import Addresses
from environment import Environment, Process, environment, script
from load import Client
from wrk import cpu_seconds, tree_seconds

ORDERS, PART, WARM_UP, PROCESSES = 40_000, 500, 4_000, (1, 2)
SERVICE, MERCHANTS = "order-svc", ("m-1", "m-2")
AT_LEAST = 2_000
STATES = ("completed",) * 12 + ("received", "delivered", "shipped", "paid", "cancelled") + ("completed",) * 3
"""The states of twenty orders in turn."""
AT_HOURS = {"paid_at": 1, "delivered_at": 72, "received_at": 96, "completed_at": 300}
KNOWN: dict[str, int] = {"paid": 1, "shipped": 1, "delivered": 2, "received": 3, "completed": 4}
"""How many of the times of AT_HOURS an order in this state has."""
START = datetime.now(UTC) - timedelta(days=30)

TITLE = f"""
## Imports of orders

`make bench P=import`: orders with one to three lines, their payment and a parcel; 15 of 20 are completed. `order-svc serve` imports {ORDERS:,} of them in parts of {PART} for {len(MERCHANTS)} merchants
at a time, in one process and in two; then one process as many from a file by `aftercare orders import`, which reads and sends them in a process of
its own. Autovacuum would do its work on the rows of one import during the next: it is off, and VACUUM ANALYZE after each is measured by itself.

| | API, 1 process | API, 2 processes | `aftercare orders import` |
|---|---|---|---|
"""

_CLIENTS = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
Order = dict[str, Any]  # Any: a JSON document


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """Orders that were imported; CPU in milliseconds per order."""

    per_second: float
    service_ms: float
    postgres_ms: float
    client_ms: float
    vacuum_ms: float


def measure(log: Callable[[str], None]) -> str:
    """Start order-svc, import orders, and return the section of the page."""
    with environment() as env:
        env.migrate(SERVICE)
        asyncio.run(_without_autovacuum(env.servers.postgres))
        found, at = list[Imported](), 0
        for number in PROCESSES:
            names = [f"serve-{each}" for each in range(number)]
            bench = Bench(env, [env.start(name, [script(SERVICE), "serve"], env.variables(SERVICE)) for name in names])
            bench.over_api(range(at, at + WARM_UP))
            found.append(bench.over_api(range(at + WARM_UP, at + WARM_UP + ORDERS)))
            at += WARM_UP + ORDERS
            log(f"API, {number}: {found[-1]}")
            for name in names[1:]:
                env.stop(name)
            if number < PROCESSES[-1]:
                env.stop(names[0])
        bench = Bench(env, bench.servers[:1])
        found.append(bench.by_cli(range(at, at + ORDERS)))
        log(f"aftercare orders import: {found[-1]}")
        return section(*found)


def section(*imported: Imported) -> str:
    """The section of the page: by the API in one process and in two, and by the command."""
    rows = {
        f"orders per second (at least {AT_LEAST:,})": ("**{:,.0f}**", "per_second"),
        "CPU of one, ms: order-svc": ("{:.2f}", "service_ms"),
        "PostgreSQL": ("{:.2f}", "postgres_ms"),
        "the client": ("{:.2f}", "client_ms"),
        "PostgreSQL, VACUUM ANALYZE afterwards": ("{:.2f}", "vacuum_ms"),
    }
    return TITLE + "".join(
        f"| {name} | {' | '.join(shape.format(getattr(each, field)) for each in imported)} |\n"
        for name, (shape, field) in rows.items()
    )


class Bench:
    """Imports into one environment; each order is imported once."""

    def __init__(self, env: Environment, servers: Sequence[Process]) -> None:
        self._env, self.servers = env, servers

    def over_api(self, numbers: range) -> Imported:
        """The parts of each merchant one after the other, those of the merchants beside each other."""
        share = len(numbers) // len(MERCHANTS)
        shares = [numbers[place * share : (place + 1) * share] for place in range(len(MERCHANTS))]
        parts = [[_part(each, at) for at in range(0, share, PART)] for each in shares]

        async def send() -> None:
            imports = enumerate(zip(MERCHANTS, shares, parts, strict=True))
            await asyncio.gather(*(self._send(self.servers[n % len(self.servers)].url, *each) for n, each in imports))

        return self._measured(len(numbers), lambda: asyncio.run(send()))

    async def _send(self, url: str, merchant: str, share: range, parts: Sequence[bytes]) -> None:
        client = Client(url, self._env.token("seller", "seller-bench", merchant))
        name = json.dumps({"file_hash": f"sha256:{sha256(repr(share).encode()).hexdigest()}"})
        path = f"/v1/order-imports/{json.loads(await client.post('/v1/order-imports', name.encode()))['id']}"
        for part in parts:
            await client.post(f"{path}/rows", part)
        done = json.loads(await client.post(f"{path}/complete", b"{}"))
        if done["imported"] != len(share):
            raise SystemExit(f"bench: {done['imported']} of {len(share)} orders were imported")

    def by_cli(self, numbers: range) -> Imported:
        """One file of JSON lines."""
        home = self._env.home
        file = home / "orders.jsonl"
        with file.open("w", encoding="utf-8") as lines:
            lines.writelines(json.dumps(each, ensure_ascii=False) + "\n" for each in map(order, numbers))
        services = {SERVICE: self.servers[0].url}
        Addresses(kind="bench", services=services, simulator="", kafka="", databases={}, owners={}).write(
            home / "stack.json"
        )
        command = [script("aftercare"), "orders", "import", str(file), "--merchant", MERCHANTS[0]]
        environ = {**os.environ, "AFTERCARE_HOME": str(home)}
        return self._measured(len(numbers), lambda: subprocess.run(command, env=environ, check=True, stdout=DEVNULL))

    def _measured(self, number: int, run: Callable[[], object]) -> Imported:
        before, began = self._cpu(), time.perf_counter()
        run()
        seconds = time.perf_counter() - began
        after = self._cpu()
        used = [1000 * (now - then) / number for then, now in zip(before, after, strict=True)]
        asyncio.run(_vacuum(self._env.variables(SERVICE)["AFTERCARE_MIGRATION_DATABASE_URL"]))
        return Imported(
            per_second=number / seconds,
            service_ms=used[0],
            postgres_ms=used[1],
            client_ms=used[2],
            vacuum_ms=1000 * (self._cpu()[1] - after[1]) / number,
        )

    def _cpu(self) -> tuple[float, float, float]:
        # The client is this process, or a child of it that has ended.
        client = sum(sum(each[:2]) for each in (resource.getrusage(who) for who in _CLIENTS))
        serving = sum(cpu_seconds(each.process) for each in self.servers)
        return serving, tree_seconds(self._env.postgres), client


async def _without_autovacuum(admin: str) -> None:
    await _execute(admin, "ALTER SYSTEM SET autovacuum = off", "SELECT pg_reload_conf()")


async def _vacuum(database: str) -> None:
    await _execute(database, "VACUUM ANALYZE")


async def _execute(address: str, *statements: str) -> None:
    connection = await asyncpg.connect(address)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


def _part(share: range, at: int) -> bytes:
    end = min(at + PART, len(share))
    rows = [{"row": place + 1, "order": order(share[place])} for place in range(at, end)]
    return json.dumps({"orders": rows, "next_row": end + 1}, ensure_ascii=False).encode()


def order(number: int) -> Order:
    """An order of one to three lines that was placed some weeks ago, in one of STATES."""
    state = STATES[number % len(STATES)]
    placed_at = START + timedelta(minutes=number % 10_000)
    facts: Order = {"order_no": f"S-{number}", "state": state, "created_at": f"{placed_at:%Y-%m-%dT%H:%M:%SZ}"}
    for name in [*AT_HOURS][: KNOWN.get(state, 0)]:
        facts[name] = f"{placed_at + timedelta(hours=AT_HOURS[name]):%Y-%m-%dT%H:%M:%SZ}"
    if state == "cancelled":
        facts["cancelled_at"] = f"{placed_at + timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}"
    if "paid_at" in facts:
        facts["payment_reference"] = f"4200{number:012}"
    if KNOWN.get(state, 0) > 1 or state == "shipped":
        shipped_at = f"{placed_at + timedelta(hours=24):%Y-%m-%dT%H:%M:%SZ}"
        facts["parcels"] = [{"carrier": "zto", "waybill_no": f"731{number:09}", "shipped_at": shipped_at}]
    return facts | {
        "buyer_id": f"buyer-{number % 5000}",
        "currency": "CNY",
        "lines": [_line(number + place) for place in range(1 + number % 3)],
        "shipping_fee": {"amount": 800, "currency": "CNY"},
        "shipping_address": dict(SHIPPING_ADDRESS),
    }


def _line(number: int) -> Order:
    price, discount = ({"amount": amount, "currency": "CNY"} for amount in (9900, 1000))
    article = {"sku": f"KETTLE-{number % 200}", "title": "电热水壶 1.7 升", "category": "kitchen"}
    return {**article, "quantity": 1 + number % 2, "unit_price": price, "discount": discount}
