"""A transaction on one document in memory, so that commands can be run without a database, and the events that they consume."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from aftercare_chassis.lifecycle import PLAIN_HOURS, SYSTEM, Actor
from aftercare_chassis.refusals import Refusal
from aftercare_events import Event
from cs_svc.domain.orders import KnownCase, KnownOrder
from cs_svc.settings import Settings
from cs_svc.tables.conversations import LOCK_NOT_NOTIFIED
from cs_svc.tables.orders import KNOWN_ORDERS

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SETTINGS = Settings.model_construct(
    reply_hours=4,
    complaint_answer_hours=48,
    complaint_resolve_hours=240,
    complaint_repeat_hours=720,
    complaint_high_amount_minor=500_000,
    complaint_history_days=90,
    complaint_calendar="",
)
CASE = KnownCase(id="case_1", order_id="ord_1", buyer_id="buyer-1", merchant_id="m-1", state="rejected", ended=True)
ORDER = KnownOrder(id="ord_1", buyer_id="buyer-1", merchant_id="m-1", state="delivered")
Row = Any  # a conversation, a complaint, feedback or a rating
Command = Callable[[Any], Awaitable[object]]


class Memory:
    """A transaction on one document. `row` is what it leaves behind, `events` what it recorded, `inserted` its further rows."""

    cause = None

    def __init__(self, row: Row, role: str, now: datetime = NOW) -> None:
        self.row, self.now, self.settings = row, now, SETTINGS
        self.timing = PLAIN_HOURS
        self.events: list[Event] = []
        self.inserted: list[object] = []
        merchant = "m-1" if role == "seller" else None
        self.actor = SYSTEM if role == "system" else Actor(f"{role}-1", role, merchant)

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_1"

    async def find(self, rows: Any, *_: Any) -> KnownCase | KnownOrder:
        return ORDER if rows is KNOWN_ORDERS else CASE

    async def one(self, *_: Any, **__: Any) -> None:
        return None

    async def lock(self, *_: Any) -> Row:
        return self.row

    async def all(self, query: Any, **_: Any) -> list[Row]:
        return [self.row] if query is LOCK_NOT_NOTIFIED else []

    async def lock_all(self, *_: Any, **__: Any) -> list[Row]:
        return []

    async def create(self, rows: Any, row: Row, *events: Event) -> Row:
        return await self.save(rows, row, *events)

    async def save(self, _: Any, row: Row, *events: Event) -> Row:
        assert events, "a change is recorded by an event"
        self.row = replace(row, version=row.version + len(events))
        self.events += events
        return self.row

    async def insert(self, _: Any, *rows: object) -> None:
        self.inserted += rows

    def execute_last(self, *_: Any, **__: Any) -> None:
        """Marks are tested on a database."""

    def change(self, *_: Any, **__: Any) -> None:
        """Answers of the bot are tested on a database."""

    def wake(self, name: str) -> None:
        """Nobody listens here."""


async def after(command: Command, row: Row, role: str, now: datetime = NOW) -> Row:
    """The row after one command; the same where it is refused."""
    tx = Memory(row, role, now)
    try:
        await command(tx)
    except Refusal:
        return row
    return tx.row


def dispute_event(cls: type[Event], row: Row) -> Any:
    usual = {
        "affected_party": "buyer-1",
        "applicant": "buyer-1",
        "handler": "system",
        "time": NOW,
        "result": "?",
        "dispute_id": "dsp_1",
        "case_id": "case_1",
        "order_id": "ord_1",
        "complaint_id": row.id,
        "buyer_id": "buyer-1",
        "merchant_id": "m-1",
        "state": "?",
        "category": "other",
        "refunded_minor": 0,
        "currency": "CNY",
    }
    return cls(**{name: value for name, value in usual.items() if name in cls.model_fields})
