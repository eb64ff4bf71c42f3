"""Work lists among a million cases: how long a page by deadline, its next page and the counts take, over the REST API."""

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import quantiles

import asyncpg
from environment import Environment, environment, script
from load import Client

CASES, MERCHANTS, PER_ORDER = 1_000_000, 50, 10
LOOKS, WARM_UP, PAGE = 400, 40, 20
SERVICE = "aftersale-svc"

TITLE = f"""
## Work lists

`aftersale-svc serve` with {CASES:,} cases of {MERCHANTS} merchants, of which 92 % have ended and 2 % are disputed; {LOOKS} reads of each kind, one after the other. At most: 30 ms (p99) for a page of {PAGE}.

| | p50, ms | p99, ms |
|---|---|---|
"""

_ORDERS = f"""
INSERT INTO orders (id, buyer_id, merchant_id, state, currency, shipping_fee_minor, payment_id)
SELECT 'ord_' || n, 'buyer-' || n % 100000, 'm-' || n % {MERCHANTS}, 'delivered', 'CNY', 0, 'pay_' || n
FROM generate_series(1, {CASES // PER_ORDER}) n
"""  # noqa: S608 - of constants
# Of a thousand: whose turn it is, and the state that goes with it.
_CASES = f"""
WITH drawn AS (
    SELECT n, n % {CASES // PER_ORDER} + 1 AS o, (n::bigint / {MERCHANTS} * 7919 + n) % 1000 AS part FROM generate_series(1, {CASES}) n
), placed AS (
    SELECT *, CASE WHEN part < 922 THEN 'nobody' WHEN part < 952 THEN 'merchant' WHEN part < 967 THEN 'buyer'
                   WHEN part < 977 THEN 'courier' WHEN part < 980 THEN 'agent' ELSE 'platform' END AS turn
    FROM drawn
)
INSERT INTO cases (id, version, order_id, payment_id, buyer_id, merchant_id, applicant_id, type, reason, stage, state, frozen_state,
    dispute_id, frozen_by, frozen_at, whose_turn, deadline_at, currency, requested_minor, shipping_refund_minor, evidence, created_at, updated_at)
SELECT 'case_' || lpad(n::text, 12, '0'), 1, 'ord_' || o, 'pay_' || o, 'buyer-' || o % 100000, 'm-' || o % {MERCHANTS},
    'buyer-' || o % 100000, CASE WHEN n % 5000 = 0 THEN 'consult' ELSE 'return_refund' END,
    CASE WHEN n % 7000 = 0 THEN 'recall' ELSE 'quality_defect' END, 'post_receipt',
    CASE turn WHEN 'nobody' THEN 'completed' WHEN 'merchant' THEN 'pending_review' WHEN 'buyer' THEN 'await_buyer_shipment'
              WHEN 'courier' THEN 'return_in_transit' WHEN 'agent' THEN 'manual_review' ELSE 'disputed' END,
    CASE turn WHEN 'platform' THEN 'pending_review' END, CASE turn WHEN 'platform' THEN 'dsp_' || lpad(n::text, 12, '0') END,
    CASE turn WHEN 'platform' THEN 'complaint' END, CASE turn WHEN 'platform' THEN now() END, turn,
    CASE WHEN turn NOT IN ('nobody', 'platform') THEN now() + part * interval '1 minute' + n * interval '10 ms' END,
    'CNY', 9900, 0, '{{}}', now(), now()
FROM placed
"""  # noqa: S608 - of constants
_LINES = """
INSERT INTO case_lines (case_id, line_id, sku, quantity, amount_minor, line_units, line_paid_minor, units_before)
SELECT id, 'line_' || id, 'KETTLE-1', 1, 9900, 1, 9900, 0 FROM cases
"""
# A third of the disputes waits for the merchant, a third for the platform, and a third for evidence of both sides.
_DISPUTES = """
INSERT INTO disputes (id, version, case_id, order_id, complaint_id, buyer_id, merchant_id, category, state, whose_turn, deadline_at,
    evidence, currency, created_at, updated_at)
SELECT dispute_id, 1, id, order_id, 'cmp_' || id, buyer_id, merchant_id, 'unfair_rejection',
    (ARRAY['await_merchant_answer', 'platform_review', 'await_evidence'])[1 + n % 3], (ARRAY['merchant', 'platform', 'parties'])[1 + n % 3],
    now() + n * interval '10 s', '{}', 'CNY', now(), now()
FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM cases WHERE state = 'disputed') AS disputed
"""
_SOON = f"{datetime.now(UTC) + timedelta(minutes=950):%Y-%m-%dT%H:%M:%SZ}"


