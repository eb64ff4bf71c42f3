"""docs/benchmarks.md: the figures, and how they are measured."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import psutil
from create_case import ROUNDS, SECONDS, EndpointRuns
from cross_service import AFTER, AT_A_TIME, KINDS, ORDERS
from cross_service import Found as Waits
from knowledge import ARTICLES, HITS, SEARCHES, WRITERS
from knowledge import Found as Knowledge
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
KNOWLEDGE = """
## The knowledge base

kb-svc (`all`, one process) and its PostgreSQL, over the REST API. {articles:,} articles, made of the paragraphs of the seeded policies in Chinese and English, are drafted and published by {writers} writers at a time;
then {searches} of the questions in `services/kb-svc/tests/questions.toml` are searched one after the other, each with {hits} hits.

| | |
|---|---|
"""
ROWS = (
    ("requests per second", "per_second", 0),
    ("p50, ms", "p50_ms", 1),
    ("p99, ms", "p99_ms", 1),
    ("CPU of the service, ms per request", "service_ms", 2),
    ("CPU of PostgreSQL, ms per request", "postgres_ms", 2),
)


def page(sections: Iterable[str]) -> str:
    """The text of the page with these sections."""
    return HEAD.format(date=f"{datetime.now(UTC):%Y-%m-%d}", cores=psutil.cpu_count()) + "".join(sections)


def create_case(cases: Mapping[str, EndpointRuns], statements: tuple[int, int]) -> str:
    """The section about creating a case."""
    options = {"connections": CONNECTIONS, "rounds": ROUNDS, "seconds": SECONDS}
    text = CREATE.format(**options, transactions=statements[0], statements=statements[1])
    return text + "".join(_comparison(title, comparison) for title, comparison in cases.items())


def _comparison(title: str, compared: EndpointRuns) -> str:
    lines = [f"\n**{title}**\n", "| | create case | baseline | ratio |", "|---|---|---|---|"]
    for name, field, digits in ROWS:
        ours, baseline = compared.median("ours", field), compared.median("baseline", field)
        # Our part of the baseline's performance; costs are inverted.
        ratio = ours / baseline if field == "per_second" else baseline / ours
        lines.append(f"| {name} | {ours:.{digits}f} | {baseline:.{digits}f} | {ratio:.2f} |")
    return "\n".join(lines) + "\n"


def cross_service(waits: Waits) -> str:
    """The section about commands right after an event of another service."""
    text = CROSS_SERVICE.format(orders=ORDERS, at_a_time=AT_A_TIME)
    for kind in KINDS:
        p50, p99 = (waits.at(kind, percent) for percent in (50, 99))
        text += f"| a {kind} right after {AFTER[kind]} | {waits.commands[kind]:,} | {waits.refused[kind]} | {p50:.0f} | **{p99:.0f}** |\n"
    return text


def knowledge(found: Knowledge) -> str:
    """The section about the knowledge base."""
    text = KNOWLEDGE.format(articles=ARTICLES, writers=WRITERS, searches=SEARCHES, hits=HITS)
    text += f"| published articles per second, {WRITERS} writers | {found.published_per_second:.0f} |\n"
    text += f"| CPU of a published article, ms: kb-svc · PostgreSQL | {found.publish_ms.service:.1f} · {found.publish_ms.postgres:.1f} |\n"
    text += f"| a search: p50 · p95, ms | {found.p50_ms:.1f} · {found.p95_ms:.1f} |\n"
    return (
        text
        + f"| CPU of a search, ms: kb-svc · PostgreSQL | {found.search_ms.service:.2f} · {found.search_ms.postgres:.2f} |\n"
    )
