"""Commands right after the event of another service that they depend on: is any refused, and how long do they wait?

On the whole suite: cases right after their order was paid, conversations and complaints right after their case. The same
commands are repeated when the event arrived long ago; the extra wait is the time beyond the median of those.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

import httpx
from aftercare_cli.stack.interface import Addresses, NoProgress
from aftercare_cli.stack.layout import Layout
from suite import WAIT_SECONDS, People, refund_of, stack

ORDERS, AT_A_TIME, WARM_UP = 1000, 2, 40
KINDS = ("case", "conversation", "complaint")
AFTER = {"case": "its order was paid", "conversation": "its case", "complaint": "its case"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Per kind of command: their number, the number of responses with 404, and the extra waits in milliseconds."""

    commands: dict[str, int]
    refused: dict[str, int]
    extra_ms: dict[str, list[float]]

    def at(self, kind: str, percent: int) -> float:
        """A percentile of the extra wait."""
        return quantiles(self.extra_ms[kind], n=100)[percent - 1]


def measure(log: Callable[[str], None]) -> Found:
    """Start a suite, run the commands, and stop it."""
    with stack() as (local, _, _):
        local.up(NoProgress())
        addresses = Addresses.read(local.layout.stack_file)
        found = asyncio.run(_measure(addresses, local.layout))
        local.down(NoProgress())
    for kind in KINDS:
        refused = f"{found.refused[kind]} of {found.commands[kind]} got 404"
        log(
            f"{kind} right after {AFTER[kind]}: {refused}; extra wait p50 {found.at(kind, 50):.0f}, p99 {found.at(kind, 99):.0f} ms"
        )
    return found


async def _measure(addresses: Addresses, layout: Layout) -> Found:
    times = Times()
    async with httpx.AsyncClient(trust_env=False, timeout=WAIT_SECONDS) as client:
        people = People(client, addresses, layout)
        for kept, number in ((Times(), WARM_UP), (times, ORDERS)):  # the first ones open connections and plan queries
            each = number // AT_A_TIME
            await asyncio.gather(*(_run(Buyer(people, kept), each) for _ in range(AT_A_TIME)))
    return times.found()


class Times:
    """The seconds of the commands right after their event, and of those long after it."""

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
    """A buyer whose commands follow each event at once, and the times that they take."""

    people: People
    times: Times

    async def command(
        self, kind: str, into: dict[str, list[float]], service: str, body: dict[str, Any]
    ) -> dict[str, Any]:
        """Send a command, again after a 404; the time of the attempt that succeeded is kept."""
        while True:
            began = time.perf_counter()
            response = await self.people.post(service, f"/v1/{kind}s", "buyer", body)
            if response.status_code == 201:
                into[kind].append(time.perf_counter() - began)
                return dict(response.json())
            if response.status_code != 404:
                raise SystemExit(f"bench: {kind} returns {response.text}")
            self.times.refused[kind] += 1

    async def complaint_and_conversation(
        self, into: dict[str, list[float]], case: dict[str, Any], channel: str
    ) -> None:
        about = {"order_id": case["order_id"], "case_id": case["id"], "text": "?"}
        complaint = {**about, "channel": channel, "category": "other"}
        await asyncio.gather(
            self.command("conversation", into, "cs-svc", about), self.command("complaint", into, "cs-svc", complaint)
        )


async def _run(buyer: Buyer, number: int) -> None:
    at_once, later = buyer.times.at_once, buyer.times.later
    for _ in range(number):
        wanted = refund_of(await buyer.people.paid_order())
        case = await buyer.command("case", at_once, "aftersale-svc", wanted)
        await buyer.complaint_and_conversation(at_once, case, "web")
        await buyer.command("case", later, "aftersale-svc", wanted)
        await buyer.complaint_and_conversation(later, case, "api")
