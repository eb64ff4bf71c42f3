"""Deadlines of cases that fire, with a hundred thousand open: how many a second, how late, and what one costs.

`aftersale-svc consume` in one process and in two. A part of the deadlines ends at one moment, another part one after the other. A
deadline has fired when the transaction that changes its case is committed, by the clock of PostgreSQL.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import quantiles

import asyncpg
import psutil
from aftercare_chassis.jobs.deadlines import BATCH, Deadlines
from aftersale_svc.main import service as aftersale
from aftersale_svc.settings import Settings
from asyncpg.connection import LoggedQuery
from environment import Environment, environment, script
from statements import TRANSACTION_WORDS
from wrk import cpu_seconds, tree_seconds

OPEN, AT_ONCE, RATE, SECONDS = 100_000, 12_000, 1_000, 30
PROCESSES = (1, 2)
AHEAD, WAIT_SECONDS, LOOK_SECONDS = timedelta(seconds=15), 600, 0.5
SERVICE = "aftersale-svc"

TITLE = f"""
## Deadlines

`aftersale-svc consume` with {OPEN:,} open deadlines of cases (`make bench P=deadlines`): half are about the review (the case is approved, and its next deadline set), half about the buyer's parcel (it is closed). {AT_ONCE:,} of them end at one moment;
then {RATE:,} a second end for {SECONDS} s. A deadline has fired when its change is committed.

| | {" | ".join(f"{number} {'process' if number == 1 else 'processes'}" for number in PROCESSES)} |
|---|{"---|" * len(PROCESSES)}
"""

_ORDERS = f"""
INSERT INTO orders (id, buyer_id, merchant_id, state, currency, shipping_fee_minor, payment_id)
SELECT 'ord_' || n, 'buyer-' || n, 'm-' || n % 50, 'delivered', 'CNY', 0, 'pay_' || n FROM generate_series(1, {OPEN}) n
"""  # noqa: S608 - of constants
_ORDER_LINES = """
INSERT INTO order_lines (order_id, line_id, position, sku, quantity, paid_minor, shipped_quantity)
SELECT id, 'line_' || id, 0, 'KETTLE-1', 1, 9900, 1 FROM orders
"""
_CASES = f"""
INSERT INTO cases (id, version, order_id, payment_id, buyer_id, merchant_id, applicant_id, type, reason, stage, state,
    whose_turn, deadline_at, currency, requested_minor, shipping_refund_minor, evidence, created_at, updated_at)
SELECT 'case_' || lpad(n::text, 12, '0'), 1, 'ord_' || n, 'pay_' || n, 'buyer-' || n, 'm-' || n % 50, 'buyer-' || n,
    'return_refund', 'quality_defect', 'post_receipt',
    CASE n % 2 WHEN 0 THEN 'pending_review' ELSE 'await_buyer_shipment' END, CASE n % 2 WHEN 0 THEN 'merchant' ELSE 'buyer' END,
    now() + interval '1 day' + n * interval '1 second', 'CNY', 9900, 0, '{{}}', now(), now()
