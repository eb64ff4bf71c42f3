"""The same call about an object of somebody else and about one that does not exist, and what the caller learns from each."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from access_rules import Route
from aftercare_chassis.http import awaited_events
from seeded_service import SeededService

# Ids of versions, days, countries and providers: what they name is the same for everybody.
NOT_OWNED = {"number", "day", "country", "provider", "version"}
KNOWN_BY_FILTER = {
    "actor_id": "admin-1",
    "arbitrator_id": "arbitrator-9",
    "agent_id": "agent-9",
    "buyer_id": "buyer-1",
    "case_id": "case_1",
    "complaint_id": "cmp_1",
    "dispute_id": "dsp_1",
    "event_id": "00000000-0000-7000-8000-000000000001",
    "merchant_id": "m-1",
    "object_id": "ord_1",
    "order_id": "ord_1",
    "owner_id": "agent-9",
    "responsible_id": "agent-1",
    "parcel_id": "parcel_1",
    "party": "buyer-1",
    "subject_id": "buyer-1",
    "team_id": "general",
    "trace_id": "0" * 31 + "1",
    "waybill_no": "73000001",
    "order_no": "S-1",
    "sku": "KETTLE-1",
    "slug": "returns",
    "q": "73000001",
}
"""What the filters of lists are set to in order to find an object of buyer-1 or m-1; the ids of the seeded objects take precedence."""
_TRACE = re.compile(r'"trace_id":\s*"[^"]*"')
_VARYING_HEADERS = {"trace-id"}


def unknown(name: str) -> str:
    """A name of the same form and length that nothing has."""
    if name.startswith("sha256:"):
        return "sha256:" + "7" * 64
    digits = name.rpartition("_")[2] if "_" in name else name.rpartition("-")[2]
    return name.removesuffix(digits) + "7" * len(digits) if digits != "7" * len(digits) else name[:-1] + "8"


@dataclass(frozen=True)
class Seen:
    """Everything by which a caller can tell two responses apart, apart from the clock, and the statements that made them."""

    status: int
    headers: dict[str, str]
    body: str
    statements: tuple[str, ...]
    waits: int

    @classmethod
    def of(cls, response: httpx.Response, names: dict[str, str], statements: list[str], waits: int) -> "Seen":
        """`names` are replaced by what they stand for: the caller knows them, since it has sent them."""
        headers = {name: value for name, value in response.headers.items() if name not in _VARYING_HEADERS}
        body = _TRACE.sub('"trace_id": ""', response.text)
        return cls(response.status_code, _without(names, headers), _without(names, body), tuple(statements), waits)


def _without(names: dict[str, str], value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without(names, inner) for name, inner in value.items()}
    for name in sorted(names, key=len, reverse=True):
        value = value.replace(name, names[name])
    return value


@dataclass
class PairedCalls:
    """Makes calls as one caller, and notes the statements that the service executes for each."""

    service: SeededService
    client: httpx.AsyncClient
    statements: list[str] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)

    async def send(self, route: Route, path: str, names: dict[str, str], **options: Any) -> Seen:
        """What the caller learns from this call."""
        self.statements.clear()
        self.waits.clear()
        response = await self.client.request(route.method, path, **options)
        self.service.assert_documented(route.path, route.method, response)
        return Seen.of(response, names, self.statements, len(self.waits))

    async def difference(
        self, route: Route, foreign: dict[str, str], *, body: Any = None, query: Any = None, **headers: str
    ) -> str | None:
        """How responses about these foreign objects differ from those about unknown ones, or None.

        `foreign` are the ids by what they stand for; in the second call each is replaced by an unknown one, wherever it occurs.
        """
        invented = {known: unknown(known) for known in foreign.values()}
        seen = []
        for replaced in ({}, invented):
            names = {replaced.get(known, known): f"<{what}>" for what, known in foreign.items()}
            ids = {**self.service.ids, **{what: replaced.get(known, known) for what, known in foreign.items()}}
            path = route.path.format(**ids)
            sent: dict[str, Any] = {"params": _replaced(query, replaced), "headers": headers}
            if route.method != "GET" and body is not None:
                sent["json"] = _replaced(body, replaced)
            seen.append(await self.send(route, path, names, **sent))
        first, second = seen
        return None if first == second else f"{route.id} {foreign}:\n  foreign {first}\n  unknown {second}"


def _replaced(value: Any, names: dict[str, str]) -> Any:
    """The body or query with these names replaced."""
    if isinstance(value, dict):
        return {name: _replaced(inner, names) for name, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(inner, names) for inner in value]
    return names.get(value, value) if isinstance(value, str) else value


@asynccontextmanager
async def paired(
    service: SeededService, client: httpx.AsyncClient, patch: pytest.MonkeyPatch
) -> AsyncIterator[PairedCalls]:
    """Calls of this client. A command that waits for an event is refused at once; that it would have waited is noted."""
    calls = PairedCalls(service, client)

    async def retry(request: Any, attempt: Any, refusal: Any, started_at: float) -> Any:
        calls.waits.append(refusal.code)
        raise refusal

    def note(record: Any) -> None:
        calls.statements.append(_statement(record.query))

    patch.setattr(awaited_events, "retry", retry)
    pool: Any = service.harness.runtime.pool
    async with AsyncExitStack() as held:
        connections = [await held.enter_async_context(pool.acquire()) for _ in range(pool.get_size())]
        for each in connections:
            each.add_query_logger(note)
    try:
        yield calls
    finally:
        async with AsyncExitStack() as held:
            for _ in range(pool.get_size()):
                (await held.enter_async_context(pool.acquire())).remove_query_logger(note)


def _statement(query: str) -> str:
    """The statement without the scope of the Idempotency-Key, which every request has another one of."""
    return re.sub(r"idempotency_look_up \('[^)]*\)", "idempotency_look_up", query)
