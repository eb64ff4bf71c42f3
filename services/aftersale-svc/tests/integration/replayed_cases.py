"""The cases, disputes and claims that the published events add up to, with what belongs to them, to compare with the rows."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from aftercare_events import (
    AcceptedLine,
    AfterSaleClosed,
    AfterSaleCompleted,
    AfterSaleRefundFailed,
    AfterSaleRejected,
    AfterSaleRequested,
    AfterSaleRestaged,
    AfterSaleShareChanged,
    AfterSaleTypeChanged,
    CaseEvent,
    DisputeEvent,
    Envelope,
    Event,
    OfflineRefundConfirmed,
    RefundRequested,
    RepairRepeated,
    ReplacementOrdered,
    ReplacementShipped,
    ReplacementWaybillCorrected,
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
from random_invariants import TOTAL
from replayed_offers import offers_after

Due = tuple[str, str | None, str | None]
"""Whose turn it was, until when, and how the deadline has ended; None where it runs."""


@dataclass(frozen=True)
class Replayed:
    """What the events of one document say of it now, and of what belongs to it.

    `units` are the units and the money that it is about, by line; `accepted` those that an inspection has accepted; of one
    that accepts nothing it is stored only where the replacement was sent first. `refunds` are what order-svc was asked for, and the results. `ended_because` and `rejected_because` are those of a case
    that is closed or rejected now. `amounts` are what a claim is for, and what was accepted of it. Goods that were refused at the door come back
    under the waybill of their parcel, which the events of the order have.
    """

    version: int
    state: str
    type: str | None
    reason: str | None = None
    stage: str | None = None
    ended_because: str | None = None
    rejected_because: str | None = None
    refunds: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    deadlines: Mapping[str, Due] = field(default_factory=dict)
    decisions: frozenset[str] = frozenset()
    evidence: tuple[str, ...] = ()
    units: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    accepted: Mapping[str, int] = field(default_factory=dict)
    return_waybill: tuple[str, str] | None = None
    replacement_waybill: tuple[str, str] | None = None
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
    return {id_: _with_causes_of_now(each) for id_, each in found.items()}


def _with_causes_of_now(case: Replayed) -> Replayed:
    """The case without the causes of an end or a rejection that is over; a dispute may lead back to it."""
    ended, rejected = case.state == "closed", case.state == "rejected"
    return replace(
        case,
        ended_because=case.ended_because if ended else None,
        rejected_because=case.rejected_because if rejected else None,
    )


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
            return replace(case, units=units, evidence=tuple(event.evidence), reason=event.reason, stage=event.stage)
        case AfterSaleTypeChanged():
            return replace(case, reason=event.reason)
        case AfterSaleRestaged():
            return replace(case, stage=event.stage)
        case AfterSaleShareChanged():
            units = {line.line_id: (line.quantity, line.amount_minor) for line in event.lines}
            return replace(case, units=units, offers=offers_after(case.offers, event))
        case AfterSaleRejected():
            return replace(case, rejected_because=event.reason)
        case AfterSaleClosed():
            closed = replace(case, ended_because=event.cause)
            return closed if event.refund_id is None else _failed(closed, event.refund_id)
        case RefundRequested():
            return _accepting(_refunding(case, event.refund_id, event.amount_minor, "requested"), event.accepted)
        case AfterSaleRefundFailed():
            return _failed(case, event.refund_id)
        case OfflineRefundConfirmed():
            return _refunding(case, event.refund_id, event.amount_minor, "succeeded")
        case AfterSaleCompleted():
            waiting = [(id_, amount) for id_, (amount, state) in case.refunds.items() if state == "requested"]
            return _refunding(case, *waiting[0], "succeeded") if waiting else case
        case ReturnInspected() if any(line.accepted for line in event.lines):
            return _accepting(case, event.lines)
        case ReturnInspected() if case.type == "fast_exchange" and case.replacement_waybill is not None:
            return _accepting(case, event.lines)
        case ReturnShipped() | ReturnWaybillCorrected() if event.case_type != "refused_delivery":
            return replace(case, return_waybill=(event.carrier, event.waybill_no))
        case RepairRepeated():
            return replace(case, return_waybill=None, replacement_waybill=None)
        case ReplacementShipped() | ReplacementWaybillCorrected():
            return replace(case, replacement_waybill=(event.carrier, event.waybill_no))
        case ReplacementOrdered():
            return replace(case, replacement_waybill=None)
    return replace(case, offers=offers_after(case.offers, event))


def _refunding(case: Replayed, refund_id: str, amount_minor: int, state: str) -> Replayed:
    return replace(case, refunds={**case.refunds, refund_id: (amount_minor, state)})


def _failed(case: Replayed, refund_id: str) -> Replayed:
    return _refunding(case, refund_id, case.refunds[refund_id][0], "failed")


def _accepting(case: Replayed, lines: Iterable[AcceptedLine] | None) -> Replayed:
    return case if lines is None else replace(case, accepted={line.line_id: line.accepted for line in lines})


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
       d.reason, d.stage, CASE d.state WHEN 'closed' THEN d.close_cause END AS ended_because,
       CASE d.state WHEN 'rejected' THEN d.reject_reason END AS rejected_because,
       (SELECT coalesce(jsonb_object_agg(r.id, jsonb_build_array(greatest({TOTAL} - r.given_back_minor, 0), r.state)), '{{}}') FROM refunds r WHERE r.case_id = d.id) AS refunds,
       ARRAY(SELECT e.id FROM decisions e WHERE e.case_id = d.id AND e.dispute_id IS NULL AND e.claim_id IS NULL) AS decisions,
       (SELECT jsonb_object_agg(l.line_id, jsonb_build_array(l.quantity, l.amount_minor)) FROM case_lines l WHERE l.case_id = d.id) AS units,
       (SELECT coalesce(jsonb_object_agg(i.line_id, i.accepted), '{{}}') FROM inspections i WHERE i.case_id = d.id) AS accepted,
       (SELECT jsonb_build_array(r.carrier, r.waybill_no) FROM returns r WHERE r.case_id = d.id AND r.waybill_no IS NOT NULL AND d.type <> 'refused_delivery') AS waybill,
       (SELECT jsonb_build_array(r.carrier, r.waybill_no) FROM replacements r WHERE r.case_id = d.id AND r.waybill_no IS NOT NULL AND r.returned_at IS NULL) AS replaced,
       (SELECT coalesce(jsonb_object_agg(o.number, jsonb_build_array(o.type, o.amount_minor, o.state)), '{{}}') FROM offers o WHERE o.case_id = d.id) AS offers
  FROM cases d
UNION ALL
SELECT d.id, d.version, d.state, NULL, NULL, NULL, '{{}}', {_BELONGS}, NULL, NULL, NULL, NULL, '{{}}',
       ARRAY(SELECT e.id FROM decisions e WHERE e.dispute_id = d.id AND e.claim_id IS NULL), '{{}}', '{{}}', NULL, NULL, '{{}}'
  FROM disputes d
UNION ALL
SELECT d.id, d.version, d.state, NULL, d.claimed_minor, d.accepted_minor, '{{}}', {_BELONGS}, NULL, NULL, NULL, NULL, '{{}}',
       ARRAY(SELECT e.id FROM decisions e WHERE e.claim_id = d.id), '{{}}', '{{}}', NULL, NULL, '{{}}'
  FROM courier_claims d
UNION ALL
SELECT d.id, d.version, d.state, NULL, d.claimed_minor, d.owed_minor, '{{}}', {_BELONGS}, NULL, NULL, NULL, NULL, '{{}}',
       ARRAY(SELECT e.id FROM decisions e WHERE e.claim_id = d.id), '{{}}', '{{}}', NULL, NULL, '{{}}'
  FROM guarantee_claims d
UNION ALL
SELECT d.id, d.version, d.state, NULL, d.claimed_minor, d.owed_minor, '{{}}', {_BELONGS}, NULL, NULL, NULL, NULL, '{{}}',
       ARRAY(SELECT e.id FROM decisions e WHERE e.claim_id = d.id), '{{}}', '{{}}', NULL, NULL, '{{}}'
  FROM refused_goods_claims d
"""


def stored(row: Mapping[str, Any]) -> Replayed:
    """The same of a row of ROWS."""
    found = {
        name: _json(row[name])
        for name in ("deadlines", "refunds", "units", "accepted", "waybill", "replaced", "offers")
    }
    return Replayed(
        version=row["version"],
        state=row["state"],
        type=row["type"],
        reason=row["reason"],
        stage=row["stage"],
        ended_because=row["ended_because"],
        rejected_because=row["rejected_because"],
        refunds={each: (amount, state) for each, (amount, state) in found["refunds"].items()},
        deadlines={
            each: (turn, due and _parsed(due), ended) for each, (turn, due, ended) in found["deadlines"].items()
        },
        decisions=frozenset(row["decisions"]),
        evidence=tuple(row["evidence"]),
        units={line: (quantity, amount) for line, (quantity, amount) in found["units"].items()},
        accepted=found["accepted"],
        return_waybill=found["waybill"] and tuple(found["waybill"]),
        replacement_waybill=found["replaced"] and tuple(found["replaced"]),
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