def measure(log: Callable[[str], None]) -> str:
    """Start aftersale-svc with the cases, read the lists, and return the section of the page."""
    with environment() as env:
        env.migrate(SERVICE)
        began = time.monotonic()
        asyncio.run(_fill(env))
        log(f"{CASES:,} cases inserted in {time.monotonic() - began:.0f} s")
        server = env.start(SERVICE, [script(SERVICE), "serve"], env.variables(SERVICE))
        seller, agent = env.token("seller", "seller-bench", "m-7"), env.token("agent", "agent-bench")
        return TITLE + asyncio.run(_rows(server.url, seller, agent, log))


async def _fill(env: Environment) -> None:
    connection = await asyncpg.connect(env.variables(SERVICE)["AFTERCARE_MIGRATION_DATABASE_URL"])
    try:
        for statement in (_ORDERS, _CASES, _LINES, _DISPUTES, "ANALYZE"):
            await connection.execute(statement, timeout=600)
    finally:
        await connection.close()


async def _rows(url: str, seller: str, agent: str, log: Callable[[str], None]) -> str:
    queue = f"/v1/cases?whose_turn=%s&sort=deadline&limit={PAGE}"
    first = json.loads(await Client(url, seller).get(queue % "merchant"))
    reads = {
        "a merchant's queue by deadline": (seller, queue % "merchant"),
        "its next page": (seller, f"{queue % 'merchant'}&cursor={first['next_cursor']}"),
        "the agents' queue by deadline": (agent, queue % "agent"),
        "the platform's queue by deadline": (agent, queue % "platform"),
        "the platform's disputes by deadline": (agent, f"/v1/disputes?whose_turn=platform&sort=deadline&limit={PAGE}"),
        "all cases that wait for merchants, by deadline": (agent, queue % "merchant"),
        "a merchant's cases by their last change": (seller, f"/v1/cases?sort=-updated&limit={PAGE}"),
        "all cases by amount": (agent, f"/v1/cases?sort=-amount&currency=CNY&limit={PAGE}"),
        "the newest cases of three merchants": (
            agent,
            f"/v1/cases?merchant_id=m-7&merchant_id=m-8&merchant_id=m-9&limit={PAGE}",
        ),
        "a merchant's newest cases": (seller, f"/v1/cases?limit={PAGE}"),
        "a merchant's rejected or disputed cases": (seller, f"/v1/cases?state=rejected&state=disputed&limit={PAGE}"),
        "all rejected or disputed cases": (agent, f"/v1/cases?state=rejected&state=disputed&limit={PAGE}"),
        "a merchant's questions": (seller, f"/v1/cases?type=consult&limit={PAGE}"),
        "all questions": (agent, f"/v1/cases?type=consult&limit={PAGE}"),
        "a merchant's cases for two rare reasons": (seller, f"/v1/cases?reason=recall&reason=counterfeit&limit={PAGE}"),
        "all cases for two rare reasons": (agent, f"/v1/cases?reason=recall&reason=counterfeit&limit={PAGE}"),
        "a merchant's cases that wait for two sides": (
            seller,
            f"/v1/cases?whose_turn=agent&whose_turn=buyer&limit={PAGE}",
        ),
        "a merchant's cases by deadline, from a time on": (seller, f"/v1/cases?due_after={_SOON}&limit={PAGE}"),
        "a merchant's cases in which the buyer was late": (seller, f"/v1/cases?missed_by=buyer&limit={PAGE}"),
        "the counts of a merchant": (seller, "/v1/work-lists"),
        "the counts of an agent": (agent, "/v1/work-lists"),
    }
    rows = []
    for name, (token, path) in reads.items():
        client = Client(url, token)  # the server closes a connection that is idle for long
        took = quantiles([1000 * await _seconds(client, path) for _ in range(WARM_UP + LOOKS)][WARM_UP:], n=100)
        log(f"{name}: {took[49]:.1f} ms ({took[98]:.1f})")
        rows.append(f"| {name} | {took[49]:.1f} | **{took[98]:.1f}** |\n")
    return "".join(rows)


async def _seconds(client: Client, path: str) -> float:
    began = time.perf_counter()
    await client.get(path)
    return time.perf_counter() - began
