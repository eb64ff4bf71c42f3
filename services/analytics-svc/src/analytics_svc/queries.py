"""The questions: what happened around an order, a case, a complaint or a party; and the figures of a period."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from aftercare_chassis.database.mapping import Query
from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.refusals import NotFound
from asyncpg import Record
from pydantic_core import to_json

from analytics_svc import tables
from analytics_svc.domain import policy
from analytics_svc.domain.model import Figures, Spread, Trace, TraceEvent
from analytics_svc.domain.policy import Circle

PARTY_EVENTS = 2_000

QUESTIONS: Mapping[str, tuple[Query[TraceEvent], Circle]] = {
    "order_id": (tables.BY_ORDER, Circle(documents=True)),
    "case_id": (tables.BY_CASE, Circle(documents=False)),
    "complaint_id": (tables.BY_COMPLAINT, Circle(documents=False)),
}


async def trace_of_document(reader: Reader, kind: str, id: str) -> Trace:
    """All that happened to this order, or to this case or complaint with what it caused; NotFound for strangers."""
    query, circle = QUESTIONS[kind]
    asked = await reader.all(query, ids=[id])
    if not asked or not policy.owner_is(reader.actor, asked):
        raise NotFound(what=kind)
    found = await _widened(reader, asked, circle)
    return await _trace(reader, id, policy.shown_to(reader.actor, found))


async def trace_of_party(reader: Reader, party: str) -> Trace:
    """What this party took part in, the newest 2000 events; buyers and sellers may only ask about themselves."""
    limits = _own(reader.actor, party)
    asked = await reader.all(tables.BY_PARTY, ids=[party], rows=PARTY_EVENTS + 1, **limits)
    if not asked:
        raise NotFound(what="party")
    shown = policy.shown_to(reader.actor, asked[:PARTY_EVENTS])
    return await _trace(reader, party, shown, truncated=len(asked) > PARTY_EVENTS)


async def figures(reader: Reader, start: datetime, end: datetime) -> Figures:
    """The after-sales figures: of the cases requested, refunds paid, disputes opened and ratings given in the period."""
    period = {"start": start, "end": end}
    cases = await reader.all(tables.CASE_COUNTS, **period)
    refunds = await reader.all(tables.REFUND_SUMS, **period)
    disputes = await reader.all(tables.DISPUTE_COUNTS, **period)
    means = await reader.all(tables.RATING_MEANS, **period)
    rated = await reader.one(tables.RATING_COUNT, **period)
    spreads = await reader.one(tables.SPREADS, **period)
    return Figures(
        cases=_counted(cases, ("type", "reason", "state")),
        refunds={row["currency"]: row["amount_minor"] for row in refunds},
        refund_count=sum(row["number"] for row in refunds),
        to_answer=_spread(spreads, "answer"),
        to_refund=_spread(spreads, "refund"),
        to_close=_spread(spreads, "close"),
        disputes=_counted(disputes, ("category", "state", "liable")),
        ratings={row["dimension"]: row["mean"] for row in means},
        rating_count=rated["number"] if rated else 0,
    )


async def _widened(reader: Reader, asked: list[TraceEvent], circle: Circle) -> list[TraceEvent]:
    """These events and all that belongs to them, found in rounds until a round brings nothing new."""
    orders = sorted({event.order_id for event in asked if event.order_id is not None})
    found = {event.event_id: event for event in asked}
    fresh = asked
    while fresh:
        around = await reader.all(
            tables.AROUND,
            causes=[event.event_id for event in fresh],
            works=list({event.work_id for event in fresh}),
            links=sorted(circle.links(fresh)),
            orders=orders,
            known=list(found),
        )
        fresh = [event for event in around if event.event_id not in found]
        found |= {event.event_id: event for event in fresh}
    return list(found.values())


async def _trace(reader: Reader, asked: str, events: list[TraceEvent], *, truncated: bool = False) -> Trace:
    missing = truncated or await _gaps(reader, asked, events) or await _lost_causes(reader, events)
    return Trace(events=policy.causal_order(events), complete=not missing, truncated=truncated)


async def _gaps(reader: Reader, asked: str, events: list[TraceEvent]) -> bool:
    """Whether an aggregate's history has a hole, or something of it, or about what was asked for, is set aside here."""
    wanted = {event.aggregate for event in events}
    subjects = sorted({subject for _, subject in wanted})
    gaps = await reader.all(tables.GAPS, subjects=subjects)
    if any((row["topic"], row["subject"]) in wanted for row in gaps):
        return True
    return await reader.one(tables.UNTOLD, subjects=subjects, said=to_json(asked)) is not None


async def _lost_causes(reader: Reader, events: list[TraceEvent]) -> bool:
    outside = policy.missing_causes(events)
    if not outside:
        return False
    known = await reader.all(tables.KNOWN, ids=list(outside))
    return len(known) < len(outside)


def _own(actor: Actor, party: str) -> dict[str, str | None]:
    if actor.role in policy.STAFF:
        return {"buyer": None, "merchant": None}
    if actor.role == "buyer" and party == actor.id:
        return {"buyer": actor.id, "merchant": None}
    if actor.role == "seller" and actor.tenant and party in (actor.id, actor.tenant):
        return {"buyer": None, "merchant": actor.tenant}
    raise NotFound(what="party")


def _counted(rows: Iterable[Record], names: tuple[str, ...]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {name: Counter() for name in names}
    for row in rows:
        for name in names:
            if row[name] is not None:
                counts[name][row[name]] += row["number"]
    return {name: dict(sorted(counts[name].items())) for name in names}


def _spread(row: Record | None, name: str) -> Spread:
    if row is None:
        return Spread(count=0, median=None, p90=None)
    return Spread(count=row[f"{name}_count"], median=row[f"{name}_median"], p90=row[f"{name}_p90"])
