"""Pushes of couriers: how many a second are answered, how soon, and how soon their parcels have moved.

`order-svc serve` answers and `order-svc consume` processes. Each push is one scan of 中通 for a parcel of its own that is under way.
"""

import asyncio
import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlencode

import asyncpg
from environment import Environment, Process, environment, script
from load import OUTSTANDING, Client
from wrk import CONNECTIONS, Requests, cpu_seconds, load, need_wrk, tree_seconds

SERVICE, SECRET, ENDPOINT = "order-svc", "0f5c1d9a7b3e4f60", "ce_bench"
PATH = f"/v1/courier-webhooks/zto/{ENDPOINT}"
PROCESSES, SECONDS, WARM_UP_SECONDS, MOST_PER_SECOND = (1, 2), 8, 2, 3000
RATES, STEADY_SECONDS, WAIT_SECONDS = (200, 800), 20, 300
CHINA = timezone(timedelta(hours=8))

TITLE = f"""
## Pushes of couriers

`make bench P=pushes`: signed pushes of 中通, each with one scan of a parcel of its own. A push is verified, stored in a committed transaction and acknowledged; a worker of `consume` moves its parcel. At the
highest rate wrk has {CONNECTIONS} connections to each process of `order-svc serve`, for {SECONDS} s; then {" and ".join(map(str, RATES))} pushes a second arrive for {STEADY_SECONDS} s at one process, with `consume` beside it.

| answered, at the highest rate | {" | ".join(f"{number} {'process' if number == 1 else 'processes'}" for number in PROCESSES)} |
|---|{"---|" * len(PROCESSES)}
"""
_ORDERS = """
INSERT INTO orders (id, version, merchant_id, buyer_id, state, after_sale_state, currency, total_minor, shipping_fee_minor,
    created_at, payment_id, paid_at, shipped_at)
SELECT 'ord_' || n, 3, 'm-1', 'buyer-' || n, 'shipped', 'none', 'CNY', 9900, 0, now(), 'pay_' || n, now(), now()
FROM generate_series(1, $1::int) n
"""
_PARCELS = """
INSERT INTO parcels (id, version, order_id, buyer_id, merchant_id, leg, carrier, waybill_no, status, terminal, status_at,
    handed_over_at, created_at)
SELECT 'parcel_' || n, 1, 'ord_' || n, 'buyer-' || n, 'm-1', 'outbound', 'zto', 'ZTO' || n, 'pending', false, now(),
    now() - interval '1 hour', now()
FROM generate_series(1, $1::int) n
"""
_ENDPOINT = "INSERT INTO courier_endpoints (id, partner, secret, created_at) VALUES ($1, 'zto', $2, now())"
_LEFT = "SELECT count(*) FROM partner_inbox WHERE state <> 'applied'"
_EMPTY = "DELETE FROM partner_inbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Pushes that were answered at the highest rate; CPU in milliseconds per push."""

    per_second: float
    p50_ms: float
    p99_ms: float
    service_ms: float
    postgres_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Steady:
    """Pushes at a fixed rate: the latencies of their answers, how long after the last answer the last parcel had moved, and CPU in
    milliseconds per push until then."""

    latencies_ms: Sequence[float]
    behind_seconds: float
    serve_ms: float
    consume_ms: float
    postgres_ms: float

    @property
    def whole_ms(self) -> float:
        """CPU of all processes."""
        return self.serve_ms + self.consume_ms + self.postgres_ms

    @property
    def p50(self) -> float:
        """The median of the latencies."""
        return self._percentile(50)

    @property
    def p99(self) -> float:
        """What 99 of 100 stay below."""
        return self._percentile(99)

    def _percentile(self, percent: int) -> float:
        return quantiles(self.latencies_ms, n=100, method="inclusive")[percent - 1]


def measure(log: Callable[[str], None]) -> str:
    """Start the service, post pushes, and return the section of the page."""
    need_wrk()
    with environment() as env:
        env.migrate(SERVICE)
        return section(*Bench(env, log).run())


