"""Judging returned goods: what is accepted is refunded; nothing accepted is a rejection."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_chassis.records import replace
from aftercare_events import AfterSaleEscalated, AfterSaleRejected, Event

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.cases import stages
from aftersale_svc.commands.deadlines.timers import case_timer
from aftersale_svc.commands.decisions import decisions
from aftersale_svc.commands.effects import RefundTerms
from aftersale_svc.commands.evidence import cited_evidence
from aftersale_svc.commands.goods import fast_exchanges
from aftersale_svc.commands.goods.inspection_events import inspected_event, photos_of
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.codes import RefundCause, RejectReason
from aftersale_svc.domain.cases.finding_errors import ReasonRequired
from aftersale_svc.domain.cases.findings import apply_inspection
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import apply, cause, permits
from aftersale_svc.domain.cases.model import CaseAction, CaseLine
from aftersale_svc.domain.cases.outcome_reasons import check_reject_reason
from aftersale_svc.domain.cases.requests import Finding
from aftersale_svc.domain.cases.return_freights.policy import accepted
from aftersale_svc.domain.decisions.model import DecisionKind
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.domain.policies.model import Citation
from aftersale_svc.settings import Settings


async def inspect(
    tx: Transaction[Settings],
    case_id: str,
    *,
    findings: Sequence[Finding],
    reason: RejectReason | None = None,
    freight: tuple[int, str] | None = None,
    note: str | None = None,
    policy: Sequence[Citation] = (),
) -> FullCase:
    """Record what was found, and in `freight` what is accepted of what the buyer has paid for the return: minor units and currency. Accepting nothing is a rejection, whose findings are in its event and its photos in the timeline;
    where the merchant alone states that goods came, an agent decides.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed: see CASE.
        the refusals in FINDINGS: see `apply_inspection`.
        ReasonRequired: nothing is accepted, and no reason is given for all or for a line.
        RejectReasonUnsuitable: see `check_reject_reason`.
        PolicyUnknown, ClauseUnknown: see `citations.resolve`.
        EvidenceUnusable: see `check_photos`.
        CurrencyForeign, AcceptedFreightExceedsStated: see `accepted`.
    """
    full, order = await locking.case_and_order(tx, case_id)
    _check_reasons(full, findings, reason)
    await cited_evidence.check_photos(tx, order.id, findings)
    full = full if freight is None else accepted(full, *freight)
    if fast_exchanges.is_secured(full):
        return await fast_exchanges.inspect(tx, full, findings, reason, note, policy)
    if any(each.accepted for each in findings):
        return await _accept(tx, full, order, findings, note, policy)
    return await _refuse(tx, full, findings, reason, note, policy)


def _check_reasons(full: FullCase, findings: Sequence[Finding], reason: RejectReason | None) -> None:
    """Refuse a reason, for all or for a line, that cannot be true. Where the goods were not sent, the table refuses."""
    if not full.return_.is_sent_back:
        return
    if reason is not None:
        check_reject_reason(full, reason)
    for place, each in enumerate(findings):
        if each.refuse_reason is not None:
            check_reject_reason(full, each.refuse_reason, f"/lines/{place}/refuse_reason")


@case_timer(CaseAction.INSPECT)
async def inspect_locked(tx: Transaction[Settings], full: FullCase, order: Order) -> FullCase:
    """Accept everything of a case that is locked with its order: the merchant's time ran out.

    Raises:
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    if fast_exchanges.is_secured(full):
        return await fast_exchanges.inspect(tx, full, None)
    return await _accept(tx, full, order, None)


async def _accept(
    tx: Transaction[Settings],
    full: FullCase,
    order: Order,
    findings: Sequence[Finding] | None,
    note: str | None = None,
    policy: Sequence[Citation] = (),
) -> FullCase:
    moved = apply(full, CaseAction.INSPECT, tx)
    inspected = moved.inspected(apply_inspection(full.lines, findings))
    after = await stages.came_back(tx, inspected)
    decided = await decisions.record(tx, inspected, DecisionKind.INSPECTION, "accepted", policy=policy)
    events: list[Event] = [] if after is inspected else [stages.restaged_event(tx, after.case)]
    events.append(inspected_event(tx, after.case, after.lines, sum(line.refund_minor for line in after.lines), decided))
    terms = RefundTerms(order, RefundCause.TIMEOUT if tx.actor == SYSTEM else RefundCause.INSPECTION)
    return await effects.save(
        tx, full, after, CaseAction.INSPECT, *events, terms=terms, note=note, evidence=photos_of(after.lines)
    )


async def _refuse(
    tx: Transaction[Settings],
    full: FullCase,
    findings: Sequence[Finding],
    reason: RejectReason | None,
    note: str | None,
    policy: Sequence[Citation],
) -> FullCase:
    apply(full, CaseAction.INSPECT, tx)  # where it is not possible, the refusal names what the client asked for
    moved = apply(full, CaseAction.REFUSE, tx)
    lines = apply_inspection(full.lines, findings, reason)
    reason = reason or next((line.refuse_reason for line in lines if line.refuse_reason), None)
    if reason is None:
        raise ReasonRequired(pointer="/reason")
    refused, found = replace(moved.case, reject_reason=reason), full.receiving(lines)
    decided = await decisions.record(tx, found, DecisionKind.INSPECTION, "refused", reason=reason, policy=policy)
    if permits(full, CaseAction.REFUSE_UNTRACKED, tx):
        return await _leave_to_agent(tx, full, lines, decided, note)
    event = AfterSaleRejected(**case_fields(tx, refused), reason=reason, deadline_at=refused.deadline_at, **decided)
    inspected = inspected_event(tx, refused, lines, 0, decided)
    return await effects.save(
        tx,
        full,
        replace(moved, case=refused).receiving(lines),
        CaseAction.REFUSE,
        inspected,
        event,
        note=note,
        evidence=photos_of(lines),
    )


async def _leave_to_agent(
    tx: Transaction[Settings],
    full: FullCase,
    lines: Sequence[CaseLine],
    decided: decisions.DecisionFields,
    note: str | None,
) -> FullCase:
    """Let an agent decide about goods that the merchant refuses, and of which no parcel is known."""
    moved = apply(full, CaseAction.REFUSE_UNTRACKED, tx)
    inspected = inspected_event(tx, moved.case, lines, 0, decided)
    escalated = AfterSaleEscalated(
        **case_fields(tx, moved.case),
        cause=cause(full, CaseAction.REFUSE_UNTRACKED),
        deadline_at=moved.case.deadline_at,
    )
    after, photos = moved.receiving(lines), photos_of(lines)
    return await effects.save(
        tx, full, after, CaseAction.REFUSE_UNTRACKED, inspected, escalated, note=note, evidence=photos
    )
