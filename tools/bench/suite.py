"""The whole suite on an idle machine: how soon it is ready, what it keeps resident, how fast an event takes effect."""

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
from aftercare_chassis.auth.dev_keys import make_key_set, mint
from aftercare_chassis.testing.databases import with_database
from aftercare_cli.stack import ports
from aftercare_cli.stack.embedded import Embedded
from aftercare_cli.stack.guardian import guarded
from aftercare_cli.stack.interface import Addresses, Silent
from aftercare_cli.stack.layout import SERVICES, SIMULATOR, Layout
from aftercare_cli.stack.local import LocalStack
from aftercare_cli.stack.processes import Processes
from ground import remember_commit_times

EVENTS = 40
SETTLE_SECONDS = 5.0
PATIENCE_SECONDS = 30.0
LOOK_SECONDS = 0.005
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
# When the case was there for others, and when order-svc had taken note of it: both by the server's own commit times.
SAID = "SELECT pg_xact_commit_timestamp(xmin) FROM cases WHERE id = $1"
HEARD = "SELECT pg_xact_commit_timestamp(xmin) FROM subject_state WHERE aggregateid = $1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was measured. Memory in MiB per process, which serves, relays and consumes in one."""

    ready_first_s: float
    ready_again_s: float
    resident: dict[str, float]
    effect_ms: list[float]


def measure(tell: Callable[[str], None]) -> Found:
    """Bring a suite of its own up, look at it, and take it away."""
    with stack() as (local, servers, processes):
        first = _timed(local)
        tell(f"ready after {first:.1f} s on an empty folder")
        asyncio.run(remember_commit_times(servers.postgres))
        local.down(Silent())
        again = _timed(local)
        tell(f"ready after {again:.1f} s when started again")
        time.sleep(SETTLE_SECONDS)
        resident = {one.name: _resident(processes, one.name) for one in SERVICES}
        tell(", ".join(f"{name} {size:.0f} MiB" for name, size in resident.items()))
        addresses = Addresses.read(local.layout.stack_file)
        effects = asyncio.run(_effects(local.layout, addresses, servers.postgres))
        tell(f"an event takes effect after {median(effects):.0f} ms (median of {len(effects)})")
        local.down(Silent())
    return Found(ready_first_s=first, ready_again_s=again, resident=resident, effect_ms=sorted(effects))


@contextmanager
def stack() -> Iterator[tuple[LocalStack, Embedded, Processes]]:
    """A local stack in a folder of its own, not started yet."""
    with TemporaryDirectory(prefix="aftercare-bench-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)  # the database server may run as another user
        layout = Layout(home, ports.base([server.number for server in (*SERVICES, SIMULATOR)]))
        with guarded(home):
            servers = Embedded.at(home)
            yield LocalStack(layout, servers), servers, Processes(home / "run", home / "logs")


def _timed(local: LocalStack) -> float:
    began = time.monotonic()
    local.up(Silent())
    return time.monotonic() - began


def _resident(processes: Processes, name: str) -> float:
    found = processes.find(name)
    return found.memory_info().rss / 2**20 if found else 0.0


async def _effects(layout: Layout, addresses: Addresses, admin: str) -> list[float]:
    databases = {one.name: one.database for one in SERVICES}
    ours = await asyncpg.connect(with_database(admin, databases["aftersale-svc"]))
    theirs = await asyncpg.connect(with_database(admin, databases["order-svc"]))
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as client:
        people = People(client, addresses, layout)
        found = [await _effect(await people.case(), ours, theirs) for _ in range(EVENTS + 1)]
    await ours.close()
    await theirs.close()
    return found[1:]  # the first one also pays for connections and plans


async def _effect(case_id: str, ours: asyncpg.Connection, theirs: asyncpg.Connection) -> float:
    said: datetime = await ours.fetchval(SAID, case_id)
    heard: datetime = await _until(lambda: theirs.fetchval(HEARD, case_id))
    return (heard - said).total_seconds() * 1000


async def _until(ask: Callable[[], Any]) -> Any:
    """The first answer that is one: asked ten times a second, too seldom to disturb what is measured."""
    for _ in range(int(PATIENCE_SECONDS * 10)):
        if answer := await ask():
            return answer
        await asyncio.sleep(0.1)
    raise SystemExit(f"bench: an event took no effect within {PATIENCE_SECONDS:.0f} s")


class People:
    """A seller and a buyer at the public APIs."""

    def __init__(self, client: httpx.AsyncClient, addresses: Addresses, layout: Layout) -> None:
        self._client, self._services = client, addresses.services
        key, now, issuer = make_key_set(layout.folder("keys")), datetime.now(UTC), "aftercare-local"
        self._tokens = {
            "seller": mint(key, role="seller", sub="seller-1", merchant_id="m-1", issuer=issuer, now=now),
            "buyer": mint(key, role="buyer", sub="buyer-1", issuer=issuer, now=now),
        }

    async def case(self) -> str:
        """A refund asked for on a fresh paid order; the id of the case."""
        answer = await self.ask("aftersale-svc", "/v1/cases", "buyer", refund_of(await self.paid_order()))
        return str(_made(answer)["id"])

    async def paid_order(self) -> dict[str, Any]:
        """A fresh order, as soon as order-svc shows it as paid."""
        order = _made(await self.ask("order-svc", "/v1/orders", "seller", ORDER))
        path = f"/v1/orders/{order['id']}"
        paying = {"provider": "simulator", "payment_method": "sim_success"}
        _made(await self.ask("order-svc", f"{path}/payments", "buyer", paying))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while order["state"] != "paid":
                await asyncio.sleep(LOOK_SECONDS)
                url = self._services["order-svc"] + path
                order = (await self._client.get(url, headers=self._headers("buyer"))).json()
        return dict(order)

    async def ask(self, service: str, path: str, role: str, body: dict[str, Any]) -> httpx.Response:
        """One command, asked once."""
        headers = {**self._headers(role), "Idempotency-Key": uuid4().hex}
        return await self._client.post(self._services[service] + path, json=body, headers=headers)

    def _headers(self, role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._tokens[role]}"}


def refund_of(order: dict[str, Any]) -> dict[str, Any]:
    """What a buyer asks for who wants the money for one unit back."""
    lines = [{"line_id": order["lines"][0]["id"], "quantity": 1}]
    return {"order_id": order["id"], "type": "refund_only", "reason": "changed_mind", "lines": lines, "evidence": []}


def _made(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code != 201:
        raise SystemExit(f"bench: {answer.url.path} says {answer.text}")
    return dict(answer.json())