def section(highest: dict[int, Answered], steady: Mapping[int, Steady]) -> str:
    """The section of the page."""
    runs = highest.values()
    rows = {
        "pushes per second (at least 800)": [f"**{each.per_second:,.0f}**" for each in runs],
        "p50 · p99, ms": [f"{each.p50_ms:.1f} · {each.p99_ms:.1f}" for each in runs],
        "CPU of one, ms: order-svc · PostgreSQL": [f"{each.service_ms:.2f} · {each.postgres_ms:.2f}" for each in runs],
    }
    table = "".join(f"| {name} | {' | '.join(values)} |\n" for name, values in rows.items())
    return TITLE + table + _steady_table(steady)


def _steady_table(steady: Mapping[int, Steady]) -> str:
    rows = {
        "answered, p50 · p99, ms (at most 50)": "{0.p50:.1f} · **{0.p99:.1f}**",
        "the last parcel has moved, s after the last answer": "{0.behind_seconds:.1f}",
        "CPU of one, ms: serve · consume · PostgreSQL": "{0.serve_ms:.2f} · {0.consume_ms:.2f} · {0.postgres_ms:.2f}",
    }
    lines = [[name, *(form.format(each) for each in steady.values())] for name, form in rows.items()]
    lines.append(
        ["cores at this rate (at most 2)", *(f"{rate * each.whole_ms / 1000:.2f}" for rate, each in steady.items())]
    )
    head = f"\n| until the last parcel has moved | {' | '.join(f'{rate} a second' for rate in steady)} |\n|---|{'---|' * len(steady)}\n"
    return head + "".join(f"| {' | '.join(each)} |\n" for each in lines)