FROM generate_series(1, {OPEN}) n
"""  # noqa: S608 - of constants
_LINES = """
INSERT INTO case_lines (case_id, line_id, sku, quantity, amount_minor, line_units, line_paid_minor, units_before)
SELECT id, 'line_' || order_id, 'KETTLE-1', 1, 9900, 1, 9900, 0 FROM cases
"""
_RETURNS = "INSERT INTO returns (case_id, address) SELECT id, '{\"name\": \"-\"}' FROM cases WHERE whose_turn = 'buyer'"
_HOLDS = """
INSERT INTO holds (line_id, case_id, state, units, amount_minor) SELECT line_id, case_id, 'held', 1, 9900 FROM case_lines
"""
_LEDGER = """
INSERT INTO deadlines (id, document, document_id, case_id, buyer_id, merchant_id, document_state, turn, state, cause, set_at, due_at)
SELECT 'dl_' || id, 'case', id, id, buyer_id, merchant_id, state, whose_turn, 'set', 'bench', created_at, deadline_at FROM cases
"""
_ENDS = "CREATE TABLE ends (id text PRIMARY KEY, at timestamptz NOT NULL)"
_NEW_ENDS = """
INSERT INTO ends SELECT 'case_' || lpad(n::text, 12, '0'), $3::timestamptz + (n - $1) * $4::interval FROM generate_series($1::int, $2::int) n
"""
_SET = "UPDATE cases SET deadline_at = ends.at FROM ends WHERE ends.id = cases.id AND cases.version = 1"
_OPEN = "SELECT count(*) FROM ends JOIN cases USING (id) WHERE version = 1"
_FIRED = "SELECT at, pg_xact_commit_timestamp(cases.xmin) FROM ends JOIN cases USING (id) ORDER BY at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """When deadlines ended and when they had fired, and the CPU seconds that passed meanwhile, of the service and of PostgreSQL."""

    ends: Sequence[tuple[datetime, datetime]]
    service: float
    postgres: float

    @property
    def per_second(self) -> float:
        """From the first end to the last firing."""
        begun, last = min(at for at, _ in self.ends), max(fired for _, fired in self.ends)
        return len(self.ends) / (last - begun).total_seconds()

    def late_ms(self, percent: int) -> float:
        """A percentile of how late they fired."""
        return quantiles([1000 * (fired - at).total_seconds() for at, fired in self.ends], n=100)[percent - 1]

    @property
    def cpu_ms(self) -> tuple[float, float]:
        """CPU of one firing: of the service and of PostgreSQL."""
        return 1000 * self.service / len(self.ends), 1000 * self.postgres / len(self.ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """By the number of processes: those that ended at once, and those one after the other; and the statements of one firing."""

    at_once: dict[int, Fired]
    steady: dict[int, Fired]
    statements: float


def measure(log: Callable[[str], None]) -> str:
    """Start the service, let deadlines end, and return the section of the page."""
    with environment() as env:
        env.migrate(SERVICE)
        env.track_commit_times()
        return section(asyncio.run(Bench(env, log).run()))


def section(found: Found) -> str:
    """The section of the page."""
    once, steady = found.at_once.values(), found.steady.values()
    rows = {
        "firings per second, of those that end at once": [f"**{each.per_second:,.0f}**" for each in once],
        "CPU of one of them, ms: aftersale-svc · PostgreSQL": ["{:.2f} · {:.2f}".format(*each.cpu_ms) for each in once],
        f"late at {RATE:,} a second, ms: p50 · p99": [
            f"{each.late_ms(50):.0f} · **{each.late_ms(99):.0f}**" for each in steady
        ],
        f"statements of one, where {BATCH} are due": [f"{found.statements:.1f}"] * len(found.at_once),
    }
    return TITLE + "".join(f"| {name} | {' | '.join(values)} |\n" for name, values in rows.items())


class Bench:
    """The cases of one environment; each is used once."""

    def __init__(self, env: Environment, log: Callable[[str], None]) -> None:
        self._env, self._log, self._used = env, log, 0
        self._database = env.variables(SERVICE)["AFTERCARE_MIGRATION_DATABASE_URL"]

    async def run(self) -> Found:
        """Fill the database, and measure with each number of processes."""
        for sql in (_ORDERS, _ORDER_LINES, _CASES, _LINES, _RETURNS, _HOLDS, _LEDGER, _ENDS, "ANALYZE"):
            await self._execute(sql)
        self._log(f"{OPEN:,} deadlines inserted")
        statements = await self._statements()
        at_once, steady = {}, {}
        for number in PROCESSES:
            names = [f"consume-{each}" for each in range(number)]
            variables = self._env.variables(SERVICE)
            running = [self._env.start(name, [script(SERVICE), "consume"], variables).process for name in names]
            at_once[number] = await self._fire(AT_ONCE, timedelta(0), running)
            self._log(f"{number} at once: {at_once[number].per_second:.0f}/s")
            steady[number] = await self._fire(RATE * SECONDS, timedelta(seconds=1 / RATE), running)
            self._log(f"{number} steady: {steady[number].late_ms(50):.0f} ms ({steady[number].late_ms(99):.0f})")
            for name in names:
                self._env.stop(name)
        return Found(at_once=at_once, steady=steady, statements=statements)

    async def _fire(self, number: int, apart: timedelta, running: Sequence[psutil.Process]) -> Fired:
        """Let this many deadlines end, so far apart, and wait until all have fired."""
        begin = await self._let_end(number, datetime.now(UTC) + AHEAD, apart)
        await asyncio.sleep((begin - datetime.now(UTC)).total_seconds() - 1)
        before = self._cpu(running)
        for _ in range(int(WAIT_SECONDS / LOOK_SECONDS)):
            await asyncio.sleep(LOOK_SECONDS)
            if (await self._execute(_OPEN))[0][0] == 0:
                break
        else:
            raise SystemExit(f"bench: deadlines did not fire within {WAIT_SECONDS} s")
        service, postgres = (after - then for then, after in zip(before, self._cpu(running), strict=True))
        ends = [(at, fired) for at, fired in await self._execute(_FIRED)]
        return Fired(ends=ends, service=service, postgres=postgres)

    async def _let_end(self, number: int, begin: datetime, apart: timedelta) -> datetime:
        """Let the deadlines of unused cases end from a moment on, which is returned."""
        await self._execute("TRUNCATE ends")
        await self._execute(_NEW_ENDS, self._used + 1, self._used + number, begin, apart)
        self._used += number
        await self._execute(_SET)
        await self._execute("VACUUM ANALYZE cases")
        return begin

    def _cpu(self, running: Sequence[psutil.Process]) -> tuple[float, float]:
        return sum(cpu_seconds(each) for each in running), tree_seconds(self._env.postgres)

    async def _statements(self) -> float:
        """How many statements one firing takes where a full batch is due, in this process; the second batch of two."""
        await self._let_end(2 * BATCH, datetime.now(UTC) - timedelta(seconds=1), timedelta(0))
        service, sent = aftersale(self._env.settings(Settings, SERVICE, pool_size=1)), list[str]()
        await service.runtime.open()
        deadlines = Deadlines(service.runtime, service.deadlines)
        await deadlines.fire()

        def note(query: LoggedQuery) -> None:
            sent.extend(text.strip() for text in query.query.split(";") if text.strip())

        async with service.runtime.pool.acquire() as connection:
            connection.add_query_logger(note)
        await deadlines.fire()
        await service.runtime.close()
        return sum(not text.startswith(TRANSACTION_WORDS) for text in sent) / BATCH

    async def _execute(self, sql: str, *args: object) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self._database)
        try:
            return list(await connection.fetch(sql, *args, timeout=600))
        finally:
            await connection.close()
