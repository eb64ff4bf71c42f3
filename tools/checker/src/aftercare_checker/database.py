"""What the checker reads of a service's database, in plain SQL."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import asyncpg

# Any: rows as asyncpg returns them, each query with its own columns; and its pooled or plain connection.

# An aggregate is a table with a text `id` as its only key and a `version`.
_AGGREGATES = """
SELECT t.table_name FROM information_schema.tables t
WHERE t.table_schema = 'public' AND t.table_type = 'BASE TABLE'
  AND EXISTS (SELECT 1 FROM information_schema.columns c WHERE c.table_schema = 'public'
              AND c.table_name = t.table_name AND c.column_name = 'version')
  AND (SELECT array_agg(k.column_name::text) FROM information_schema.table_constraints p
       JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name, table_name)
       WHERE p.table_schema = 'public' AND p.table_name = t.table_name AND p.constraint_type = 'PRIMARY KEY')
      = ARRAY['id']
ORDER BY 1
"""
_PAYMENTS = """
SELECT id, order_id, provider, state, amount_minor, refunded_minor, charged_back_minor, currency FROM payments
"""
_REFUNDS = (
    "SELECT id, payment_id, case_id, state, amount_minor, currency, outside, reversed_at, owed_by_case FROM refunds"
)
_POSTINGS = "SELECT order_id, debit, credit, amount_minor, currency FROM ledger_postings"
_LINES = """
SELECT line.id, line.quantity, line.shipped_quantity, line.withdrawn_quantity, line.held_quantity,
       coalesce(sent.units, 0) AS in_parcels, coalesce(asked.withdrawn, 0) AS withdrawn_by_cases,
       coalesce(asked.held, 0) AS held_by_cases, coalesce(asked.for_nothing, 0) AS held_for_nothing
FROM order_lines line
LEFT JOIN (SELECT line_id, sum(quantity) AS units FROM parcel_lines
           JOIN parcels ON parcels.id = parcel_id AND leg = 'outbound' GROUP BY line_id) sent ON sent.line_id = line.id
LEFT JOIN (SELECT line_id, sum(withdrawn_quantity) AS withdrawn, sum(held_quantity) AS held,
                  sum(held_quantity) FILTER (WHERE state <> 'open' AND NOT refunding) AS for_nothing
           FROM case_lines JOIN cases ON cases.id = case_id GROUP BY line_id) asked ON asked.line_id = line.id
