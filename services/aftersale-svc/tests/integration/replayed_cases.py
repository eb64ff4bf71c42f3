"""The cases, disputes and claims that the published events add up to, with what belongs to them, to compare with the rows."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from aftercare_events import (
    AfterSaleApproved,
    AfterSaleRequested,
    AfterSaleShareChanged,
    CaseEvent,
    DisputeEvent,
    Envelope,
    Event,
    OfferAccepted,
    OfferDeclined,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
    OfflineRefundConfirmed,
    RefundRequested,
    RepairRepeated,
    ReturnInspected,
    ReturnShipped,
    ReturnWaybillCorrected,
)
from aftercare_events.catalogue.claims import ClaimEvent
from aftercare_events.catalogue.courier_claims import (
    CourierClaimAccepted,
    CourierClaimFiled,
    CourierClaimOpened,
    CourierClaimRaised,
)
from aftercare_events.catalogue.deadlines import DeadlineChange
from aftercare_events.catalogue.guarantee_claims import (
    GuaranteeClaimAnswered,
    GuaranteeClaimApproved,
    GuaranteeClaimOpened,
)
from aftercare_events.catalogue.refused_goods import (
    RefusedGoodsClaimOpened,
    RefusedGoodsCompensationDecided,
    RefusedGoodsDispatchOrdered,
)
from aftersale_svc.domain.cases.codes import BY_VERDICT

OFFERS_ENDED: Mapping[type[Event], str] = {
    OfferAccepted: "accepted",
    OfferDeclined: "declined",
    OfferLapsed: "lapsed",
    OfferWithdrawn: "withdrawn",
}
Due = tuple[str, str | None, str | None]
"""Whose turn it was, until when, and how the deadline has ended; None where it runs."""


@dataclass(frozen=True)
class Replayed:
    """What the events of one document say of it now, and of what belongs to it.

    `units` are the units and the money that it is about, by line; `accepted` those that an inspection has accepted; one
    that accepts nothing is a rejection, and nothing is stored of it. `amounts` are what a claim
    is for, and what was accepted of it. Goods that were refused at the door come back under the waybill of their parcel, which the events of
    the order have.
    """

    version: int
    state: str
    type: str | None
    refunds: tuple[str, ...] = ()
    deadlines: Mapping[str, Due] = field(default_factory=dict)
    decisions: frozenset[str] = frozenset()
    evidence: tuple[str, ...] = ()
    units: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    accepted: Mapping[str, int] = field(default_factory=dict)
    return_waybill: tuple[str, str] | None = None
    offers: Mapping[int, tuple[str, int, str]] = field(default_factory=dict)
    amounts: tuple[int, int | None] | None = None


def replayed(envelopes: Iterable[Envelope]) -> dict[str, Replayed]:
    """By id: every case, dispute and claim as its events tell it, from the first to the last. Raises: AssertionError where one is missing."""
    found: dict[str, Replayed] = {}
    for envelope in envelopes:
        event = envelope.event()
        if not isinstance(event, CaseEvent | DisputeEvent | ClaimEvent):
            continue
        before = found.get(envelope.subject, Replayed(0, "", None))
        assert envelope.sequence == before.version + 1, f"an event of {envelope.subject} is missing"
        after = replace(before, version=envelope.sequence, state=event.state)
        if (decision := getattr(event, "decision_id", None)) is not None:
            after = replace(after, decisions=after.decisions | {decision})
        after = replace(after, deadlines=_deadlines(after.deadlines, event.deadlines or ()))
        found[envelope.subject] = _of_case(after, event) if isinstance(event, CaseEvent) else _of_claim(after, event)
    return found


def _deadlines(known: Mapping[str, Due], changes: Iterable[DeadlineChange]) -> dict[str, Due]:
    found = dict(known)
    for change in changes:
        running = [each for each, due in found.items() if due[2] is None and each != change.deadline_id]
        for each in running:
            found[each] = (*found[each][:2], change.ended)
        if change.running and change.deadline_id is not None:
            found[change.deadline_id] = (change.turn or "", _time(change.due_at), None)
    return found


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _of_case(case: Replayed, event: CaseEvent) -> Replayed:
    case = replace(case, type=event.case_type)
    match event:
        case AfterSaleRequested():
            units = {line.line_id: (line.quantity, line.amount_minor) for line in event.lines}
            return replace(case, units=units, evidence=tuple(event.evidence))
        case AfterSaleShareChanged():
            return replace(case, units={line.line_id: (line.quantity, line.amount_minor) for line in event.lines})
        case RefundRequested() if event.cause in BY_VERDICT:
            return replace(_all_accepted(case), refunds=(*case.refunds, event.refund_id))
        case AfterSaleApproved() if event.cause == "verdict":
            return _all_accepted(case)
        case RefundRequested() | OfflineRefundConfirmed():
            return replace(case, refunds=(*case.refunds, event.refund_id))
        case ReturnInspected() if any(line.accepted for line in event.lines):
            return replace(case, accepted={line.line_id: line.accepted for line in event.lines})
        case ReturnShipped() | ReturnWaybillCorrected() if event.case_type != "refused_delivery":
            return replace(case, return_waybill=(event.carrier, event.waybill_no))
        case RepairRepeated():
            return replace(case, return_waybill=None)
        case OfferMade():
            offer = (event.offered_type, event.amount_minor, "open")
            return replace(case, offers={**case.offers, event.number: offer})
    ended = OFFERS_ENDED.get(type(event))
    if ended is None:
        return case
    number: int = event.number  # type: ignore[attr-defined]
    return replace(case, offers={**case.offers, number: (*case.offers[number][:2], ended)})


def _all_accepted(case: Replayed) -> Replayed:
    """A verdict is about all units, whatever was accepted of them."""
    return replace(case, accepted={line_id: case.units[line_id][0] for line_id in case.accepted})


def _of_claim(claim: Replayed, event: Event) -> Replayed:
    claimed, accepted = claim.amounts or (0, None)
    match event:
        case (
            CourierClaimOpened()
            | CourierClaimFiled()
            | CourierClaimRaised()
            | GuaranteeClaimOpened()
            | RefusedGoodsClaimOpened()
        ):
            return replace(claim, amounts=(event.claimed_minor, accepted))
        case CourierClaimAccepted():
            return replace(claim, amounts=(claimed, event.accepted_minor))
        case GuaranteeClaimApproved() | RefusedGoodsCompensationDecided():
            return replace(claim, amounts=(claimed, event.owed_minor))
        case GuaranteeClaimAnswered() if event.state == "paying":  # agreed to: all of it is owed
            return replace(claim, amounts=(claimed, claimed))
        case RefusedGoodsDispatchOrdered():
            return replace(claim, amounts=(claimed, None))
    return claim


_BELONGS = """
       (SELECT coalesce(jsonb_object_agg(l.id, jsonb_build_array(l.turn, l.due_at, CASE WHEN l.ended_at IS NULL THEN NULL ELSE l.state END)),
               '{}') FROM deadlines l WHERE l.document_id = d.id) AS deadlines
