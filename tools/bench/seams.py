"""Commands right after the fact in another service that they build on: does a client ever notice, and for how long does it wait?

Against the suite as it runs: cases right after their order was paid, conversations and complaints right after their case.
The same commands follow once more when the fact has long arrived; what the first ones took beyond that is the extra wait.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

import httpx
from aftercare_cli.stack.interface import Addresses, Silent
from aftercare_cli.stack.layout import Layout
from suite import PATIENCE_SECONDS, People, refund_of, stack

STORIES, AT_A_TIME, WARM_UP = 1000, 2, 40
KINDS = ("case", "conversation", "complaint")
AFTER = {"case": "its order was paid", "conversation": "its case", "complaint": "its case"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Of each kind of command: how many there were, how many were told 404, and the extra waits in milliseconds."""

    commands: dict[str, int]
    refused: dict[str, int]
    extra_ms: dict[str, list[float]]

    def at(self, kind: str, percent: int) -> float:
        """A percentile of the extra wait."""
        return quantiles(self.extra_ms[kind], n=100)[percent - 1]


def measure(tell: Callable[[str], None]) -> Found:
    """Bring a suite of its own up, play the stories, and take it away."""
    with stack() as (local, _, _):
        local.up(Silent())
        addresses = Addresses.read(local.layout.stack_file)
        found = asyncio.run(_measure(addresses, local.layout))
        local.down(Silent())
    for kind in KINDS:
        told = f"{found.refused[kind]} of {found.commands[kind]} were told 404"
        tell(
            f"{kind} right after {AFTER[kind]}: {told}; extra wait p50 {found.at(kind, 50):.0f}, p99 {found.at(kind, 99):.0f} ms"
        )
    return found


async def _measure(addresses: Addresses, layout: Layout) -> Found:
    times = Times()
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as client:
        people = People(client, addresses, layout)
        for kept, number in ((Times(), WARM_UP), (times, STORIES)):  # the first ones also pay for connections and plans
            each = number // AT_A_TIME
            await asyncio.gather(*(_stories(Buyer(people, kept), each) for _ in range(AT_A_TIME)))
    return times.found()


class Times:
    """How long the commands took: those right after their fact, and those long after it."""

    def __init__(self) -> None:
        self.at_once: dict[str, list[float]] = defaultdict(list)
        self.later: dict[str, list[float]] = defaultdict(list)
        self.refused = dict.fromkeys(KINDS, 0)

    def found(self) -> Found:
        usual = {kind: median(self.later[kind]) for kind in KINDS}
        return Found(
            commands={kind: len(self.at_once[kind]) for kind in KINDS},
            refused=self.refused,
            extra_ms={kind: [max(0.0, 1000 * (took - usual[kind])) for took in self.at_once[kind]] for kind in KINDS},
        )


@dataclass(frozen=True, slots=True)
class Buyer:
    """Somebody who acts at once, and the notes about that."""

    people: People
    times: Times

    async def does(self, kind: str, into: dict[str, list[float]], service: str, body: dict[str, Any]) -> dict[str, Any]:
        """One command, tried again where the client was told 404; the time of the try that succeeded is noted."""
        while True:
            began = time.perf_counter()
            answer = await self.people.ask(service, f"/v1/{kind}s", "buyer", body)
            if answer.status_code == 201:
                into[kind].append(time.perf_counter() - began)
                return dict(answer.json())
            if answer.status_code != 404:
                raise SystemExit(f"bench: {kind} says {answer.text}")
            self.times.refused[kind] += 1

    async def complains_and_asks(self, into: dict[str, list[float]], case: dict[str, Any], channel: str) -> None:
        about = {"order_id": case["order_id"], "case_id": case["id"], "text": "?"}
        complaint = {**about, "channel": channel, "category": "other"}
        await asyncio.gather(
            self.does("conversation", into, "cs-svc", about), self.does("complaint", into, "cs-svc", complaint)
        )


async def _stories(buyer: Buyer, number: int) -> None:
    at_once, later = buyer.times.at_once, buyer.times.later
    for _ in range(number):
        wanted = refund_of(await buyer.people.paid_order())
        case = await buyer.does("case", at_once, "aftersale-svc", wanted)
        await buyer.complains_and_asks(at_once, case, "web")
        await buyer.does("case", later, "aftersale-svc", wanted)
        await buyer.complains_and_asks(later, case, "api")
