"""docs/benchmarks.md: the figures in words that hold on any machine, and how to get them again."""

from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

import psutil
import seams
import spine
import spine_page
from create_case import ROUNDS, SECONDS, Comparison
from measure import CONNECTIONS
from suite import Found

PAGE = Path("docs/benchmarks.md")
HEAD = """# Benchmarks

Written by `make bench` (`python tools/bench`) on {date}, {cores} cores. Absolute figures are this machine's; compare the ratios.
It needs `wrk` (`apt-get install wrk`), makes servers of its own in a temporary folder and leaves nothing behind.
"""
CREATE = """
## Creating a case

`POST /v1/cases` of aftersale-svc (`aftersale-svc serve`, one worker: authentication, idempotency, exact money, outbox) against a bare FastAPI + asyncpg endpoint that does a row lock, an update and two inserts
(`tools/bench/bare.py`, the same uvicorn flags), on one PostgreSQL that flushes each commit. wrk with {connections} connections, {rounds} rounds of {seconds} s in turn, a fresh order and a fresh Idempotency-Key per request; medians.
One command sends {statements} statements in {transactions} transaction.
"""
SEAMS = """
## Commands right after their fact

{stories:,} stories through the running suite, {at_a_time} at a time: the buyer sees the order paid and opens a case at once; the case is there, and a conversation and a complaint about it
are opened at once. The service concerned may not have heard of the order or the case yet; it waits for the event and tries again by itself. The extra wait is
what such a command takes beyond the median of the same commands when their fact has long arrived.

| | commands | told 404 (at most 0) | extra wait p50, ms | p99, ms (at most 100) |
|---|---|---|---|---|
"""
ROWS = (
    ("requests per second", "per_second", 0),
    ("p50, ms", "p50_ms", 1),
    ("p99, ms", "p99_ms", 1),
    ("CPU of the service, ms per request", "service_ms", 2),
    ("CPU of PostgreSQL, ms per request", "postgres_ms", 2),
)


def write(
    compared: dict[str, Comparison],
    counted: tuple[int, int],
    passed: spine.Found | None,
    waited: seams.Found | None,
    found: Found | None,
) -> str:
    """The page; parts that were not measured are left out."""
    page = HEAD.format(date=f"{datetime.now(UTC):%Y-%m-%d}", cores=psutil.cpu_count())
    if compared:
        told = {"connections": CONNECTIONS, "rounds": ROUNDS, "seconds": SECONDS}
        page += CREATE.format(**told, transactions=counted[0], statements=counted[1])
        page += "".join(_comparison(title, comparison) for title, comparison in compared.items())
    page += spine_page.section(passed) if passed else ""
    page += _seams(waited) if waited else ""
    return page + (_suite(found) if found else "")


def _comparison(title: str, compared: Comparison) -> str:
    lines = [f"\n**{title}**\n", "| | create case | bare | ratio |", "|---|---|---|---|"]
    for name, field, digits in ROWS:
        ours, bare = compared.middle("ours", field), compared.middle("bare", field)
        # Always how much of the bare endpoint's performance is left: for costs the other way round.
        left = ours / bare if field == "per_second" else bare / ours
        lines.append(f"| {name} | {ours:.{digits}f} | {bare:.{digits}f} | {left:.2f} |")
    return "\n".join(lines) + "\n"


def _seams(waited: seams.Found) -> str:
    page = SEAMS.format(stories=seams.STORIES, at_a_time=seams.AT_A_TIME)
    for kind in seams.KINDS:
        p50, p99 = (waited.at(kind, percent) for percent in (50, 99))
        page += f"| a {kind} right after {seams.AFTER[kind]} | {waited.commands[kind]:,} | {waited.refused[kind]} | {p50:.0f} | **{p99:.0f}** |\n"
    return page


def _suite(found: Found) -> str:
    slow = quantiles(found.effect_ms, n=10)[-1]
    middle = found.effect_ms[len(found.effect_ms) // 2]
    memory = "".join(f"| {name}, idle, resident | {size:.0f} MiB |\n" for name, size in found.resident.items())
    return (
        "\n## The suite on an idle machine\n\n"
        "Kafka, PostgreSQL, five services and the payment simulator as `make up` starts them; each service is one process that serves, relays and consumes.\n\n"
        "| | |\n|---|---|\n"
        f"| stack ready, empty folder · started again | {found.ready_first_s:.1f} s · {found.ready_again_s:.1f} s |\n{memory}"
        f"| a case's event, from its commit to its effect in order-svc: median · p90 of {len(found.effect_ms)} | {middle:.0f} ms · {slow:.0f} ms |\n\n"
        "Both ends are PostgreSQL's own commit times (`track_commit_timestamp`): the row of the case, and the row in which order-svc notes how far it has heard.\n"
    )