"""
ROWS = f"""
SELECT d.id, d.version, d.state, d.type, NULL::bigint AS claimed, NULL::bigint AS accepted_minor, d.evidence, {_BELONGS},
       ARRAY(SELECT r.id FROM refunds r WHERE r.case_id = d.id ORDER BY r.id) AS refunds,
       ARRAY(SELECT e.id FROM decisions e WHERE e.case_id = d.id AND e.dispute_id IS NULL AND e.claim_id IS NULL) AS decisions,
       (SELECT jsonb_object_agg(l.line_id, jsonb_build_array(l.quantity, l.amount_minor)) FROM case_lines l WHERE l.case_id = d.id) AS units,
       (SELECT coalesce(jsonb_object_agg(i.line_id, i.accepted), '{{}}') FROM inspections i WHERE i.case_id = d.id) AS accepted,
       (SELECT jsonb_build_array(r.carrier, r.waybill_no) FROM returns r WHERE r.case_id = d.id AND r.waybill_no IS NOT NULL AND d.type <> 'refused_delivery') AS waybill,
       (SELECT coalesce(jsonb_object_agg(o.number, jsonb_build_array(o.type, o.amount_minor, o.state)), '{{}}') FROM offers o WHERE o.case_id = d.id) AS offers
  FROM cases d
UNION ALL
SELECT d.id, d.version, d.state, NULL, NULL, NULL, '{{}}', {_BELONGS}, '{{}}',
       ARRAY(SELECT e.id FROM decisions e WHERE e.dispute_id = d.id AND e.claim_id IS NULL), '{{}}', '{{}}', NULL, '{{}}'
  FROM disputes d
UNION ALL
SELECT d.id, d.version, d.state, NULL, d.claimed_minor, d.accepted_minor, '{{}}', {_BELONGS}, '{{}}',
       ARRAY(SELECT e.id FROM decisions e WHERE e.claim_id = d.id), '{{}}', '{{}}', NULL, '{{}}'
  FROM courier_claims d
UNION ALL
SELECT d.id, d.version, d.state, NULL, d.claimed_minor, d.owed_minor, '{{}}', {_BELONGS}, '{{}}',
       ARRAY(SELECT e.id FROM decisions e WHERE e.claim_id = d.id), '{{}}', '{{}}', NULL, '{{}}'
  FROM guarantee_claims d
UNION ALL
SELECT d.id, d.version, d.state, NULL, d.claimed_minor, d.owed_minor, '{{}}', {_BELONGS}, '{{}}',
       ARRAY(SELECT e.id FROM decisions e WHERE e.claim_id = d.id), '{{}}', '{{}}', NULL, '{{}}'
  FROM refused_goods_claims d
"""


def stored(row: Mapping[str, Any]) -> Replayed:
    """The same of a row of ROWS."""
    found = {name: _json(row[name]) for name in ("deadlines", "units", "accepted", "waybill", "offers")}
    return Replayed(
        version=row["version"],
        state=row["state"],
        type=row["type"],
        refunds=tuple(row["refunds"]),
        deadlines={
            each: (turn, due and _parsed(due), ended) for each, (turn, due, ended) in found["deadlines"].items()
        },
        decisions=frozenset(row["decisions"]),
        evidence=tuple(row["evidence"]),
        units={line: (quantity, amount) for line, (quantity, amount) in found["units"].items()},
        accepted=found["accepted"],
        return_waybill=found["waybill"] and tuple(found["waybill"]),
        offers={int(number): tuple(offer) for number, offer in found["offers"].items()},
        amounts=None if row["claimed"] is None else (row["claimed"], row["accepted_minor"]),
    )


def differences(document_id: str, published: Replayed, kept: Replayed) -> list[str]:
    """What the events show of a document otherwise than its rows, field by field."""
    pairs = ((each.name, getattr(published, each.name), getattr(kept, each.name)) for each in fields(Replayed))
    return [
        f"{document_id} {name}: {events} by the events, {rows} in the rows"
        for name, events, rows in pairs
        if events != rows
    ]


def _json(value: Any) -> Any:  # a document of any shape, decoded or not
    return json.loads(value) if isinstance(value, str) else value


def _parsed(text: str) -> str | None:
    return _time(datetime.fromisoformat(text))
