"""`aftersale-svc serve` with three times the load that it can serve, and with the flood of one caller."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from time import monotonic

import asyncpg
from aftersale_svc.main import service as aftersale
from aftersale_svc.settings import Settings
from environment import Environment, Process, environment, script
from open_load import Found, Requests
from orders import BUYER, case_of, consumed_orders

SERVICE, READ = "aftersale-svc", "/v1/cases?limit=5"
OTHER = "buyer-other"
SECONDS, TIMES, CONNECTIONS = 30, 3, 16
CAPACITY_SECONDS, WARM_UP_SECONDS, AT_LEAST = 6, 3, 2000
RECOVERY_SECONDS, STEP_SECONDS, RECOVERED = 20, 1.0, 0.8
REPEATED = 50
"""Commands of each kind, accepted and refused ones, that are sent again after the overload."""
_FOUND = "SELECT count(*) FROM cases WHERE id = ANY($1::text[])"

Log = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Overload:
    """What was found; times in seconds."""

    capacity: Found
    loaded: Found
    lost: int
    recovery: float
    replayed: int
    retried: int
    flood: Found
    others_alone: Found
    others: Found


def measure(seconds: int, log: Log) -> str:
    """The section of the page about a load of so many seconds."""
    with environment() as env:
        env.migrate(SERVICE)
        return section(asyncio.run(_Bench(env, seconds, log).run()), seconds)


class _Bench:
    def __init__(self, env: Environment, seconds: int, log: Log) -> None:
        self._env, self._seconds, self._log = env, seconds, log
        self._numbers = count()
        self._made = 0
        self._make = consumed_orders(aftersale(env.settings(Settings, SERVICE)))

    async def run(self) -> Overload:
        await self._orders(AT_LEAST)
        process = self._env.start("serve", [script(SERVICE), "serve"], self._env.variables(SERVICE))
        buyer, other = self._requests(process, BUYER, self._bodies()), self._requests(process, OTHER, None)
        await buyer.closed(CONNECTIONS, WARM_UP_SECONDS)
        capacity = await buyer.closed(CONNECTIONS, CAPACITY_SECONDS)
        rate = TIMES * capacity.per_second
        self._log(f"capacity {capacity.per_second:.0f}/s, p99 {capacity.percentile(99):.0f} ms")
        await self._orders(int(rate * self._seconds / 2) + AT_LEAST)
        loaded = await buyer.open(rate, self._seconds)
        self._log(f"{loaded.per_second:.0f}/s of {rate:.0f}/s done, {loaded.statuses()}, {loaded.unsent} unsent")
        recovery = await self._recovery(buyer, capacity.per_second)
        accepted = [each for each in loaded.sent if each.is_done and each.body is not None]
        refused = [each for each in loaded.sent if not each.is_done and each.body is not None]
        lost = await self._lost([json.loads(each.response)["id"] for each in accepted])
        again = await buyer.post_all(each.body for each in accepted[:REPEATED] if each.body)
        same = sum(a.response == b.response for a, b in zip(again.sent, accepted, strict=False))
        retried = await buyer.post_all(each.body for each in refused[:REPEATED] if each.body)
        await self._orders(int(rate * self._seconds) + AT_LEAST)
        alone = await other.closed(1, CAPACITY_SECONDS)
        flood, others = await asyncio.gather(buyer.open(rate, self._seconds), other.closed(1, self._seconds))
        self._log(f"flood {flood.per_second:.0f}/s, the other {others.per_second:.0f}/s {others.statuses()}")
        return Overload(
            capacity, loaded, lost, recovery, replayed=same, retried=len(retried.done), flood=flood, others_alone=alone, others=others
        )  # fmt: skip

    def _requests(self, process: Process, sub: str, bodies: Iterator[bytes] | None) -> Requests:
        return Requests(process.url, self._env.token("buyer", sub), bodies, _key, READ)

    def _bodies(self) -> Iterator[bytes]:
        return (json.dumps(case_of(number)).encode() for number in self._numbers)

    async def _orders(self, more: int) -> None:
        """Let so many orders exist that no case was opened about."""
        upto = next(self._numbers) + 1 + more
        if upto > self._made:
            await self._make(range(self._made, upto))
            self._made = upto

    async def _lost(self, ids: list[str]) -> int:
        """How many of these cases the database does not have."""
        connection = await asyncpg.connect(self._env.variables(SERVICE)["AFTERCARE_DATABASE_URL"])
        try:
            return len(ids) - int(await connection.fetchval(_FOUND, ids))
        finally:
            await connection.close()

    async def _recovery(self, requests: Requests, capacity: float) -> float:
        """Seconds after the load until a second in which nothing is refused and RECOVERED of the capacity is reached."""
        began = monotonic()
        while monotonic() - began < RECOVERY_SECONDS:
            found = await requests.closed(CONNECTIONS, STEP_SECONDS)
            if len(found.done) == len(found.sent) and found.per_second > RECOVERED * capacity:
                break
        return monotonic() - began


def _key(body: bytes) -> str:
    """The Idempotency-Key of a command: the same whenever it is sent."""
    return hashlib.sha256(body).hexdigest()[:32]


def section(found: Overload, seconds: int) -> str:
    """The section of docs/benchmarks.md."""
    capacity, loaded = found.capacity.per_second, found.loaded
    due = len(loaded.sent) + loaded.unsent
    repeated = sum(1 for each in loaded.sent if not each.is_done and each.body is not None)
    rows = [
        ("capacity, requests/s", f"{capacity:.0f}", ""),
        ("… p99, ms", f"{found.capacity.percentile(99):.0f}", ""),
        (f"{TIMES} times as many: done, requests/s", f"{loaded.per_second:.0f}", ""),
        ("… of the capacity", f"{loaded.per_second / capacity:.2f}", "at least 0.80"),
        ("… p99 of those done, ms", f"{loaded.percentile(99):.0f}", "at most 1,000"),
        ("… p99 of the commands, of the reads", f"{_of(loaded, True):.0f} · {_of(loaded, False):.0f}", ""),
        ("… responses by status", ", ".join(f"{status}: {number:,}" for status, number in loaded.statuses().items()), ""),
        ("… not sent for want of connections", f"{loaded.unsent:,} of {due:,}", ""),
        ("accepted commands that the database does not have", f"{found.lost}", "0"),
        ("accepted commands sent again: the same response", f"{found.replayed} of {REPEATED}", "all"),
        ("refused commands sent again: done", f"{found.retried} of {min(REPEATED, repeated)}", "all"),
        ("recovery, s", f"{found.recovery:.1f}", "at most 10"),
        ("another caller alone, one read at a time: p99, ms", f"{found.others_alone.percentile(99):.0f}", ""),
        ("… beside the flood: p99, ms", f"{found.others.percentile(99):.0f}", "at most 1,000"),
        ("… refused", f"{len(found.others.sent) - len(found.others.done)} of {len(found.others.sent):,}", "0"),
    ]  # fmt: skip
    lines = "\n".join(f"| {name} | {value} | {target} |" for name, value, target in rows)
    return f"""
## Overload

`make bench P=overload`: one process of `aftersale-svc serve`; every second request opens a case, the others read a list of five. The capacity is that of {CONNECTIONS} connections for {CAPACITY_SECONDS} s; then {TIMES} times as many
requests arrive for {seconds} s, whether earlier ones have responses or not ([how a process refuses](scaling.md#overload)). The load comes from the same machine, up to {CONNECTIONS} or 512 connections at a time. Recovery is the time until a second in which
nothing is refused and {RECOVERED:.0%} of the capacity is served. At last the same load comes from one caller, with another one that reads beside it.

| | found | wanted |
|---|---|---|
{lines}
"""


def _of(found: Found, commands: bool) -> float:
    return found.percentile(99, of=lambda each: (each.body is not None) == commands)
