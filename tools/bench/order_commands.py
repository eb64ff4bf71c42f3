"""What the commands of an order cost: `order-svc serve` over the REST API, and `order-svc consume` where a worker does the rest.

A step is taken with many orders by some connections at a time, as in `busy_commands.py`, and is over when the orders have arrived in its state.
"""

import asyncio
import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

import asyncpg
from aftercare_cli.journey import SHIPPING_ADDRESS
from aftercare_cli.stack.layout import SIMULATOR
from cpu_meter import scheduled_ms
from environment import Environment, Process, environment, script
from load import Client

ORDERS, WARM_UP, CONNECTIONS, AT_MOST_MS, WAIT_SECONDS = 240, 60, 8, 3.0, 300
PROVIDER_SECONDS = 15
"""How long the provider takes: all payments of a step are at it before the first callback comes."""
SERVICE, SECRET, ENDPOINT, CHINA = "order-svc", "0f5c1d9a7b3e4f60", "ce_bench", timezone(timedelta(hours=8))

TITLE = f"""
## Commands of orders

`make bench P=order-commands`: {CONNECTIONS} connections take a step with {ORDERS} orders, after a warm-up with {WARM_UP}. The CPU of one, until the order has arrived: of `order-svc serve`, of `consume` where a worker
goes on, and of PostgreSQL. At most: {AT_MOST_MS:.0f} ms per command, which is a row, or a process of a row where `consume` has a command of its own: it sends a payment or a refund
to the provider, and applies the callback that `serve` has stored. The provider calls back {PROVIDER_SECONDS} s later, when all are sent.

| step | serve, ms | consume, ms | PostgreSQL, ms |
|---|---|---|---|
"""

