"""A large knowledge base: importing and exporting 100,000 articles by the command line of kb-svc, and searching in them."""

import asyncio
import itertools
import json
import os
import random
import resource
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

import asyncpg
from environment import Environment, environment, script
from knowledge import SERVICE, WARM_UP, articles, searches
from load import Client
from wrk import cpu_seconds, tree_seconds

ARTICLES = int(os.environ.get("AFTERCARE_BENCH_ARTICLES", "100000"))
SEARCHES = 400
READERS = (1, 4, 16)
"""At rest, an ordinary load, the highest load: so many ask at a time."""
COMMON = ("退货", "退款", "商家", "refund", "order", "return", "the seller")

TITLE = """## A large knowledge base

`make bench P=large-knowledge`: {articles:,} articles, made of the paragraphs of the seeded policies in Chinese and English, are imported by `kb-svc import` and exported again; then `serve` searches in them by words,
{searches} of the questions in `services/kb-svc/tests/questions.toml`, each with 10 hits, and single common words.

| | |
|---|---|
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Seconds of a command, and of CPU: of itself, and of PostgreSQL meanwhile."""

    seconds: float
    service: float
    postgres: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """The latency of searches in milliseconds, and CPU milliseconds of one."""

    p50: float
    p95: float
    service: float
    postgres: float


def measure(log: Callable[[str], None]) -> str:
    """Start the servers, import, export and search, and return the section of the page."""
    with environment() as env:
        env.migrate(SERVICE)
        file = env.home / "articles.jsonl"
        with file.open("w", encoding="utf-8") as written:
            for article in itertools.islice(articles(random.Random(7)), ARTICLES):  # noqa: S311
                written.write(json.dumps(article, ensure_ascii=False) + "\n")
        imported = _run(env, "import", file)
        log(f"import: {imported}")
        exported = _run(env, "export", env.home / "exported.jsonl")
        log(f"export: {exported}")
        waiting = asyncio.run(_outbox(env))
        log(f"outbox: {waiting}")
        server = env.start(SERVICE, [script(SERVICE), "serve"], env.variables(SERVICE))
        found = dict[int, Searched]()
        for readers in READERS:
            found[readers] = asyncio.run(_search(env, server.url, readers, searches()))
            log(f"{readers} at a time: {found[readers]}")
        common = asyncio.run(_common(env, server.url))
        log(f"common words: {common}")
    return _section(imported, exported, waiting, found, common)


def _run(env: Environment, command: str, file: Path) -> Command:
    began, before = time.monotonic(), tree_seconds(env.postgres)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    variables = {**os.environ, **env.variables(SERVICE)}
    subprocess.run([script(SERVICE), command, str(file)], env=variables, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Command(
        seconds=time.monotonic() - began,
        service=after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime,
        postgres=tree_seconds(env.postgres) - before,
    )


async def _outbox(env: Environment) -> str:
    """The events that wait for the relay, and the size of their table. Then they are discarded, and the tables are analysed."""
    connection = await asyncpg.connect(env.variables(SERVICE)["AFTERCARE_DATABASE_URL"])
    count = await connection.fetchval("SELECT count(*) FROM outbox")
    size = await connection.fetchval("SELECT pg_size_pretty(pg_total_relation_size('outbox'))")
    await connection.execute("DELETE FROM outbox")
    await connection.close()
    owner = await asyncpg.connect(env.variables(SERVICE)["AFTERCARE_MIGRATION_DATABASE_URL"])
    await owner.execute("VACUUM ANALYZE")
    await owner.close()
    return f"{count:,} ({size})"


async def _search(env: Environment, url: str, readers: int, paths: Sequence[str]) -> Searched:
    """`SEARCHES` searches by so many readers at a time."""
    client, endless = Client(url, env.token("agent", "agent-bench")), itertools.cycle(paths)
    for _ in range(WARM_UP):
        await client.get(next(endless))
    before, rest, took = _cpu(env), iter(range(SEARCHES)), list[float]()

    async def read() -> None:
        for _ in rest:
            began = time.perf_counter()
            await client.get(next(endless))
            took.append(1000 * (time.perf_counter() - began))

    await asyncio.gather(*(read() for _ in range(readers)))
    service, postgres = (1000 * (end - start) / len(took) for start, end in zip(before, _cpu(env), strict=True))
    cuts = quantiles(took, n=100)
    return Searched(p50=cuts[49], p95=cuts[94], service=service, postgres=postgres)


def _cpu(env: Environment) -> tuple[float, float]:
    server = env.processes.find(SERVICE)
    return (cpu_seconds(server) if server else 0.0), tree_seconds(env.postgres)


async def _common(env: Environment, url: str) -> dict[str, float]:
    """The median milliseconds of searches for one common word each."""
    client, found = Client(url, env.token("agent", "agent-bench")), dict[str, float]()
    for word in COMMON:
        took = list[float]()
        for _ in range(5):
            began = time.perf_counter()
            await client.get(f"/v1/search?{urlencode({'q': word, 'limit': 10})}")
            took.append(1000 * (time.perf_counter() - began))
        found[word] = median(took)
    return found


def _section(
    imported: Command, exported: Command, waiting: str, found: Mapping[int, Searched], common: Mapping[str, float]
) -> str:
    rows = [
        f"| import: seconds · CPU seconds of kb-svc · of PostgreSQL | {imported.seconds:.0f} · {imported.service:.0f} · {imported.postgres:.0f} |",
        f"| export: the same | {exported.seconds:.0f} · {exported.service:.0f} · {exported.postgres:.0f} |",
        f"| events that wait in the outbox after it | {waiting} |",
        *(
            f"| {readers} at a time: p50 · p95, ms; CPU ms: kb-svc · PostgreSQL | {each.p50:.1f} · {each.p95:.1f}; {each.service:.1f} · {each.postgres:.1f} |"
            for readers, each in found.items()
        ),
        *(f"| `{word}`, ms | {took:.0f} |" for word, took in common.items()),
    ]
    return TITLE.format(articles=ARTICLES, searches=SEARCHES) + "\n".join(rows) + "\n"