"""
_TRACE = "SELECT event_id, topic, type, subject, sequence FROM trace_events"
_DECIDED = "SELECT consumer, topic, partition, log_offset, decision FROM parked_decision"
_PARKED = "SELECT consumer, topic, partition, log_offset, aggregateid, type, reason FROM parked_event ORDER BY id"
# Rows that aftersale-svc must not have, by name. Each unit and its money are held by one case at most, and the freight is
# refunded once. What a case holds follows from its state and its refund; an exchange that moved no money holds nothing, but for
# the units that did not come back of one whose hold was claimed. What a deposit has paid stays settled, and so does
# what was paid and came back. A case of a cancelled order waits for a refund or a verdict, or owes what came back, if at all; a verdict is executed when its case has ended. The ledger
# of deadlines has one open entry, of the same turn and the same end, for each document that has not ended.
_FINDINGS = {
    "lines": """
        SELECT l.line_id, l.quantity, sum(h.units) AS units, l.paid_minor, sum(h.amount_minor) AS minor
        FROM order_lines l JOIN holds h USING (line_id)
        WHERE h.state <> 'released' GROUP BY l.line_id, l.quantity, l.paid_minor
        HAVING sum(h.units) > l.quantity OR sum(h.amount_minor) > l.paid_minor
    """,
    "holds": """
        SELECT h.case_id, h.line_id, h.state AS hold, c.state FROM holds h JOIN cases c ON c.id = h.case_id
        LEFT JOIN refunds r ON r.id = c.refund_id
        LEFT JOIN money_holds m ON m.case_id = c.id AND m.claimed_at IS NOT NULL
        LEFT JOIN case_lines l ON l.case_id = h.case_id AND l.line_id = h.line_id
        LEFT JOIN inspections i ON i.case_id = h.case_id AND i.line_id = h.line_id
        WHERE NOT coalesce(r.owed_again AND r.state <> 'succeeded', false) AND h.state <> CASE WHEN c.paid_before_minor > 0 OR EXISTS (
                                  SELECT FROM guarantee_claims g
                                  WHERE g.case_id = c.id AND g.kind = 'merchant_deposit' AND g.state = 'paid'
                              ) THEN 'settled'
                              WHEN m.case_id IS NOT NULL AND l.quantity > coalesce(i.accepted, 0) THEN 'settled'
                              WHEN c.state = 'completed' AND r.state = 'succeeded' THEN 'settled'
                              WHEN c.state IN ('completed', 'closed', 'cancelled') THEN 'released' ELSE 'held' END
    """,
    "freight": """
        SELECT o.id, o.shipping_fee_minor AS fee, sum(c.shipping_refund_minor) AS freight
        FROM orders o JOIN cases c ON c.order_id = o.id
        WHERE c.state IN ('refunding', 'completed') GROUP BY o.id, o.shipping_fee_minor
        HAVING sum(c.shipping_refund_minor) > o.shipping_fee_minor
    """,
    "waiting": """
        SELECT c.id, c.state FROM cases c JOIN orders o ON o.id = c.order_id LEFT JOIN refunds r ON r.id = c.refund_id
        WHERE o.state = 'cancelled' AND NOT coalesce(r.owed_again, false) AND c.state NOT IN ('completed', 'closed', 'cancelled', 'refunding', 'disputed')
    """,
    "executing": """
        SELECT d.id, c.state FROM disputes d JOIN cases c ON c.id = d.case_id
        WHERE d.state = 'executing' AND c.state IN ('completed', 'closed', 'cancelled')
    """,
    "deadlines": """
        SELECT d.id, d.state, count(l.id) AS open FROM (
            SELECT id, state, whose_turn, deadline_at FROM cases
            UNION ALL SELECT id, state, whose_turn, deadline_at FROM disputes
            UNION ALL SELECT id, state, whose_turn, deadline_at FROM courier_claims
            UNION ALL SELECT id, state, whose_turn, deadline_at FROM guarantee_claims
            UNION ALL SELECT id, state, whose_turn, deadline_at FROM refused_goods_claims
        ) d LEFT JOIN deadlines l ON l.document_id = d.id AND l.ended_at IS NULL
        GROUP BY d.id, d.state, d.whose_turn, d.deadline_at
        HAVING count(l.id) <> (d.whose_turn <> 'nobody')::int
            OR bool_or(l.turn <> d.whose_turn OR l.due_at IS DISTINCT FROM d.deadline_at)
    """,
}


Place = tuple[str, int, int]
"""Topic, partition and offset."""


@dataclass(slots=True)
class DatabaseState:
    """The content of one database at one instant."""

    name: str
    outbox: int = 0
    blocked: list[str] = field(default_factory=list)
    inbox: dict[str, set[bytes]] = field(default_factory=dict)
    cursors: dict[str, dict[tuple[str, int], int]] = field(default_factory=dict)
    parked: list[dict[str, Any]] = field(default_factory=list)
    decided: list[dict[str, Any]] = field(default_factory=list)
    aggregates: dict[str, dict[str, int]] = field(default_factory=dict)
    payments: list[dict[str, Any]] = field(default_factory=list)
    refunds: list[dict[str, Any]] = field(default_factory=list)
    postings: list[dict[str, Any]] = field(default_factory=list)
    findings: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)
    trace: list[tuple[bytes, str, str, str, int]] | None = None
    journal: list[tuple[bytes, str, int]] | None = None

    def ever_parked(self, consumer: str | None = None) -> set[Place]:
        """The places of all events that one consumer, or any, has ever parked."""
        return _places(row for row in (*self.parked, *self.decided) if consumer in (None, row["consumer"]))

    def without_effect(self) -> set[Place]:
        """The places of events that may have no effect: still parked, or discarded."""
        return _places(self.parked) | self.discarded()

    def discarded(self) -> set[Place]:
        """The places of events that an operator has discarded."""
        return _places(row for row in self.decided if row["decision"] == "discarded")


def _places(rows: Iterable[dict[str, Any]]) -> set[Place]:
    return {(row["topic"], row["partition"], row["log_offset"]) for row in rows}


async def read(name: str, dsn: str, journal: str | None = None) -> DatabaseState:
    """Everything that the checks need, in one snapshot."""
    connection = await asyncpg.connect(dsn, timeout=20)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return await _read(connection, name, journal)
    finally:
        await connection.close()


async def progress(dsn: str) -> tuple[int, dict[str, dict[tuple[str, int], int]], bool]:
    """Rows left in the outbox without blocked aggregates, the cursors of each consumer, and whether it consumes all topics."""
    connection = await asyncpg.connect(dsn, timeout=20)
    try:
        left: int = await connection.fetchval(
            "SELECT count(*) FROM outbox WHERE aggregateid NOT IN (SELECT aggregateid FROM outbox_blocked)"
        )
        return left, await _cursors(connection), await _has(connection, "trace_events")
    finally:
        await connection.close()


async def _read(connection: Any, name: str, journal: str | None) -> DatabaseState:
    state = DatabaseState(name)
    state.outbox = await connection.fetchval("SELECT count(*) FROM outbox")
    blocked = await connection.fetch("SELECT aggregateid, reason FROM outbox_blocked ORDER BY 1")
    state.blocked = [f"{row['aggregateid']}: {row['reason']}" for row in blocked]
    async for row in connection.cursor("SELECT consumer, event_id FROM inbox", prefetch=10_000):
        state.inbox.setdefault(row["consumer"], set()).add(row["event_id"].bytes)
    state.cursors = await _cursors(connection)
    state.parked = [dict(row) for row in await connection.fetch(_PARKED)]
    for row in await connection.fetch(_AGGREGATES):
        table = row["table_name"]
        found = await connection.fetch(f'SELECT id, version FROM "{table}"')  # noqa: S608 - a name from the catalogue
        state.aggregates[table] = {each["id"]: each["version"] for each in found}
    await _read_own_tables(connection, state, journal)
    return state


async def _read_own_tables(connection: Any, state: DatabaseState, journal: str | None) -> None:
    """Tables that only some services have."""
    if await _has(connection, "parked_decision"):
        state.decided = [dict(row) for row in await connection.fetch(_DECIDED)]
    if await _has(connection, "refunds") and await _has(connection, "payments"):
        state.payments = [dict(row) for row in await connection.fetch(_PAYMENTS)]
        state.refunds = [dict(row) for row in await connection.fetch(_REFUNDS)]
    if await _has(connection, "ledger_postings"):
        state.postings = [dict(row) for row in await connection.fetch(_POSTINGS)]
    if await _has(connection, "disputes"):
        for name, query in _FINDINGS.items():
            state.findings[name] = [dict(row) for row in await connection.fetch(query)]
    if await _has(connection, "parcel_lines"):
        state.lines = [dict(row) for row in await connection.fetch(_LINES)]
    if await _has(connection, "trace_events"):
        rows = await connection.fetch(_TRACE)
        state.trace = [
            (row["event_id"].bytes, row["topic"], row["type"], row["subject"], row["sequence"]) for row in rows
        ]
    if journal is not None:
        state.journal = []
        query = f'SELECT event_id, subject, sequence FROM "{journal}" ORDER BY id'  # noqa: S608 - the caller's table
        async for row in connection.cursor(query, prefetch=10_000):
            state.journal.append((row["event_id"].bytes, row["subject"], row["sequence"]))


async def _has(connection: Any, table: str) -> bool:
    return bool(await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", f"public.{table}"))


async def _cursors(connection: Any) -> dict[str, dict[tuple[str, int], int]]:
    found: dict[str, dict[tuple[str, int], int]] = {}
    for row in await connection.fetch("SELECT consumer, topic, partition, next_offset FROM consumer_cursor"):
        found.setdefault(row["consumer"], {})[row["topic"], row["partition"]] = row["next_offset"]
    return found
