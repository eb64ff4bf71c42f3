"""The fold of the log: every event becomes a row of the trace, and some become facts for the figures."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import Any
from uuid import UUID

from aftercare_chassis.consumer.dispatcher import Handlers
from aftercare_chassis.database.transaction import Transaction
from aftercare_events import (
    EVENTS,
    AfterSaleApproved,
    AfterSaleCancelled,
    AfterSaleClosed,
    AfterSaleCompleted,
    AfterSaleRejected,
    AfterSaleRequested,
    CaseEvent,
    DisputeEvent,
    DisputeExecuted,
    DisputeOpened,
    DisputeWithdrawn,
    Envelope,
    Event,
    RatingChanged,
    RatingGiven,
    RefundSucceeded,
    VerdictGiven,
    registry,
)

from analytics_svc import tables
from analytics_svc.domain.model import CaseFacts, DisputeFacts, RatingFacts, RefundFacts, TraceEvent

DOCUMENTS = (
    "order_id",
    "case_id",
    "complaint_id",
    "dispute_id",
    "conversation_id",
    "payment_id",
    "parcel_id",
    "refund_id",
)
PARTIES = ("affected_party", "applicant", "handler", "buyer_id", "merchant_id")
UNKNOWN, LONGEST = "unknown", 255


async def keep(tx: Transaction, event: Event) -> None:
    """Take one event into the trace and the facts; a second time changes nothing."""
    if tx.cause is None:
        raise ValueError("an event is kept together with its envelope")
    # Its fields as they are: asking a model for one that it has not costs many times more.
    if not await _kept(tx, traced(tx.cause, event.__dict__)):
        return
    fold = next((FOLDS[kind] for kind in type(event).__mro__ if kind in FOLDS), None)
    if fold is not None:
        await fold(tx, event)


async def keep_unknown(tx: Transaction, envelope: Envelope) -> None:
    """Take an event of a type that this build does not know, or the second telling of a fact, into the trace alone."""
    fields = registry.fields_of(envelope.type, envelope.data)
    evidence = fields.get("evidence")
    said: dict[str, Any] = {name: value for name, value in fields.items() if _is_word(value)}
    said["evidence"] = [each for each in evidence if _is_word(each)] if isinstance(evidence, list) else []
    await _kept(tx, traced(envelope, said))


async def _kept(tx: Transaction, row: TraceEvent) -> int:
    return await tx.execute(tables.KEEP, **{name: getattr(row, name) for name in TraceEvent.__slots__})


def traced(envelope: Envelope, said: Mapping[str, Any]) -> TraceEvent:
    """The row of the trace for an event that says this; an answer that it does not give is `unknown`."""
    return TraceEvent(
        event_id=envelope.id,
        type=envelope.type,
        topic=envelope.topic,
        source=envelope.source,
        subject=envelope.subject,
        sequence=envelope.sequence,
        time=envelope.time,
        affected_party=said.get("affected_party", UNKNOWN),
        applicant=said.get("applicant", UNKNOWN),
        handler=said.get("handler", UNKNOWN),
        matter=said.get("matter", UNKNOWN),
        result=said.get("result", UNKNOWN),
        evidence=list(said.get("evidence", ())),
        caused_by=UUID(envelope.causation_id) if envelope.causation_id else None,
        correlation_id=envelope.correlation_id,
        work_id=_work(envelope),
        order_id=said.get("order_id"),
        case_id=said.get("case_id"),
        complaint_id=said.get("complaint_id"),
        refund_id=said.get("refund_id"),
        buyer_id=said.get("buyer_id"),
        merchant_id=said.get("merchant_id"),
        documents=_named(said, DOCUMENTS),
        parties=_named(said, PARTIES),
    )


def _is_word(value: object) -> bool:
    """An id or a code, as every event of the catalogue has them: nothing has looked at these before."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST and "\0" not in value


def _named(said: Mapping[str, Any], fields: tuple[str, ...]) -> list[str]:
    found = [said.get(name) for name in fields]
    return list(dict.fromkeys(value for value in found if value is not None))


def _work(envelope: Envelope) -> UUID:
    """One transaction of a producer has one instant, one correlation and one cause, and no other transaction has them."""
    told = f"{envelope.source}|{envelope.correlation_id}|{envelope.causation_id}|{envelope.time.isoformat()}"
    return UUID(bytes=blake2b(told.encode(), digest_size=16).digest())


async def case_requested(tx: Transaction, event: AfterSaleRequested) -> None:
    facts = CaseFacts(
        id=event.case_id,
        type=event.case_type,
        reason=event.reason,
        state=event.state,
        requested_at=event.time,
    )
    await tx.upsert(tables.CASES, facts)


async def case_moved(tx: Transaction, event: CaseEvent) -> None:
    case = await tx.get(tables.CASES, event.case_id)
    answered = event.time if isinstance(event, AfterSaleApproved | AfterSaleRejected) else None
    closed = event.time if isinstance(event, AfterSaleCompleted | AfterSaleClosed | AfterSaleCancelled) else None
    moved = replace(
        case,
        state=event.state,
        answered_at=case.answered_at or answered,
        # A verdict may reopen a closed case: then only its next end counts.
        closed_at=closed,
    )
    await tx.upsert(tables.CASES, moved)


async def refund_paid(tx: Transaction, event: RefundSucceeded) -> None:
    facts = RefundFacts(
        id=event.refund_id,
        case_id=event.case_id,
        amount_minor=event.amount_minor,
        currency=event.currency,
        succeeded_at=event.time,
    )
    await tx.upsert(tables.REFUNDS, facts)


async def dispute_opened(tx: Transaction, event: DisputeOpened) -> None:
    facts = DisputeFacts(id=event.dispute_id, category=event.category, state=event.state, opened_at=event.time)
    await tx.upsert(tables.DISPUTES, facts)


async def dispute_moved(tx: Transaction, event: DisputeEvent) -> None:
    dispute = await tx.get(tables.DISPUTES, event.dispute_id)
    moved = replace(
        dispute,
        state=event.state,
        liable=event.liable if isinstance(event, VerdictGiven) else dispute.liable,
        ended_at=event.time if isinstance(event, DisputeExecuted | DisputeWithdrawn) else dispute.ended_at,
    )
    await tx.upsert(tables.DISPUTES, moved)


async def rated(tx: Transaction, event: RatingGiven | RatingChanged) -> None:
    before = await tx.find(tables.RATINGS, event.rating_id)
    given_at = before.given_at if before else event.time
    await tx.upsert(tables.RATINGS, RatingFacts(id=event.rating_id, scores=dict(event.scores), given_at=given_at))


HANDLERS: Handlers = {
    **dict.fromkeys(EVENTS.values(), keep),
    Envelope: keep_unknown,
}

FOLDS: Mapping[type, Callable[[Transaction, Any], Awaitable[None]]] = {
    AfterSaleRequested: case_requested,
    CaseEvent: case_moved,
    RefundSucceeded: refund_paid,
    DisputeOpened: dispute_opened,
    DisputeEvent: dispute_moved,
    RatingGiven: rated,
    RatingChanged: rated,
}
"""What becomes a fact; the nearest class of an event decides."""
