"""docs/benchmarks.md: the figures, and how they are measured."""

from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

import cross_service
import messaging
import messaging_page
import psutil
from create_case import ROUNDS, SECONDS, EndpointRuns
from suite import Found
from wrk import CONNECTIONS

PAGE = Path("docs/benchmarks.md")
HEAD = """# Benchmarks

Written by `make bench` (`python tools/bench`) on {date}, {cores} cores. Absolute figures are this machine's; compare the ratios.
It needs `wrk` (`apt-get install wrk`), starts its own servers in a temporary folder and deletes them afterwards.
"""
CREATE = """
## Creating a case

`POST /v1/cases` of aftersale-svc (`aftersale-svc serve`, one worker: authentication, idempotency, exact money, outbox) compared with a plain FastAPI + asyncpg endpoint that does a row lock, an update and two inserts
(`tools/bench/baseline.py`, the same uvicorn flags), on one PostgreSQL that flushes each commit. wrk with {connections} connections, {rounds} rounds of {seconds} s in turn, a new order and a new Idempotency-Key per request; medians.
One command sends {statements} statements in {transactions} transaction.
"""
CROSS_SERVICE = """
## Commands right after an event of another service

{orders:,} orders in the running suite, {at_a_time} at a time: the buyer opens a case as soon as the order is paid, and a conversation and a complaint
as soon as there is a case. The service may not have consumed the event of the order or the case yet; it waits for the event and tries again by itself. The extra wait is
the time that such a command takes beyond the median of the same commands when the event arrived long ago.

| | commands | 404 (at most 0) | extra wait p50, ms | p99, ms (at most 100) |
|---|---|---|---|---|
"""
ROWS = (
    ("requests per second", "per_second", 0),
    ("p50, ms", "p50_ms", 1),
    ("p99, ms", "p99_ms", 1),
    ("CPU of the service, ms per request", "service_ms", 2),
    ("CPU of PostgreSQL, ms per request", "postgres_ms", 2),
)


def page(
    cases: dict[str, EndpointRuns],
    statements: tuple[int, int],
    rates: messaging.Found | None,
    waits: cross_service.Found | None,
    suite: Found | None,
) -> str:
    """The text of the page, without the parts that were not measured."""
    text = HEAD.format(date=f"{datetime.now(UTC):%Y-%m-%d}", cores=psutil.cpu_count())
    if cases:
        options = {"connections": CONNECTIONS, "rounds": ROUNDS, "seconds": SECONDS}
        text += CREATE.format(**options, transactions=statements[0], statements=statements[1])
        text += "".join(_comparison(title, comparison) for title, comparison in cases.items())
    text += messaging_page.section(rates) if rates else ""
    text += _cross_service(waits) if waits else ""
    return text + (_suite(suite) if suite else "")


def _comparison(title: str, compared: EndpointRuns) -> str:
    lines = [f"\n**{title}**\n", "| | create case | baseline | ratio |", "|---|---|---|---|"]
    for name, field, digits in ROWS:
        ours, baseline = compared.median("ours", field), compared.median("baseline", field)
        # Our part of the baseline's performance; costs are inverted.
        ratio = ours / baseline if field == "per_second" else baseline / ours
        lines.append(f"| {name} | {ours:.{digits}f} | {baseline:.{digits}f} | {ratio:.2f} |")
    return "\n".join(lines) + "\n"


def _cross_service(waits: cross_service.Found) -> str:
    text = CROSS_SERVICE.format(orders=cross_service.ORDERS, at_a_time=cross_service.AT_A_TIME)
    for kind in cross_service.KINDS:
        p50, p99 = (waits.at(kind, percent) for percent in (50, 99))
        text += f"| a {kind} right after {cross_service.AFTER[kind]} | {waits.commands[kind]:,} | {waits.refused[kind]} | {p50:.0f} | **{p99:.0f}** |\n"
    return text


def _suite(found: Found) -> str:
    slow = quantiles(found.effect_ms, n=10)[-1]
    middle = found.effect_ms[len(found.effect_ms) // 2]
    memory = "".join(f"| {name}, idle, resident | {size:.0f} MiB |\n" for name, size in found.resident.items())
    return (
        "\n## The suite on an idle machine\n\n"
        "Kafka, PostgreSQL, five services and the payment simulator as `make up` starts them; each service is one process with all roles.\n\n"
        "| | |\n|---|---|\n"
        f"| stack ready, in an empty folder · started again | {found.ready_first_s:.1f} s · {found.ready_again_s:.1f} s |\n{memory}"
        f"| a case's event, from its commit to its effect in order-svc: median · p90 of {len(found.effect_ms)} | {middle:.0f} ms · {slow:.0f} ms |\n\n"
        "Both ends are commit times of PostgreSQL (`track_commit_timestamp`): of the row of the case, and of the row with the last sequence that order-svc has consumed.\n"
    )
