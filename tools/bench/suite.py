"""The whole suite: start time, resident memory, the lag of an event, and the CPU at rest and under load."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import suite_load
from aftercare_chassis.auth.dev_keys import make_key_set, mint
from aftercare_chassis.testing.databases import with_database
from aftercare_cli.stack import ports
from aftercare_cli.stack.embedded import Embedded
from aftercare_cli.stack.interface import Addresses, NoProgress
from aftercare_cli.stack.layout import SERVERS, SERVICES, Layout
from aftercare_cli.stack.local import LocalStack
from aftercare_cli.stack.processes import Processes
from aftercare_cli.testing.reaper import reaper
from environment import track_commit_times
from process_usage import NAMES

EVENTS = 40
SETTLE_SECONDS = 5.0
WAIT_SECONDS = 30.0
POLL_SECONDS = 0.005
ORDER = {
    "buyer_id": "buyer-1",
    "currency": "CNY",
    "lines": [
        {"sku": "KETTLE-1", "title": "电热水壶", "quantity": 3, "unit_price": {"amount": 9900, "currency": "CNY"}}
    ],
    "shipping_fee": {"amount": 800, "currency": "CNY"},
    "shipping_address": {
        "name": "王芳",
        "phone": "13800000000",
        "country": "CN",
        "province": "浙江省",
        "city": "杭州市",
        "district": "西湖区",
        "street": "文三路 1 号",
    },
}
# When the case was committed, and when order-svc had consumed its event, as commit times of the server.
COMMITTED = "SELECT pg_xact_commit_timestamp(xmin) FROM cases WHERE id = $1"
CONSUMED = "SELECT pg_xact_commit_timestamp(xmin) FROM subject_state WHERE aggregateid = $1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Start times in seconds, memory in MiB by process, lags in milliseconds, and CPU."""

    ready_first_s: float
    ready_again_s: float
    resident: dict[str, float]
    effect_ms: list[float]
    load: suite_load.Found


def measure(log: Callable[[str], None]) -> Found:
    """Start a suite, measure it, and stop it."""
    with stack() as (local, servers, processes):
        first = _timed(local)
        log(f"ready after {first:.1f} s on an empty folder")
        asyncio.run(track_commit_times(servers.postgres))
        local.down(NoProgress())
        again = _timed(local)
        log(f"ready after {again:.1f} s when started again")
        time.sleep(SETTLE_SECONDS)
        # Not PostgreSQL, whose processes share most of theirs.
        resident = {name: _resident(processes, name) for name in NAMES if name != "postgres"}
        log(", ".join(f"{name} {size:.0f} MiB" for name, size in resident.items()))
        addresses = Addresses.read(local.layout.stack_file)
        effects = asyncio.run(_effects(local.layout, addresses, servers.postgres))
        log(f"the effect of an event is there after {median(effects):.0f} ms (median of {len(effects)})")
        load = asyncio.run(suite_load.measure(suite_load.Suite(local, processes), log))
        local.down(NoProgress())
    return Found(ready_first_s=first, ready_again_s=again, resident=resident, effect_ms=sorted(effects), load=load)


@contextmanager
def stack() -> Iterator[tuple[LocalStack, Embedded, Processes]]:
    """A local stack in a folder of its own, not started yet."""
    with TemporaryDirectory(prefix="aftercare-bench-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)  # the database server may run as another user
        layout = Layout(home, ports.base([server.number for server in SERVERS]))
        with reaper(home):
            servers = Embedded.at(home)
            yield LocalStack(layout, servers), servers, Processes(home / "run", home / "logs")


def _timed(local: LocalStack) -> float:
    began = time.monotonic()
    local.up(NoProgress())
    return time.monotonic() - began


def _resident(processes: Processes, name: str) -> float:
    found = processes.find(name)
    return found.memory_info().rss / 2**20 if found else 0.0


async def _effects(layout: Layout, addresses: Addresses, admin: str) -> list[float]:
    databases = {one.name: one.database for one in SERVICES}
    ours = await asyncpg.connect(with_database(admin, databases["aftersale-svc"]))
    theirs = await asyncpg.connect(with_database(admin, databases["order-svc"]))
    async with httpx.AsyncClient(trust_env=False, timeout=WAIT_SECONDS) as client:
        people = People(client, addresses, layout)
        found = [await _effect(await people.case(), ours, theirs) for _ in range(EVENTS + 1)]
    await ours.close()
    await theirs.close()
    return found[1:]  # the first one opens connections and plans queries


async def _effect(case_id: str, ours: asyncpg.Connection, theirs: asyncpg.Connection) -> float:
    committed: datetime = await ours.fetchval(COMMITTED, case_id)
    consumed: datetime = await _until(lambda: theirs.fetchval(CONSUMED, case_id))
    return (consumed - committed).total_seconds() * 1000


async def _until(ask: Callable[[], Any]) -> Any:
    """The first result of `ask` that is not None. Ten calls per second do not disturb the measurement."""
    for _ in range(int(WAIT_SECONDS * 10)):
        if found := await ask():
            return found
        await asyncio.sleep(0.1)
    raise SystemExit(f"bench: an event had no effect within {WAIT_SECONDS:.0f} s")


class People:
    """A seller and a buyer, at the public APIs."""

    def __init__(self, client: httpx.AsyncClient, addresses: Addresses, layout: Layout) -> None:
        self._client, self._services = client, addresses.services
        key, now, issuer = make_key_set(layout.folder("keys")), datetime.now(UTC), "aftercare-local"
        self._tokens = {
            "seller": mint(key, role="seller", sub="seller-1", merchant_id="m-1", issuer=issuer, now=now),
            "buyer": mint(key, role="buyer", sub="buyer-1", issuer=issuer, now=now),
        }

    async def case(self) -> str:
        """The id of a new refund case of a new, paid order."""
        response = await self.post("aftersale-svc", "/v1/cases", "buyer", refund_of(await self.paid_order()))
        return str(_created(response)["id"])

    async def paid_order(self) -> dict[str, Any]:
        """A new order, as soon as order-svc shows it as paid."""
        order = _created(await self.post("order-svc", "/v1/orders", "seller", ORDER))
        path = f"/v1/orders/{order['id']}"
        paying = {"provider": "simulator", "payment_method": "sim_success"}
        _created(await self.post("order-svc", f"{path}/payments", "buyer", paying))
        async with asyncio.timeout(WAIT_SECONDS):
            while order["state"] != "paid":
                await asyncio.sleep(POLL_SECONDS)
                url = self._services["order-svc"] + path
                order = (await self._client.get(url, headers=self._headers("buyer"))).json()
        return dict(order)

    async def post(self, service: str, path: str, role: str, body: dict[str, Any]) -> httpx.Response:
        """Send a command once."""
        headers = {**self._headers(role), "Idempotency-Key": uuid4().hex}
        return await self._client.post(self._services[service] + path, json=body, headers=headers)

    def _headers(self, role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._tokens[role]}"}


def refund_of(order: dict[str, Any]) -> dict[str, Any]:
    """The body of a refund case about one unit of the order."""
    lines = [{"line_id": order["lines"][0]["id"], "quantity": 1}]
    return {"order_id": order["id"], "type": "refund_only", "reason": "changed_mind", "lines": lines, "evidence": []}


def _created(response: httpx.Response) -> dict[str, Any]:
    if response.status_code != 201:
        raise SystemExit(f"bench: {response.url.path} returns {response.text}")
    return dict(response.json())
