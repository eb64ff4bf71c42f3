"""The tables are computed from the log: every event becomes a row of the trace, and some change the facts for metrics."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import Any
from uuid import UUID

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import (
    AfterSaleApproved,
    AfterSaleRejected,
    AfterSaleRequested,
    CaseEvent,
    CourierRated,
    DeliveryMeasured,
    DisputeEvent,
    DisputeOpened,
    Envelope,
    Event,
    OfferMade,
    RatingChanged,
    RatingGiven,
    RefundEvent,
    RefundFailed,
    RefundReversed,
    RefundSucceeded,
    VerdictGiven,
    VerdictReplaced,
    registry,
)

from analytics_svc.domain.audit import AuditEvent
from analytics_svc.domain.deliveries import CourierRatingFacts, DeliveryFacts
from analytics_svc.domain.metrics import CaseFacts, DisputeFacts, RatingFacts, RefundFacts
from analytics_svc.domain.traces import TraceEvent
from analytics_svc.tables.audit import AUDIT_EVENTS
from analytics_svc.tables.deliveries import COURIER_RATINGS, DELIVERIES
from analytics_svc.tables.facts import CASES, DISPUTES, RATINGS, REFUNDS
from analytics_svc.tables.traces import TRACE_EVENTS

# Any: the fields of events have any JSON type.

DOCUMENT_IDS = (
    "order_id",
    "case_id",
    "complaint_id",
    "dispute_id",
    "conversation_id",
    "payment_id",
    "parcel_id",
    "refund_id",
)
PARTY_IDS = ("affected_party", "applicant", "handler", "buyer_id", "merchant_id")
UNKNOWN, MAX_LENGTH = "unknown", 255

Fields = Mapping[str, Any]
"""The fields of an event, by name."""


async def store_event(tx: Transaction, event: Event) -> None:
    """Insert an event into the trace and update the facts. Consumers and replays handle each event once.

    Raises: ValueError outside of a consumer, where the event has no envelope.
    """
    if tx.cause is None:
        raise ValueError("an event is stored together with its envelope")
    # `__dict__`, since looking up a field that a model lacks costs many times more.
    await _store(tx, tx.cause, event.__dict__)
    update = next((FACT_UPDATES[cls] for cls in type(event).__mro__ if cls in FACT_UPDATES), None)
    if update is not None:
        await update(tx, event)


async def store_unknown_event(tx: Transaction, envelope: Envelope) -> None:
    """Insert an event of a type unknown to this build, or one that repeats a fact in another version, into the trace only."""
    data = registry.fields_of(envelope.type, envelope.data)
    evidence = data.get("evidence")
    fields: dict[str, Any] = {name: value for name, value in data.items() if _is_id_or_code(value)}
    fields["evidence"] = [each for each in evidence if _is_id_or_code(each)] if isinstance(evidence, list) else []
    await _store(tx, envelope, fields)


async def _store(tx: Transaction, envelope: Envelope, fields: Fields) -> None:
    row = trace_event(envelope, fields)
    await tx.insert(TRACE_EVENTS, row)
    if envelope.operation is not None and envelope.actor_role is not None:
        await tx.insert(AUDIT_EVENTS, _audit_event(row, envelope.operation, envelope.actor_role, fields))


def trace_event(envelope: Envelope, fields: Fields) -> TraceEvent:
    """The row of an event with these fields; a trace field that it lacks is `unknown`."""
    return TraceEvent(
        event_id=envelope.id,
        type=envelope.type,
        topic=envelope.topic,
        source=envelope.source,
        subject=envelope.subject,
        sequence=envelope.sequence,
        time=envelope.time,
        affected_party=fields.get("affected_party", UNKNOWN),
        applicant=fields.get("applicant", UNKNOWN),
        handler=fields.get("handler", UNKNOWN),
        matter=fields.get("matter", UNKNOWN),
        result=fields.get("result", UNKNOWN),
        evidence=list(fields.get("evidence", ())),
        caused_by=UUID(envelope.causation_id) if envelope.causation_id else None,
        correlation_id=envelope.correlation_id,
        work_id=_work_id(envelope),
        order_id=fields.get("order_id"),
        case_id=fields.get("case_id"),
        complaint_id=fields.get("complaint_id"),
        refund_id=fields.get("refund_id"),
        buyer_id=fields.get("buyer_id"),
        merchant_id=fields.get("merchant_id"),
        documents=_values(fields, DOCUMENT_IDS),
        parties=_values(fields, PARTY_IDS),
    )


def _audit_event(row: TraceEvent, operation: str, role: str, fields: Fields) -> AuditEvent:
    """The event of an audited command. One that only states that a command was executed names what it was about."""
    return AuditEvent(
        id=str(row.event_id),
        time=row.time,
        actor_id=row.handler,
        actor_role=role,
        service=row.source.removeprefix("/"),
        operation=operation,
        object_id=fields.get("object_id") or row.subject,
        event_type=row.type,
        result=row.result,
        trace_id=row.correlation_id,
    )


def _is_id_or_code(value: object) -> bool:
    """Whether the value of an unvalidated event is text such as the fields of known events hold."""
    return isinstance(value, str) and 0 < len(value) <= MAX_LENGTH and "\0" not in value


def _values(fields: Fields, names: tuple[str, ...]) -> list[str]:
    found = [fields.get(name) for name in names]
    return list(dict.fromkeys(value for value in found if value is not None))


def _work_id(envelope: Envelope) -> UUID:
    """The same id for all events of one transaction of a producer: only they share time, correlation and cause."""
    shared = f"{envelope.source}|{envelope.correlation_id}|{envelope.causation_id}|{envelope.time.isoformat()}"
    return UUID(bytes=blake2b(shared.encode(), digest_size=16).digest())


async def _case_requested(tx: Transaction, event: AfterSaleRequested) -> None:
    facts = CaseFacts(
        id=event.case_id, type=event.case_type, reason=event.reason, state=event.state, requested_at=event.time
    )
    await tx.upsert(CASES, facts)


_ANSWERS = (AfterSaleApproved, AfterSaleRejected, OfferMade)
"""A buyer makes an offer only in answer to another one, so the first is never theirs."""


async def _case_changed(tx: Transaction, event: CaseEvent) -> None:
    case = await tx.get(CASES, event.case_id)
    answered_at = event.time if isinstance(event, _ANSWERS) else None
    changed = replace(
        case,
        type=event.case_type,
        state=event.state,
        answered_at=case.answered_at or answered_at,
        # A dispute reopens a closed case: then its next end counts.
        closed_at=(case.closed_at or event.time) if event.is_terminal else None,
    )
    await tx.upsert(CASES, changed)


async def _refund_succeeded(tx: Transaction, event: RefundSucceeded) -> None:
    await _save_refund(tx, event, event.amount_minor)


async def _refund_failed(tx: Transaction, event: RefundFailed) -> None:
    """What went back of a refund that has failed as a whole."""
    if event.succeeded_minor:
        await _save_refund(tx, event, event.succeeded_minor)


async def _refund_reversed(tx: Transaction, event: RefundReversed) -> None:
    """What is left of a refund that came back to the merchant; one that is recorded in its place is a refund of its own."""
    await _save_refund(tx, event, event.succeeded_minor or 0)


async def _save_refund(tx: Transaction, event: RefundEvent, minor: int) -> None:
    """The shares of a refund are events of several payments, which come in any order."""
    known = await tx.find(REFUNDS, event.refund_id)
    facts = RefundFacts(
        id=event.refund_id,
        case_id=event.case_id,
        amount_minor=minor,
        currency=event.currency,
        succeeded_at=event.time,
    )
    await tx.upsert(REFUNDS, facts.with_known(known))


async def _dispute_opened(tx: Transaction, event: DisputeOpened) -> None:
    facts = DisputeFacts(id=event.dispute_id, category=event.category, state=event.state, opened_at=event.time)
    await tx.upsert(DISPUTES, facts)


async def _dispute_changed(tx: Transaction, event: DisputeEvent) -> None:
    dispute = await tx.get(DISPUTES, event.dispute_id)
    changed = replace(
        dispute,
        state=event.state,
        liable=event.liable if isinstance(event, VerdictGiven | VerdictReplaced) else dispute.liable,
        ended_at=dispute.ended_at or (event.time if event.is_terminal else None),
    )
    await tx.upsert(DISPUTES, changed)


async def _rated(tx: Transaction, event: RatingGiven | RatingChanged) -> None:
    known = await tx.find(RATINGS, event.rating_id)
    given_at = known.given_at if known else event.time
    await tx.upsert(RATINGS, RatingFacts(id=event.rating_id, scores=dict(event.scores), given_at=given_at))


async def _delivery_measured(tx: Transaction, event: DeliveryMeasured) -> None:
    facts = DeliveryFacts(
        id=event.parcel_id,
        carrier=event.carrier,
        leg=event.leg,
        merchant_id=event.merchant_id,
        outcome=event.outcome,
        delivered=event.delivered,
        delivered_to=event.delivered_to,
        handed_over_at=event.handed_over_at,
        first_scan_at=event.first_scan_at,
        first_attempt_at=event.first_attempt_at,
        ended_at=event.ended_at,
        attempts=event.attempts,
        anomalies=list(event.anomalies),
        loss=event.loss,
    )
    await tx.upsert(DELIVERIES, facts)


async def _courier_rated(tx: Transaction, event: CourierRated) -> None:
    facts = CourierRatingFacts(id=event.parcel_id, score=event.score, faults=list(event.faults), rated_at=event.time)
    await tx.upsert(COURIER_RATINGS, facts)


# Each function takes the class of its key, which the type of a mapping cannot express.
FACT_UPDATES: Mapping[type, Callable[[Transaction, Any], Awaitable[None]]] = {
    AfterSaleRequested: _case_requested,
    CaseEvent: _case_changed,
    RefundSucceeded: _refund_succeeded,
    RefundFailed: _refund_failed,
    RefundReversed: _refund_reversed,
    DisputeOpened: _dispute_opened,
    DisputeEvent: _dispute_changed,
    RatingGiven: _rated,
    RatingChanged: _rated,
    DeliveryMeasured: _delivery_measured,
    CourierRated: _courier_rated,
}
"""What updates the facts, by class of event; of several base classes of an event, the nearest decides."""
