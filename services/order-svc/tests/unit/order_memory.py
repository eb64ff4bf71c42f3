"""A transaction over rows in memory: the real commands run on it, thousands of times a second and without a database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SYSTEM, Actor
from aftercare_chassis.observability.tracing import TraceContext
from aftercare_chassis.refusals import NotFound
from aftercare_chassis.testing.clocks import FixedClock, SequentialIds
from order_svc.tables.cases import CASE_LINES_OF, CASES_OF
from order_svc.tables.couriers import WAKE_PUSHES
from order_svc.tables.orders import LINES_OF
from order_svc.tables.parcels import (
    CONTENTS_OF_ORDER,
    PARCELS_OF_ORDER,
    PARCELS_ON_ORDER,
    PARCELS_UNDER,
    PARCELS_UNDER_LOCKED,
    SCANS_UNDER,
)
from order_svc.tables.payments import DROP_CALL, PENDING_PAYMENT, REFUNDS_OF, REFUNDS_OF_CASE

TRACE = TraceContext("0" * 31 + "1", "0" * 15 + "1")
SETTINGS = SimpleNamespace(
    payment_hours=1, auto_receipt_hours=2, after_sale_window_hours=3, hand_over_tolerance_minutes=1
)
Table = dict[tuple[Any, ...], Any]


@dataclass
class Memory:
    """Every table as a dictionary by key. Rows are frozen, so a copy of the dictionaries is a copy of the state."""

    tables: Mapping[str, Table] = field(default_factory=dict)
    clock: FixedClock = field(default_factory=FixedClock)
    ids: SequentialIds = field(default_factory=SequentialIds)

    def table(self, name: str) -> Table:
        return self.tables.setdefault(name, {})  # type: ignore[attr-defined]

    def rows(self, name: str) -> list[Any]:
        """In the order in which they were made, as ids are."""
        return list(self.table(name).values())

    async def run(self, command: Callable[..., Any], *args: Any, by: Actor = SYSTEM, **named: Any) -> Any:
        """Run a command as a transaction of its own: what raises has changed nothing."""
        before = {name: dict(rows) for name, rows in self.tables.items()}
        try:
            return await command(MemoryTransaction(self, by), *args, **named)
        except Exception:
            self.tables = before
            raise


def _of(table: str, **wanted: str) -> Callable[[Memory, Mapping[str, Any]], list[Any]]:
    """The rows of a table whose columns equal these parameters."""

    def found(memory: Memory, params: Mapping[str, Any]) -> list[Any]:
        rows = memory.rows(table)
        return [row for row in rows if all(getattr(row, column) == params[name] for column, name in wanted.items())]

    return found


def _contents(memory: Memory, params: Mapping[str, Any]) -> list[Any]:
    ours = {parcel.id for parcel in memory.rows("parcels") if parcel.order_id == params["order_id"]}
    return [line for line in memory.rows("parcel_lines") if line.parcel_id in ours]


def _scans(memory: Memory, params: Mapping[str, Any]) -> list[Any]:
    here = {parcel.id for parcel in _of("parcels", waybill_no="waybill_no")(memory, params)}
    return [event for event in memory.rows("parcel_events") if event.parcel_id in here]


def _pending(memory: Memory, params: Mapping[str, Any]) -> list[Any]:
    return [each for each in _of("payments", order_id="order_id")(memory, params) if each.state == "pending"]


def _refunds(memory: Memory, params: Mapping[str, Any]) -> list[Any]:
    return [each for each in memory.rows("refunds") if each.payment_id in params["payment_ids"]]


_WAYBILL = {name: name for name in ("order_id", "leg", "carrier", "waybill_no", "case_id")}
QUERIES = {
    LINES_OF: _of("order_lines", order_id="order_id"),
    CASES_OF: _of("cases", order_id="order_id"),
    CASE_LINES_OF: _of("case_lines", order_id="order_id"),
    PARCELS_OF_ORDER: _of("parcels", order_id="order_id"),
    PARCELS_ON_ORDER: _of("parcels", **_WAYBILL),
    PARCELS_UNDER: _of("parcels", waybill_no="waybill_no"),
    PARCELS_UNDER_LOCKED: _of("parcels", waybill_no="waybill_no"),
    SCANS_UNDER: _scans,
    REFUNDS_OF_CASE: _of("refunds", case_id="case_id"),
    CONTENTS_OF_ORDER: _contents,
    PENDING_PAYMENT: _pending,
    REFUNDS_OF: _refunds,
}


class MemoryTransaction(Transaction):
    """The chassis' transaction with its statements carried out here."""

    def __init__(self, memory: Memory, actor: Actor) -> None:
        source = {"source": "/order-svc", "trace": TRACE, "cursors": None, "ids": memory.ids}
        now = memory.clock.now()
        super().__init__(None, actor=actor, now=now, settings=SETTINGS, **source)  # type: ignore[arg-type]
        self.memory = memory

    async def find(self, rows: Any, *key: Any) -> Any:
        return self.memory.table(rows.name).get(key)

    async def lock(self, rows: Any, *key: Any) -> Any:
        row = await self.find(rows, *key)
        if row is None:
            raise NotFound(what=rows.name)
        return row

    async def all(self, query: Any, **params: Any) -> list[Any]:
        return QUERIES[query](self.memory, params)

    async def one(self, query: Any, **params: Any) -> Any:
        return next(iter(await self.all(query, **params)), None)

    async def upsert(self, rows: Any, row: Any) -> None:
        self.memory.table(rows.name)[tuple(getattr(row, name) for name in rows.key)] = row

    async def insert(self, rows: Any, *new: Any) -> None:
        for row in new:
            assert tuple(getattr(row, name) for name in rows.key) not in self.memory.table(rows.name)
            await self.upsert(rows, row)

    async def create(self, rows: Any, row: Any, *events: Any) -> Any:
        return await self._keep(rows, row, events)

    async def save(self, rows: Any, row: Any, *events: Any) -> Any:
        assert self.memory.table(rows.name)[row.id,].version == row.version, "a stale row is saved"
        return await self._keep(rows, row, events)

    async def execute(self, statement: Any, **params: Any) -> int:
        if statement is WAKE_PUSHES:
            return 0  # no courier is faster than the seller here
        assert statement is DROP_CALL
        return int(self.memory.table("provider_calls").pop((params["call_id"],), None) is not None)

    async def flush(self) -> None:
        """Nothing waits here."""

    async def _keep(self, rows: Any, row: Any, events: tuple[Any, ...]) -> Any:
        assert events, "no change without its event"
        self.recorded += [self._envelope(event, row.version + n) for n, event in enumerate(events, 1)]
        kept = replace(row, version=row.version + len(events))
        await self.upsert(rows, kept)
        return kept
