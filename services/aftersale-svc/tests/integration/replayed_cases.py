"""The cases and disputes that the published events add up to, to compare with the rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from aftercare_events import CaseEvent, DisputeEvent, Envelope, RefundRequested


@dataclass(frozen=True)
class Replayed:
    """What the events of one document say of it now. `deadline`: whose turn it is, and until when."""

    version: int
    state: str
    type: str | None
    deadline: tuple[str, datetime | None] | None
    refunds: tuple[str, ...] = ()


def replayed(envelopes: Iterable[Envelope]) -> dict[str, Replayed]:
    """By id: every case and dispute as its events tell it, from the first to the last. Raises: AssertionError where one is missing."""
    found: dict[str, Replayed] = {}
    for envelope in envelopes:
        event = envelope.event()
        if not isinstance(event, CaseEvent | DisputeEvent):
            continue
        before = found.get(envelope.subject, Replayed(0, "", None, None))
        assert envelope.sequence == before.version + 1, f"an event of {envelope.subject} is missing"
        after = replace(before, version=envelope.sequence, state=event.state)
        if isinstance(event, CaseEvent):
            after = replace(after, type=event.case_type)
        if isinstance(event, RefundRequested):
            after = replace(after, refunds=(*after.refunds, event.refund_id))
        for change in event.deadlines or ():
            after = replace(after, deadline=(change.turn or "", change.due_at) if change.running else None)
        found[envelope.subject] = after
    return found


ROWS = """
SELECT c.id, c.version, c.state, c.type, d.turn, d.due_at, d.id IS NOT NULL AS running,
       ARRAY(SELECT r.id FROM refunds r WHERE r.case_id = c.id ORDER BY r.id) AS refunds
  FROM cases c LEFT JOIN deadlines d ON d.document_id = c.id AND d.ended_at IS NULL
UNION ALL
SELECT s.id, s.version, s.state, NULL, d.turn, d.due_at, d.id IS NOT NULL, ARRAY[]::text[]
  FROM disputes s LEFT JOIN deadlines d ON d.document_id = s.id AND d.ended_at IS NULL
"""


def stored(row: Mapping[str, Any]) -> Replayed:
    """The same of a row of ROWS."""
    deadline = (row["turn"], row["due_at"]) if row["running"] else None
    return Replayed(row["version"], row["state"], row["type"], deadline, tuple(row["refunds"]))
