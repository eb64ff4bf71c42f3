"""The knowledge base: publishing articles with several writers, and searching in them, over the REST API of kb-svc."""

import asyncio
import itertools
import json
import random
import time
import tomllib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import urlencode

import kb_svc
from aftercare_cli.stack.layout import checkout
from environment import Environment, Process, environment, script
from load import Client
from wrk import cpu_seconds, tree_seconds

ARTICLES, WRITERS, WARM_UP = 1500, 8, 24
SEARCHES, HITS = 500, 10
PARAGRAPHS = 6
SERVICE = "kb-svc"
SEEDS = Path(kb_svc.__file__).parent / "seeds"
QUESTIONS = "services/kb-svc/tests/questions.toml"


@dataclass(frozen=True, slots=True)
class Cpu:
    """CPU milliseconds of kb-svc and of PostgreSQL, for one of many."""

    service: float
    postgres: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Published articles per second, the latency of a search, and what both cost."""

    published_per_second: float
    publish_ms: Cpu
    p50_ms: float
    p95_ms: float
    search_ms: Cpu


class Base:
    """A running kb-svc and its PostgreSQL."""

    def __init__(self, env: Environment, server: Process) -> None:
        self._server, self._postgres = server.process, env.postgres
        self.editor = Client(server.url, env.token("agent", "agent-bench"))

    @asynccontextmanager
    async def cost(self, times: int) -> AsyncIterator[list[Cpu]]:
        """The list has the CPU of one of `times` when the block has ended."""
        found: list[Cpu] = []
        before = cpu_seconds(self._server), tree_seconds(self._postgres)
        yield found
        after = cpu_seconds(self._server), tree_seconds(self._postgres)
        found.append(Cpu(*(1000 * (end - start) / times for start, end in zip(before, after, strict=True))))

    async def publish(self, articles: Iterator[dict[str, Any]]) -> None:
        """Draft and publish articles until there are no more."""
        for article in articles:
            drafted = json.loads(await self.editor.post("/v1/articles", json.dumps(article).encode()))
            await self.editor.post(f"/v1/articles/{drafted['id']}/publish", b"")

    async def search(self, path: str) -> float:
        """The seconds of a search. Raises: SystemExit where it has fewer hits."""
        began = time.perf_counter()
        found = json.loads(await self.editor.get(path))
        took = time.perf_counter() - began
        if len(found["data"]) < HITS:
            raise SystemExit(f"bench: {path} has {len(found['data'])} hits")
        return took


def measure(log: Callable[[str], None]) -> Found:
    """Start kb-svc with an empty database, publish the articles, and search."""
    with environment() as env:
        env.migrate(SERVICE)
        server = env.start(SERVICE, [script(SERVICE), "all"], env.variables(SERVICE))
        found = asyncio.run(_measure(Base(env, server)))
    log(f"{found.published_per_second:.0f} articles/s, a search takes {found.p50_ms:.1f} ms ({found.p95_ms:.1f})")
    return found


async def _measure(base: Base) -> Found:
    texts = articles(random.Random(7))  # noqa: S311
    await base.publish(itertools.islice(texts, WARM_UP))
    count = ARTICLES - WARM_UP
    wanted, began = itertools.islice(texts, count), time.monotonic()
    async with base.cost(count) as publishing:
        await asyncio.gather(*(base.publish(wanted) for _ in range(WRITERS)))
        seconds = time.monotonic() - began
    paths = itertools.cycle(searches())
    for _ in range(WARM_UP):
        await base.search(next(paths))
    async with base.cost(SEARCHES) as searching:
        took = quantiles([1000 * await base.search(next(paths)) for _ in range(SEARCHES)], n=100)
    return Found(
        published_per_second=count / seconds,
        publish_ms=publishing[0],
        p50_ms=took[49],
        p95_ms=took[94],
        search_ms=searching[0],
    )


def articles(choice: random.Random) -> Iterator[dict[str, Any]]:
    """Endless articles in both languages in turn, each of some paragraphs of the seeded policies of its language."""
    parts = {folder.name: list(paragraphs(folder)) for folder in sorted(SEEDS.iterdir()) if folder.is_dir()}
    for number, language in enumerate(itertools.cycle(sorted(parts))):
        body = choice.sample(parts[language], PARAGRAPHS)
        title = f"{' '.join(body[0].split())[:30]} {number}"
        slug, text = f"bench-{number}", "\n\n".join(body)
        yield {"kind": "article", "slug": slug, "language": language, "title": title, "body": text}


def paragraphs(folder: Path) -> Iterator[str]:
    """The paragraphs of the policies in a folder, without their heads and headings."""
    for file in sorted(folder.glob("*.md")):
        text = file.read_text(encoding="utf-8").split("---\n", 2)[-1]
        yield from (part for part in text.strip().split("\n\n") if not part.startswith(("#", "|")))


def searches() -> list[str]:
    """The paths of searches for what people ask, in both languages."""
    questions = tomllib.loads((checkout() / QUESTIONS).read_text(encoding="utf-8"))
    asked = [question for of_language in questions.values() for question in of_language]
    return [f"/v1/search?{urlencode({'q': question, 'limit': HITS})}" for question in asked]
