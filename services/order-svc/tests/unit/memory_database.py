"""A database in memory: the real commands run on it, thousands of times a second."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SYSTEM, Actor
from aftercare_chassis.observability.tracing import TraceContext
from aftercare_chassis.refusals import NotFound
from aftercare_chassis.testing.clocks import FixedClock, SequentialIds
from order_svc.domain.order_units import OrderUnits
from order_svc.domain.payments.order_money import OrderMoney
from order_svc.domain.sales.stock import StockMovementKind
from order_svc.tables.anomalies import ANOMALIES_OF_PARCEL
from order_svc.tables.cases import CASE_LINES_OF_ORDER, UNITS_OF_ORDER
from order_svc.tables.charge_backs import CHARGE_BACKS_BY_REFERENCE
from order_svc.tables.compensations import COMPENSATIONS_OF
from order_svc.tables.intercepts import OPEN_INTERCEPT, SENT_RETURN
from order_svc.tables.ledger import POSTINGS_OF_ORDER, POSTINGS_OF_SUBJECT
from order_svc.tables.merchant_settings import SETTING_IN_FORCE
from order_svc.tables.order_money import MONEY_OF_ORDERS
from order_svc.tables.orders import DROP_LINE, LINES_OF_ORDER, LOCK_ORDERS, ORDER_TO_LOCK
from order_svc.tables.parcels import (
    PARCEL_LINES_OF_ORDER,
    PARCELS_OF_ORDER,
    PARCELS_OF_ORDER_BY_WAYBILL,
    PARCELS_OF_WAYBILL,
    PARCELS_OF_WAYBILLS,
    PARCELS_OF_WAYBILLS_LOCKED,
    SCANS_OF_PARCELS,
    SCANS_OF_WAYBILL,
)
from order_svc.tables.partner_inbox import WAKE_PUSHES
from order_svc.tables.payments import (
    CALLS_TO_LOCK,
    DROP_CALL,
    GIVE_UP_CALL,
    HURRY_CALL,
    LIVE_PAYMENTS,
    ORDER_OF_PAYMENT,
    QUERY_NOW,
    REFUNDS_OF,
    REFUNDS_OF_CASE,
    SHARES_OF,
    TAKEN_PAYMENTS,
    TAKEN_PAYMENTS_LOCKED,
)
from order_svc.tables.restrictions import RESTRICTIONS_OF_ORDER, SHARE_RESTRICTIONS
from order_svc.tables.shipping import ACCOUNTS_OF_MERCHANT, EVERY_ACCOUNT_OF_MERCHANT
from order_svc.tables.stock import RETURNED_OF_ORDER

TRACE = TraceContext("0" * 31 + "1", "0" * 15 + "1")
SETTINGS = SimpleNamespace(
    payment_hours=1,
    longest_payment_hours=48,
    longest_plan_hours=96,
    review_hours=1,
    ship_hours=1,
    delivery_hours=2,
    auto_receipt_hours=2,
    after_sale_window_hours=3,
    least_window_hours=1,
    hand_over_tolerance_minutes=1,
    virtual_receipt_hours=1,
    collection_hours=1,
    receipt_extensions=1,
    receipt_reminder_hours=1,
    longest_receipt_extension_days=7,
    parcel_silence_hours={},
)
Table = dict[tuple[Any, ...], Any]


@dataclass
class MemoryDatabase:
    """Every table as a dictionary by key. Rows are immutable, so a copy of the dictionaries is a copy of the state."""

    tables: Mapping[str, Table] = field(default_factory=dict)
    clock: FixedClock = field(default_factory=FixedClock)
    ids: SequentialIds = field(default_factory=SequentialIds)

    def table(self, name: str) -> Table:
        return self.tables.setdefault(name, {})  # type: ignore[attr-defined]

    def rows(self, name: str) -> list[Any]:
        """The rows of a table in the order of their insertion, which is that of their ids."""
        rows = self.tables.get(name)
        return list(rows.values()) if rows else []

    def is_copy_of(self, other: "MemoryDatabase") -> bool:
        """Whether the rows, the time and the next id are the same."""
        times, ids = (self.clock.now(), other.clock.now()), (self.ids._count, other.ids._count)
        return self.tables == other.tables and len({*times}) == len({*ids}) == 1

    async def run(self, command: Callable[..., Any], *args: Any, by: Actor = SYSTEM, **named: Any) -> Any:
        """Run a command in a transaction of its own; one that raises changes nothing."""
        before = {name: dict(rows) for name, rows in self.tables.items()}
        try:
            return await command(MemoryTransaction(self, by), *args, **named)
        except Exception:
            self.tables = before
            raise


def _of(table: str, **wanted: str) -> Callable[[MemoryDatabase, Mapping[str, Any]], list[Any]]:
    """The rows of a table whose columns equal these parameters."""

    def found(memory: MemoryDatabase, params: Mapping[str, Any]) -> list[Any]:
        rows = memory.rows(table)
        return [row for row in rows if all(getattr(row, column) == params[name] for column, name in wanted.items())]

    return found


def _of_any(table: str, **wanted: str) -> Callable[[MemoryDatabase, Mapping[str, Any]], list[Any]]:
    """The rows of a table whose columns are in these parameters."""

    def found(memory: MemoryDatabase, params: Mapping[str, Any]) -> list[Any]:
        rows = memory.rows(table)
        return [row for row in rows if all(getattr(row, column) in params[name] for column, name in wanted.items())]

    return found


def _units(memory: MemoryDatabase, params: Mapping[str, Any]) -> list[Any]:
    of_order = {name: _of(name, order_id="order_id")(memory, params) for name in ("order_lines", "cases", "case_lines")}
    lines, cases, case_lines = of_order.values()
    return [OrderUnits(lines=lines, cases=cases, case_lines=case_lines)]


def _contents(memory: MemoryDatabase, params: Mapping[str, Any]) -> list[Any]:
    ours = {parcel.id for parcel in memory.rows("parcels") if parcel.order_id == params["order_id"]}
    return [line for line in memory.rows("parcel_lines") if line.parcel_id in ours]


def _scans(memory: MemoryDatabase, params: Mapping[str, Any]) -> list[Any]:
    here = {parcel.id for parcel in _of("parcels", waybill_no="waybill_no")(memory, params)}
    return [event for event in memory.rows("parcel_events") if event.parcel_id in here]


def _live(memory: MemoryDatabase, params: Mapping[str, Any]) -> list[Any]:
    payments = _of("payments", order_id="order_id")(memory, params)
    return [each for each in payments if each.state in _IN_PROGRESS or (each.state == "succeeded" and not each.surplus)]


def _taken(memory: MemoryDatabase, params: Mapping[str, Any]) -> list[Any]:
    return [each for each in _live(memory, params) if each.state == "succeeded"]


def _refunds(memory: MemoryDatabase, params: Mapping[str, Any]) -> list[Any]:
    return [each for each in memory.rows("refunds") if each.payment_id in params["payment_ids"]]


def _order_of(memory: MemoryDatabase, params: Mapping[str, Any]) -> list[Any]:
    return [memory.table("orders")[each.order_id,] for each in _of("payments", id="payment_id")(memory, params)]


def _money(memory: MemoryDatabase, params: Mapping[str, Any]) -> list[Any]:
    names = ("payments", "refunds", "compensations")
    payments, refunds, paid = ([r for r in memory.rows(n) if r.order_id in params["order_ids"]] for n in names)
    return [OrderMoney(payments, refunds, paid)]


def _charge_backs(memory: MemoryDatabase, params: Mapping[str, Any]) -> list[Any]:
    known = _of("charge_backs", provider="provider")(memory, params)
    return [each for each in known if each.reference in params["references"]]


_IN_PROGRESS = ("pending", "authorised", "capturing")
_WAYBILL = {name: name for name in ("order_id", "leg", "carrier", "waybill_no", "case_id")}
QUERIES = {
    LINES_OF_ORDER: _of("order_lines", order_id="order_id"),
    ORDER_TO_LOCK: _of("orders", id="order_id"),
    UNITS_OF_ORDER: _units,
    CASE_LINES_OF_ORDER: _of("case_lines", order_id="order_id"),
    PARCELS_OF_ORDER: _of("parcels", order_id="order_id"),
    PARCELS_OF_ORDER_BY_WAYBILL: _of("parcels", **_WAYBILL),
    PARCELS_OF_WAYBILL: _of("parcels", waybill_no="waybill_no"),
    PARCELS_OF_WAYBILLS: _of_any("parcels", waybill_no="waybill_nos"),
    PARCELS_OF_WAYBILLS_LOCKED: _of_any("parcels", waybill_no="waybill_nos"),
    LOCK_ORDERS: _of_any("orders", id="order_ids"),
    SCANS_OF_PARCELS: _of_any("parcel_events", parcel_id="parcel_ids"),
    SCANS_OF_WAYBILL: _scans,
    REFUNDS_OF_CASE: _of("refunds", case_id="case_id"),
    PARCEL_LINES_OF_ORDER: _contents,
    LIVE_PAYMENTS: _live,
    TAKEN_PAYMENTS: _taken,
    TAKEN_PAYMENTS_LOCKED: _taken,
    REFUNDS_OF: _refunds,
    SHARES_OF: _of("refunds", share_of="refund_id"),
    POSTINGS_OF_ORDER: _of("ledger_postings", order_id="order_id"),
    POSTINGS_OF_SUBJECT: _of("ledger_postings", subject_id="subject_id", kind="kind"),
    RETURNED_OF_ORDER: lambda memory, params: [
        each
        for each in memory.rows("stock_movements")
        if each.order_id == params["order_id"] and each.kind is StockMovementKind.RETURNED
    ],
    ANOMALIES_OF_PARCEL: _of("parcel_anomalies", parcel_id="parcel_id"),
    EVERY_ACCOUNT_OF_MERCHANT: lambda _, __: [],
    ACCOUNTS_OF_MERCHANT: lambda _, __: [],  # nor has a label made
    OPEN_INTERCEPT: lambda _, __: [],  # nobody asks for one here
    SENT_RETURN: lambda _, __: [],  # nobody asks for one here
    CHARGE_BACKS_BY_REFERENCE: _charge_backs,
    SETTING_IN_FORCE: lambda _, __: [],  # the platform's times hold
    SHARE_RESTRICTIONS: lambda _, __: [],
    RESTRICTIONS_OF_ORDER: lambda memory, _: memory.rows("restrictions"),
    COMPENSATIONS_OF: _of("compensations", order_id="order_id"),
    MONEY_OF_ORDERS: _money,
    ORDER_OF_PAYMENT: _order_of,
    CALLS_TO_LOCK: lambda memory, params: [
        each for each in memory.rows("provider_calls") if each.id in params["refund_ids"]
    ],
}


class MemoryTransaction(Transaction):
    """The chassis' transaction, with its statements executed on the dictionaries."""

    def __init__(self, memory: MemoryDatabase, actor: Actor) -> None:
        source = {"source": "/order-svc", "trace": TRACE, "cursors": None, "ids": memory.ids}
        super().__init__(None, actor=actor, clock=memory.clock, settings=SETTINGS, **source)  # type: ignore[arg-type]
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

    async def insert_last(self, rows: Any, row: Any) -> None:
        await self.insert(rows, row)

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
        if statement in (WAKE_PUSHES, HURRY_CALL, GIVE_UP_CALL, QUERY_NOW):
            return 0  # no push waits for its parcel here, and calls have no times
        if statement is DROP_LINE:
            return int(self.memory.table("order_lines").pop((params["line_id"],), None) is not None)
        assert statement is DROP_CALL
        return int(self.memory.table("provider_calls").pop((params["call_id"],), None) is not None)

    def change(self, *_: Any, **__: Any) -> None:
        """When the silence of a parcel is looked at is left out."""

    async def flush(self) -> None:
        """Inserts are not collected here."""

    async def _keep(self, rows: Any, row: Any, events: tuple[Any, ...]) -> Any:
        assert events, "a change without an event"
        self.recorded += [self._envelope(event, row.version + n) for n, event in enumerate(events, 1)]
        kept = replace(row, version=row.version + len(events))
        await self.upsert(rows, kept)
        return kept
