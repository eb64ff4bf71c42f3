"""Lists of orders among ten thousand and among a million: how long a page takes over the REST API, and how long the proof of their ledger."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from statistics import quantiles
from typing import Any, NamedTuple

import asyncpg
from environment import Environment, environment, script
from load import Client
from sold_articles import FILL, SEARCHES, SHARE
from wrk import cpu_seconds, tree_seconds

SIZES, MERCHANTS = (10_000, 1_000_000), 50
LOOKS, WARM_UP, PAGE, MOST_MS, MOST_TIMES = 100, 10, 20, 30, 1.5
# Any: responses are JSON.
SAME_SIZE = 0.9
SERVICE, PROOF_SECONDS = "order-svc", 900
SORTS = ("newest", "oldest", "amount", "-amount", "deadline", "-deadline")

TITLE = f"""
## Lists of orders

`make bench P=orders`: `order-svc serve` with orders of {MERCHANTS} merchants that were placed in one year, of which 92 % have ended; {LOOKS} reads of each kind, one after the other. There is an article for {SHARE} orders; half of them are of the
merchant whose lists are read. At most, for a page of {PAGE} of {SIZES[1]:,}:
{MOST_MS} ms (p99), and {MOST_TIMES} × of what it takes among {SIZES[0]:,} (p50), where the same page is not much shorter there.

| | p50, ms: {SIZES[0]:,} | p50, ms: {SIZES[1]:,} | × | p99, ms: {SIZES[1]:,} |
|---|---|---|---|---|
"""
PROOF = """
The proof of the ledger, by the `ledger-proof` worker of `order-svc consume` and over the REST API.

| | |
|---|---|
"""
# Ids begin with the milliseconds of their time, as those that the service makes.
_NUMBERS = """
SELECT n, at, 'ord_' || lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n), 19, '0') AS id,
    'm-' || n % {merchants} AS merchant, 'buyer-' || n % 20000 AS buyer, 1000 + (n::bigint * 7919) % 90000 AS total,
    CASE WHEN part < 880 THEN 'completed' WHEN part < 920 THEN 'cancelled' WHEN part < 935 THEN 'received'
         WHEN part < 955 THEN 'delivered' WHEN part < 975 THEN 'shipped' WHEN part < 985 THEN 'paid' ELSE 'created' END AS state,
    CASE part % 100 WHEN 7 THEN 'in_after_sale' WHEN 8 THEN 'after_sale_done' ELSE 'none' END AS after_sale
FROM (SELECT n, (n::bigint / {merchants} * 7919 + n) % 1000 AS part,
    now() - interval '1 year' + (n - 1) * interval '1 year' / {orders} AS at FROM generate_series(1, {orders}) n) AS drawn
"""
_ORDERS = """
CREATE UNLOGGED TABLE drawn AS {numbers};
CREATE UNIQUE INDEX ON drawn (n);
INSERT INTO orders (id, version, merchant_id, buyer_id, state, after_sale_state, currency, total_minor, shipping_fee_minor, paid_minor,
    created_at, deadline_at, payment_id, paid_at, shipped_at, cancel_cause, order_no)
SELECT id, 1, merchant, buyer, state, after_sale, 'CNY', total, 0, CASE WHEN paid THEN total ELSE 0 END, at,
    CASE WHEN state NOT IN ('completed', 'cancelled') THEN now() + (n % 5000 - 500) * interval '1 minute' END,
    CASE WHEN paid THEN 'pay_' || n END, CASE WHEN paid THEN at + interval '20 minutes' END,
    CASE WHEN paid AND state <> 'paid' THEN at + interval '1 day' END,
    CASE WHEN state = 'cancelled' THEN 'buyer' END, 'S-' || n
FROM (SELECT *, state NOT IN ('created', 'cancelled') AS paid FROM drawn) AS each;
INSERT INTO order_lines (id, order_id, position, sku, title, category, quantity, unit_price_minor, discount_minor, paid_minor,
    shipped_quantity, withdrawn_quantity, after_sale_state)
SELECT 'line_' || n, id, 0, 'KETTLE-' || n % 5000, '电热水壶', 'kitchen_' || n % 20, 1, total, 0, total,
    CASE WHEN state IN ('created', 'paid', 'cancelled') THEN 0 ELSE 1 END, 0, after_sale FROM drawn;
INSERT INTO parcels (id, version, order_id, buyer_id, merchant_id, leg, carrier, waybill_no, status, terminal, status_at,
    handed_over_at, created_at)
SELECT 'parcel_' || n, 1, id, buyer, merchant, 'outbound', 'zto', 'ZTO' || n, 'in_transit', false, at, at, at FROM drawn
WHERE state = 'shipped';
INSERT INTO order_keys (key, order_id, merchant_id)
SELECT each.key, id, merchant FROM drawn, LATERAL (VALUES ('order_no:s-' || n), ('buyer:' || buyer), ('sku:kettle-' || n % 5000),
    ('category:kitchen_' || n % 20), ('carrier:' || (ARRAY['zto', 'sf', 'yto', 'jt'])[1 + n % 4]), ('waybill_no:zto' || n),
    ('payment_provider:' || (ARRAY['wechat_pay', 'alipay', 'stripe'])[1 + n % 3])) AS each (key)
