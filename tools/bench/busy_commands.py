"""What common commands cost while several connections send them: the process does not sleep between them."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from load import Client

# Any: bodies and answers are JSON; the support modules of the tests are no package.

CASES, WARM_UP, CONNECTIONS = 240, 40, 8
"""Cases of each flow, those of them that only warm the server up, and connections."""

REQUEST = {
    "order_id": "ord_{}",
    "reason": "quality_defect",
    "description": "…",
    "lines": [{"line_id": "line_{}", "quantity": 1}],
}
"""`_{}` in a body is the number of the order."""

Cpu = Callable[[], tuple[float, float]]
"""CPU milliseconds so far, of the service and of PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Step:
    """A command: the name of its operation, who sends it, what it does to the document that the flow has come to, and its body."""

    name: str
    role: str
    action: str
    body: Mapping[str, Any]
    of: str = "cases"


@dataclass(frozen=True, slots=True)
class Average:
    """CPU milliseconds of one command, of the service and of PostgreSQL."""

    name: str
    service: float
    postgres: float


WORDS, PARCEL = {"text": "…"}, {"carrier": "sf", "waybill_no": "SF_{}"}
ADDRESS = {"name": "Returns", "phone": "13900000000", "country": "CN", "street": "仓前路 8 号"}
FLOWS: Sequence[tuple[str, Sequence[Step]]] = (
    (
        "return_refund",
        (
            Step("approveCase", "seller", "approve", {"return_address": ADDRESS}),
            Step("shipCase", "buyer", "ship", PARCEL),
            Step("receiveCase", "seller", "receive", {}),
            Step("inspectCase", "seller", "inspect", {"lines": [{"line_id": "line_{}", "accepted": 1}]}),
        ),
    ),
    (
        "refund_only",
        (
            Step("makeOffer", "seller", "offer", {"amount": {"amount": 100, "currency": "CNY"}}),
            Step("acceptOffer", "buyer", "accept-offer", {}),
        ),
    ),
    (
        "refund_only",
        (
            Step("rejectCase", "seller", "reject", {"reason": "reason_untrue"}),
            Step("openDispute", "buyer", "dispute", {"category": "no_answer", **WORDS}),
            Step("answerDispute", "seller", "answer", WORDS, of="disputes"),
        ),
    ),
)
"""The type of the cases of each flow, and what happens to them in turn."""


class Busy:
    """Sends the commands of the flows to a server, over `CONNECTIONS` connections at a time."""

    def __init__(self, clients: Mapping[str, Client], cpu: Cpu) -> None:
        self._clients, self._cpu = clients, cpu

    async def run(self, type_: str, steps: Sequence[Step], numbers: Sequence[int]) -> list[Average]:
        """Open a case of each of these orders, and take the steps with all of them, one after the other."""
        opening = Step("createCase", "buyer", "", {**REQUEST, "type": type_})
        ids, found = dict.fromkeys(numbers, ""), []
        for step in (opening, *steps):
            before = self._cpu()
            await asyncio.gather(*(self._send(step, numbers[at::CONNECTIONS], ids) for at in range(CONNECTIONS)))
            service, postgres = (after - then for then, after in zip(before, self._cpu(), strict=True))
            found.append(Average(step.name, service / len(numbers), postgres / len(numbers)))
        return found

    async def _send(self, step: Step, numbers: Sequence[int], ids: dict[int, str]) -> None:
        text = json.dumps(step.body)
        for number in numbers:
            path = f"/v1/{step.of}/{ids[number]}/{step.action}" if step.action else "/v1/cases"
            sent = text.replace("_{}", f"_{number}").encode()
            ids[number] = json.loads(await self._clients[step.role].post(path, sent))["id"]


async def busy(url: str, harness: Any, tests: Any, cpu: Cpu) -> list[Average]:
    """What each command of the flows costs, in a database that is empty before."""
    await harness.reset()
    await tests.shop_of(harness, CASES * len(FLOWS))
    clients = {"buyer": Client(url, harness.token("buyer", "buyer-1"))}
    clients["seller"] = Client(url, harness.token("seller", "seller-1", "m-1"))
    runs = Busy(clients, cpu)
    found: dict[str, Average] = {}
    for place, (type_, steps) in enumerate(FLOWS):
        numbers = range(1 + place * CASES, 1 + (place + 1) * CASES)
        await runs.run(type_, steps, numbers[:WARM_UP])
        found |= {each.name: each for each in await runs.run(type_, steps, numbers[WARM_UP:])}
    return list(found.values())