class Bench:
    """The pushes of one environment; each is posted once."""

    def __init__(self, env: Environment, log: Callable[[str], None]) -> None:
        self._env, self._log, self._used = env, log, 0
        self._database, self._bodies = (
            env.variables(SERVICE)["AFTERCARE_MIGRATION_DATABASE_URL"],
            env.home / "pushes.txt",
        )

    def run(self) -> tuple[dict[int, Answered], dict[int, Steady]]:
        """Make parcels, and measure at the highest rate and at fixed ones."""
        most = (len(PROCESSES) * SECONDS + sum(PROCESSES) * WARM_UP_SECONDS) * MOST_PER_SECOND
        most += sum(RATES) * STEADY_SECONDS
        asyncio.run(self._fill(most))
        self._log(f"{most:,} parcels inserted")
        highest = {number: self._highest(number) for number in PROCESSES}
        asyncio.run(self._execute(_EMPTY))
        return highest, self._steady()

    def _highest(self, number: int) -> Answered:
        names = [f"serve-{each}" for each in range(number)]
        serving = [self._env.start(name, [script(SERVICE), "serve"], self._env.variables(SERVICE)) for name in names]
        self._load(serving, WARM_UP_SECONDS)
        before = self._cpu(serving)
        runs = self._load(serving, SECONDS)
        service, postgres = (after - then for then, after in zip(before, self._cpu(serving), strict=True))
        for name in names:
            self._env.stop(name)
        total = sum(each.requests for each in runs)
        found = Answered(
            per_second=sum(each.per_second for each in runs),
            p50_ms=max(each.p50_ms for each in runs),
            p99_ms=max(each.p99_ms for each in runs),
            service_ms=1000 * service / total,
            postgres_ms=1000 * postgres / total,
        )
        self._log(f"{number} at the highest rate: {found.per_second:.0f}/s, p99 {found.p99_ms:.1f} ms")
        return found

    def _load(self, serving: Sequence[Process], seconds: int) -> list[Requests]:
        share = seconds * MOST_PER_SECOND // len(serving)

        def one(place: int) -> Requests:
            first = self._used + place * share
            return load(serving[place].url, seconds=seconds, bodies=self._bodies, first=first, token="", path=PATH)

        with ThreadPoolExecutor(len(serving)) as threads:
            runs = list(threads.map(one, range(len(serving))))
        self._used += share * len(serving)
        return runs

    def _steady(self) -> dict[int, Steady]:
        variables, found = self._env.variables(SERVICE), dict[int, Steady]()
        serving = self._env.start("serve", [script(SERVICE), "serve"], variables)
        consuming = self._env.start("consume", [script(SERVICE), "consume"], variables)
        bodies = islice(self._lines(), self._used, None)
        for rate in RATES:
            before = self._cpu_of_each(serving, consuming)
            latencies, behind = asyncio.run(self._post_steadily(Client(serving.url, "-"), bodies, rate))
            spent = (after - then for then, after in zip(before, self._cpu_of_each(serving, consuming), strict=True))
            serve, consume, postgres = (1000 * each / (rate * STEADY_SECONDS) for each in spent)
            figures = {"serve_ms": serve, "consume_ms": consume, "postgres_ms": postgres}
            found[rate] = Steady(latencies_ms=latencies, behind_seconds=behind, **figures)
            self._log(f"{rate} a second: p99 {found[rate].p99:.1f} ms, {behind:.1f} s behind, {figures}")
        return found

    async def _post_steadily(self, client: Client, bodies: Iterator[bytes], rate: int) -> tuple[Sequence[float], float]:
        loop, latencies = asyncio.get_running_loop(), list[float]()
        # Each has a connection: of more than a server accepts at once, the kernel resets some.
        free = asyncio.Semaphore(OUTSTANDING)

        async def post(body: bytes, due: float) -> None:
            async with free:
                await client.post(PATH, body)
            latencies.append(1000 * (loop.time() - due))

        began, posts = loop.time() + 0.5, []
        for number in range(rate * STEADY_SECONDS):
            due = began + number / rate
            await asyncio.sleep(due - loop.time())
            posts.append(asyncio.create_task(post(next(bodies), due)))
        await asyncio.gather(*posts)
        answered = loop.time()
        while (await self._execute(_LEFT))[0][0]:
            if loop.time() > answered + WAIT_SECONDS:
                raise SystemExit(f"bench: pushes were not processed within {WAIT_SECONDS} s")
            await asyncio.sleep(0.1)
        return latencies, loop.time() - answered

    async def _fill(self, number: int) -> None:
        for sql in (_ORDERS, _PARCELS):
            await self._execute(sql, number)
        await self._execute(_ENDPOINT, ENDPOINT, SECRET)
        await self._execute("ANALYZE")
        _write(self._bodies, number)

    def _lines(self) -> Iterator[bytes]:
        with self._bodies.open("rb") as lines:
            yield from (line.rstrip(b"\n") for line in lines)

    def _cpu(self, serving: Sequence[Process]) -> tuple[float, float]:
        return sum(cpu_seconds(each.process) for each in serving), tree_seconds(self._env.postgres)

    def _cpu_of_each(self, serving: Process, consuming: Process) -> tuple[float, float, float]:
        return cpu_seconds(serving.process), cpu_seconds(consuming.process), tree_seconds(self._env.postgres)

    async def _execute(self, sql: str, *args: object) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self._database)
        try:
            return list(await connection.fetch(sql, *args, timeout=600))
        finally:
            await connection.close()


def _write(file: Path, number: int) -> None:
    """One signed push a line: the parcels are picked up now."""
    at = f"{datetime.now(UTC).astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
    with file.open("w", encoding="utf-8") as lines:
        for each in range(1, number + 1):
            data = json.dumps({"billCode": f"ZTO{each}", "action": "GOT", "actionTime": at, "desc": "已揽收"})
            digest = hashlib.md5((data + SECRET).encode(), usedforsecurity=False).digest()
            fields = {"data": data, "data_digest": base64.b64encode(digest).decode(), "msg_type": "Traces"}
            lines.write(urlencode(fields) + "\n")