# Any: bodies and answers are JSON.
Body = dict[str, Any]
Usage = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Step:
    """A request per order, by this role: its path and body. With `arrived`, the step is over when so many orders are in this state."""

    name: str
    role: str
    path: Callable[[Body], str]
    body: Callable[[Body], Body | bytes]
    arrived: str | None = None
    called_back: str | None = None
    """The name of what follows the callback of the provider, which is a step of its own."""


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU milliseconds of a step: of both processes and of PostgreSQL. `apart`: each process has a command of its own."""

    name: str
    serve: float
    consume: float
    postgres: float
    apart: bool = False

    @property
    def is_dear(self) -> bool:
        """Whether one of its commands takes more than it may."""
        commands = (self.serve, self.consume) if self.apart else (self.serve + self.consume,)
        return max(commands) > AT_MOST_MS


def _new(order: Body) -> Body:
    price = {"amount": 9900, "currency": "CNY"}
    lines = [{"sku": f"KETTLE-{n}", "title": "电热水壶 1.7 升", "quantity": 1, "unit_price": price} for n in range(2)]
    return {"buyer_id": "buyer-bench", "currency": "CNY", "lines": lines, "shipping_address": dict(SHIPPING_ADDRESS)}


def _units(order: Body) -> list[Body]:
    return [{"line_id": line["id"], "quantity": line["quantity"]} for line in order["lines"]]


def _signed(order: Body) -> bytes:
    """A push of 中通: the parcel of the order is with the buyer."""
    at = f"{datetime.now(UTC).astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
    data = json.dumps({"billCode": order["waybill_no"], "action": "SIGNED", "actionTime": at, "desc": "已签收"})
    digest = hashlib.md5((data + SECRET).encode(), usedforsecurity=False).digest()
    fields = {"data": data, "data_digest": base64.b64encode(digest).decode(), "msg_type": "Traces"}
    return urlencode(fields).encode()


def _of(action: str) -> Callable[[Body], str]:
    return lambda order: f"/v1/orders/{order['id']}/{action}"


CREATE = Step("create an order", "seller", lambda _: "/v1/orders", _new)
ADDRESS = Step(
    "change its address", "buyer", _of("change-address"), lambda _: {"shipping_address": dict(SHIPPING_ADDRESS)}
)
PAY = Step(
    "begin its payment · send it to the provider",
    "buyer",
    _of("payments"),
    lambda _: {"provider": "simulator", "payment_method": "sim_success"},
    arrived="paid",
    called_back="store the callback · apply it: the order is paid",
)
PACK = Step("pack it", "seller", _of("pack"), lambda order: {"packages": [{"lines": _units(order)}]})
SHIP = Step(
    "ship it",
    "seller",
    _of("parcels"),
    lambda order: {"carrier": "zto", "waybill_no": order["waybill_no"], "lines": _units(order)},
)
PUSH = Step(
    "a push that delivers it", "", lambda _: f"/v1/courier-webhooks/zto/{ENDPOINT}", _signed, arrived="delivered"
)
EXTEND = Step("extend the time of the receipt", "buyer", _of("extend-receipt"), lambda _: {"days": 3})
RECEIVE = Step("confirm the receipt", "buyer", _of("confirm-receipt"), lambda _: {})
CANCEL = Step("cancel it", "buyer", _of("cancel"), lambda _: {})
REFUND = Step(
    "cancel it when paid · send the refund to the provider",
    "buyer",
    _of("cancel"),
    lambda _: {},
    arrived="refunded",
    called_back="store the callback · apply it: the refund is made",
)
FLOWS = (
    (CREATE, ADDRESS, PAY, PACK, SHIP, PUSH, EXTEND, RECEIVE),
    (CREATE, CANCEL),
    (CREATE, PAY, REFUND),
)
"""What happens to the orders of each flow; a step that another flow has taken is not shown twice."""
_ENDPOINT = "INSERT INTO courier_endpoints (id, partner, secret, created_at) VALUES ($1, 'zto', $2, now())"
_UNSENT = "SELECT count(*) FROM provider_calls WHERE verb = 'submit'"
# order-svc asks about what it has sent, from half a second on: those queries would be counted with the commands.
_ASK_LATER = """
UPDATE provider_calls SET due_at = due_at + interval '1 hour' WHERE verb = 'query' AND due_at < now() + interval '30 minutes'
"""
_ARRIVED = "SELECT count(*) FROM orders WHERE id = ANY($1) AND state = $2"
_REFUNDED = "SELECT count(*) FROM refunds WHERE order_id = ANY($1) AND state = 'succeeded'"


def measure(log: Callable[[str], None]) -> str:
    """Start order-svc and the payment simulator, take the steps, and return the section of the page."""
    with environment() as env:
        env.migrate(SERVICE)
        return section(asyncio.run(_measure(env, log)))


def section(costs: Sequence[Cost]) -> str:
    """The section of the page."""
    text = TITLE
    for each in costs:
        name = f"**{each.name}**" if each.is_dear else each.name
        text += f"| {name} | {each.serve:.2f} | {each.consume:.2f} | {each.postgres:.2f} |\n"
    return text


async def _measure(env: Environment, log: Callable[[str], None]) -> list[Cost]:
    connection = await asyncpg.connect(env.variables(SERVICE)["AFTERCARE_DATABASE_URL"])
    try:
        await connection.execute(_ENDPOINT, ENDPOINT, SECRET)
        bench, found = Bench(env, connection), dict[str, Cost]()
        for steps in FLOWS:
            await bench.run(steps, WARM_UP)
            for cost in await bench.run(steps, ORDERS):
                found.setdefault(cost.name, cost)
                log(f"{cost.name}: {cost.serve:.2f} + {cost.consume:.2f} ms, PostgreSQL {cost.postgres:.2f} ms")
        return list(found.values())
    finally:
        await connection.close()


class Bench:
    """Both processes and the simulator; each order is used in one flow."""

    def __init__(self, env: Environment, connection: asyncpg.Connection) -> None:
        self._env, self._connection, self._made = env, connection, 0
        provider = [script("aftercare-payment-simulator"), "--delay", str(PROVIDER_SECONDS)]
        simulator = env.start(SIMULATOR.name, provider, _simulator(env))
        variables = env.variables(SERVICE) | {"AFTERCARE_PAYMENT_SIMULATOR_URL": simulator.url}
        self._serve = env.start("serve", [script(SERVICE), "serve"], variables)
        variables |= {"AFTERCARE_PUBLIC_URL": self._serve.url}
        self._consume = env.start("consume", [script(SERVICE), "consume"], variables)
        tokens = {
            "seller": env.token("seller", "seller-bench", "m-1"),
            "buyer": env.token("buyer", "buyer-bench"),
            "": "-",
        }
        self._clients: Mapping[str, Client] = {role: Client(self._serve.url, token) for role, token in tokens.items()}

    async def run(self, steps: Sequence[Step], number: int) -> list[Cost]:
        """Take the steps with so many new orders, one step after the other."""
        orders: list[Body] = [{"waybill_no": f"731{self._made + each:09}"} for each in range(number)]
        self._made += number
        costs = []
        for step in steps:
            before = self._usage()
            asking = asyncio.create_task(self._ask_later()) if step.called_back is not None else None
            await asyncio.gather(*(self._take(step, orders[at::CONNECTIONS]) for at in range(CONNECTIONS)))
            if asking is not None:
                await self._until(f"{step.name}: sent", 0, _UNSENT)
                costs.append(self._cost(step.name, number, before, apart=True))
                asking.cancel()
                await asyncio.wait([asking])
                before = self._usage()
            ids = [each["id"] for each in orders]
            if step.arrived == "refunded":
                await self._until(step.name, number, _REFUNDED, ids)
            elif step.arrived is not None:
                await self._until(step.name, number, _ARRIVED, ids, step.arrived)
            costs.append(self._cost(step.called_back or step.name, number, before, apart=step.called_back is not None))
        return costs

    async def _ask_later(self) -> None:
        connection = await asyncpg.connect(self._env.variables(SERVICE)["AFTERCARE_DATABASE_URL"])
        try:
            while True:
                await connection.execute(_ASK_LATER)
                await asyncio.sleep(0.1)
        finally:
            await connection.execute(_ASK_LATER)
            await connection.close()

    def _cost(self, name: str, number: int, before: Usage, *, apart: bool) -> Cost:
        serve, consume, postgres = ((now - then) / number for then, now in zip(before, self._usage(), strict=True))
        return Cost(name, serve, consume, postgres, apart)

    async def _take(self, step: Step, orders: Sequence[Body]) -> None:
        for order in orders:
            body = step.body(order)
            sent = body if isinstance(body, bytes) else json.dumps(body).encode()
            answer = json.loads(await self._clients[step.role].post(step.path(order), sent))
            if step is CREATE:
                order |= answer

    async def _until(self, what: str, number: int, count: str, *args: object) -> None:
        end = asyncio.get_running_loop().time() + WAIT_SECONDS
        while (found := await self._connection.fetchval(count, *args)) != number:
            if asyncio.get_running_loop().time() > end:
                raise SystemExit(f"bench: {what}: {found} instead of {number} after {WAIT_SECONDS} s")
            await asyncio.sleep(0.1)

    def _usage(self) -> Usage:
        """CPU milliseconds so far; the processes of PostgreSQL stay the same meanwhile."""
        postgres = self._env.postgres
        return (
            _ms(self._serve),
            _ms(self._consume),
            sum(scheduled_ms([postgres, *postgres.children(recursive=True)]).values()),
        )


def _ms(process: Process) -> float:
    return sum(scheduled_ms([process.process]).values())


def _simulator(env: Environment) -> dict[str, str]:
    """The simulator signs its callbacks with the secret of order-svc."""
    return {"AFTERCARE_PAYMENT_WEBHOOK_SECRET": env.variables(SERVICE)["AFTERCARE_PAYMENT_WEBHOOK_SECRET"]}