ORDER BY each.key, id;
INSERT INTO payments (id, version, order_id, buyer_id, merchant_id, provider, method, state, amount_minor, currency, refunded_minor,
    created_at, settled_at)
SELECT 'pay_' || n, 1, id, buyer, merchant, 'wechat_pay', 'wechat_pay', 'succeeded', total, 'CNY', 0, at, at FROM drawn
WHERE state NOT IN ('created', 'cancelled');
"""
TABLES = ("orders", "order_lines", "parcels", "order_keys", "payments", "ledger_postings", "sold_articles")
# The foreign keys, and the indexes that no constraint has, with what makes them again: a row then costs a tenth.
CHECKED_LATER = """
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
    format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS make
FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY ($1::text[]::regclass[])
UNION ALL
SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
FROM pg_index WHERE indrelid = ANY ($1::text[]::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""
# A transaction of its own for each 1,000 of them: the postings of one transaction are counted together.
_POSTINGS = """
INSERT INTO ledger_postings (id, order_id, merchant_id, subject_id, kind, debit, credit, amount_minor, currency, provider, posted_at)
SELECT 'post_' || lpad(n::text, 32, '0'), id, merchant, 'pay_' || n, 'payment_received', 'payments_received', 'merchant_payable', total,
    'CNY', 'wechat_pay', at FROM drawn WHERE n > $1 AND n <= $2 AND state NOT IN ('created', 'cancelled')
"""


class Took(NamedTuple):
    """How long reads of one kind take, in milliseconds, and the bytes of a response."""

    p50: float
    p99: float
    size: int = 0


class Proof(NamedTuple):
    """What the proof of so many postings takes: counting them once, and again in a recount; CPU in microseconds per posting, a read in milliseconds."""

    postings: int
    count_seconds: float
    count_us: tuple[float, float]
    recount_seconds: float
    read: Took


def measure(log: Callable[[str], None]) -> str:
    """Start order-svc with the orders, read the lists and prove the ledger; the section of the page."""
    found: dict[int, dict[str, Took]] = {}
    for number in SIZES:
        with environment() as env:
            env.migrate(SERVICE)
            began = time.monotonic()
            asyncio.run(_fill(env, number))
            log(f"{number:,} orders inserted in {time.monotonic() - began:.0f} s")
            server = env.start(SERVICE, [script(SERVICE), "serve"], env.variables(SERVICE))
            found[number] = asyncio.run(_times(env, server.url, log))
            if number == SIZES[-1]:
                proof = asyncio.run(_proof(env, server.url, log))
    return section(*found.values(), proof=proof)


def section(few: Mapping[str, Took], many: Mapping[str, Took], *, proof: Proof) -> str:
    """The section of the page: the lists among few and many orders, and the proof."""
    text = TITLE
    for name, took in many.items():
        times = took.p50 / few[name].p50
        shown = f"**{times:.1f}**" if times > MOST_TIMES else f"{times:.1f}"
        shown = shown if few[name].size >= SAME_SIZE * took.size else "-"
        last = f"**{took.p99:.1f}**" if took.p99 > MOST_MS else f"{took.p99:.1f}"
        text += f"| {name} | {few[name].p50:.1f} | {took.p50:.1f} | {shown} | {last} |\n"
    return (
        text
        + PROOF
        + (
            f"| {proof.postings:,} postings are counted in, s | {proof.count_seconds:.0f} |\n"
            f"| CPU of one, µs: order-svc · PostgreSQL | {proof.count_us[0]:.0f} · {proof.count_us[1]:.0f} |\n"
            f"| all are counted again and compared in, s | {proof.recount_seconds:.0f} |\n"
            f"| `GET /v1/ledger/proof`: p50 · p99, ms | {proof.read.p50:.1f} · {proof.read.p99:.1f} |\n"
        )
    )


async def _fill(env: Environment, number: int) -> None:
    connection = await asyncpg.connect(env.variables(SERVICE)["AFTERCARE_MIGRATION_DATABASE_URL"])
    try:
        for name in ("work_mem", "maintenance_work_mem"):
            await connection.execute(f"SET {name} = '256MB'")
        later = await connection.fetch(CHECKED_LATER, list(TABLES))
        numbers = _NUMBERS.format(merchants=MERCHANTS, orders=number)
        statements = _ORDERS.format(numbers=numbers) + FILL.format(articles=number // SHARE)
        drawn = [each for each in statements.split(";") if each.strip()]
        for statement in (*(each["drop"] for each in later), *drawn):
            await connection.execute(statement, timeout=1200)
        for first in range(0, number, 1000):
            await connection.execute(_POSTINGS, first, first + 1000)
        for statement in ("DROP TABLE drawn", *(each["make"] for each in later), "VACUUM ANALYZE"):
            await connection.execute(statement, timeout=600)
    finally:
        await connection.close()


def _reads(seller: str, agent: str, example: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """The name of each kind of read, whose token it has and its query."""
    day, months = timedelta(days=1), datetime.now(UTC) - timedelta(days=100)
    span = {"from": f"{months:%Y-%m-%dT%H:%M:%SZ}", "to": f"{months + 3 * day:%Y-%m-%dT%H:%M:%SZ}"}
    filters = {
        "in one state": "state=shipped",
        "in two states": "state=paid&state=received",
        "in after-sale": "after_sale_state=in_after_sale",
        "in one stage": "stage=paid",
        "of a buyer": "buyer_id=buyer-7",
        "that wait for the merchant": "whose_turn=merchant",
        "that are overdue": "overdue=true",
        "by the shop's number": "order_no=S-7",
        "with an article": "sku=KETTLE-7",
        "with a category": "category=kitchen_7",
        "of a courier": "carrier=jt",
        "under a waybill": "waybill_no=ZTO7",
        "paid by a provider": "payment_provider=alipay",
        "in one currency": "currency=CNY",
        "of a range of amounts": "currency=CNY&amount_from=20000&amount_to=20500",
        **{
            f"{name} in three days": f"{name}_from={span['from']}&{name}_to={span['to']}"
            for name in ("created", "paid", "shipped")
        },
        "found by an article": "q=KETTLE-7",
        "found by a buyer": "q=buyer-7",
        "found by the shop's number": "q=S-7",
        "found by a waybill": "q=ZTO7",
        "found by its id": f"q={example['id']}",
        "that nothing is found of": "q=nothing",
        **SEARCHES,
    }
    for whose, token in (("a merchant's orders", seller), ("all orders", agent)):
        for sort in SORTS:
            currency = "&currency=CNY" if "amount" in sort else ""
            yield f"{whose}, {sort}", token, f"?sort={sort}{currency}&limit={PAGE}"
        yield f"{whose}, the next page", token, f"?limit={PAGE}&cursor={example[whose]}"
        for name, query in filters.items():
            yield f"{whose} {name}", token, f"?{query}&limit={PAGE}"
        for name in ("created", "paid", "shipped"):
            bounds = f"{name}_from={span['from']}&{name}_to={span['to']}"
            yield f"{whose} {name} in three days, oldest", token, f"?{bounds}&sort=oldest&limit={PAGE}"
            yield f"{whose} {name} since then, oldest", token, f"?{name}_from={span['from']}&sort=oldest&limit={PAGE}"
            yield f"{whose} {name} before, newest", token, f"?{name}_to={span['to']}&limit={PAGE}"
        yield f"{whose}, counted", token, "/counts"


async def _times(env: Environment, url: str, log: Callable[[str], None]) -> dict[str, Took]:
    seller, agent = env.token("seller", "seller-bench", "m-7"), env.token("agent", "agent-bench")
    pages = {
        whose: json.loads(await Client(url, token).get(f"/v1/orders?limit={PAGE}"))
        for whose, token in (("a merchant's orders", seller), ("all orders", agent))
    }
    example = {whose: page["next_cursor"] for whose, page in pages.items()}
    example["id"] = pages["a merchant's orders"]["data"][0]["id"]
    found = {}
    for name, token, query in _reads(seller, agent, example):
        found[name] = await _took(Client(url, token), f"/v1/orders{query}")
        log(f"{name}: {found[name].p50:.1f} ms ({found[name].p99:.1f})")
    return found


async def _took(client: Client, path: str) -> Took:
    size = len(await client.get(path))
    took = quantiles([1000 * await _seconds(client, path) for _ in range(WARM_UP + LOOKS)][WARM_UP:], n=100)
    return Took(took[49], took[98], size)


async def _seconds(client: Client, path: str) -> float:
    began = time.perf_counter()
    await client.get(path)
    return time.perf_counter() - began


async def _proof(env: Environment, url: str, log: Callable[[str], None]) -> Proof:
    connection = await asyncpg.connect(env.variables(SERVICE)["AFTERCARE_DATABASE_URL"])
    [(postings,)] = await connection.fetch("SELECT count(*) FROM ledger_postings")
    await connection.close()
    admin = Client(url, env.token("admin", "admin-bench"))

    async def until(reached: Callable[[dict[str, Any]], bool]) -> float:
        began = time.monotonic()
        while not reached(json.loads(await admin.get("/v1/ledger/proof"))):
            if time.monotonic() > began + PROOF_SECONDS:
                raise SystemExit(f"bench: the ledger was not proven within {PROOF_SECONDS} s")
            await asyncio.sleep(0.2)
        return time.monotonic() - began

    before = tree_seconds(env.postgres)
    consume = env.start("consume", [script(SERVICE), "consume"], env.variables(SERVICE))
    counted = await until(lambda proof: proof["postings"] == postings)
    used = cpu_seconds(consume.process), tree_seconds(env.postgres) - before
    log(f"{postings:,} postings counted in {counted:.0f} s")
    await admin.post("/v1/ledger/recounts", b"{}")
    recounted = await until(lambda proof: proof["holds"] and (proof["recount"] or {}).get("postings") == postings)
    log(f"counted again in {recounted:.0f} s")
    read = await _took(admin, "/v1/ledger/proof")
    return Proof(postings, counted, (1e6 * used[0] / postings, 1e6 * used[1] / postings), recounted, read)
