"""Replacements that are sent before the goods are back: the hold on the money, and what becomes of it."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import AfterSaleCompleted, AfterSaleEscalated, CaseEvent, Event, ShippedLine
from aftercare_events.catalogue.fast_exchanges import (
    HoldAgreed,
    HoldClaimed,
    ReplacementReceived,
    ReplacementWithdrawn,
)

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.cases import second_person
from aftersale_svc.commands.deadlines.timers import case_timer
from aftersale_svc.commands.decisions import decisions
from aftersale_svc.commands.goods.inspection_events import inspected_event, photos_of
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.codes import RejectReason
from aftersale_svc.domain.cases.finding_errors import ReasonRequired
from aftersale_svc.domain.cases.findings import apply_inspection
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.lifecycle import apply, cause, of
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.money_holds.errors import ClaimGroundsMissing
from aftersale_svc.domain.cases.money_holds.guards import is_sent
from aftersale_svc.domain.cases.money_holds.model import MoneyHold
from aftersale_svc.domain.cases.requests import Finding
from aftersale_svc.domain.cases.return_addresses import lacks_address
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.decisions.model import DecisionKind
from aftersale_svc.domain.money.holds import unreturned
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.domain.policies.model import Citation
from aftersale_svc.settings import Settings


def is_secured(full: FullCase) -> bool:
    """Whether the replacement was sent before the goods came back, so that their money is held for it."""
    return TYPES[full.case.type].replacement_first and is_sent(CaseFacts(full=full))


async def agree(tx: Transaction[Settings], case_id: str, *, note: str | None = None) -> FullCase:
    """Agree as the buyer that what was paid for the units is held until they are back.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, HoldAgreed: see CASE.
    """
    full = await locking.case(tx, case_id)
    moved = apply(full, CaseAction.AGREE_HOLD, tx)
    hold = MoneyHold(case_id=case_id, amount_minor=full.case.requested_minor, agreed_at=tx.now)
    agreed = moved.keeping(hold)
    if full.replacement is not None:
        # The time of the merchant begins now, so the turn is judged by what was agreed.
        agreed = replace(agreed, case=of(full.case).enter_again(full.case, tx, CaseFacts(full=agreed)))
    event = HoldAgreed(
        **case_fields(tx, agreed.case),
        amount_minor=hold.amount_minor,
        currency=full.case.currency,
        deadline_at=agreed.case.deadline_at,
    )
    return await effects.save(tx, full, agreed, CaseAction.AGREE_HOLD, event, note=note)


def received(tx: Transaction[Settings], full: FullCase) -> CaseEvent:
    """The event of a case whose buyer has the replacement, and now sends the goods back."""
    return ReplacementReceived(
        **case_fields(tx, full.case),
        deadline_at=full.case.deadline_at,
        return_address_missing=lacks_address(full),
    )


def withdrawn(tx: Transaction[Settings], full: FullCase) -> CaseEvent:
    """The event of a case for which nothing is sent: the goods come back, then the money."""
    return ReplacementWithdrawn(
        **case_fields(tx, full.case),
        deadline_at=full.case.deadline_at,
        return_address_missing=lacks_address(full),
    )


async def inspect(
    tx: Transaction[Settings],
    full: FullCase,
    findings: Sequence[Finding] | None,
    reason: RejectReason | None = None,
    note: str | None = None,
    policy: Sequence[Citation] = (),
) -> FullCase:
    """Release the hold of a locked case whose goods are accepted; where some are refused, let an agent decide.

    Raises:
        IllegalTransition, ActionNotAllowed: see CASE.
        the refusals in FINDINGS: see `apply_inspection`.
        ReasonRequired: nothing is accepted, and no reason is given for all or for a line.
    """
    apply(full, CaseAction.INSPECT, tx)  # where it is not possible, the refusal names what the client asked for
    lines = apply_inspection(full.lines, findings, reason)
    if any(line.refund_units < line.quantity for line in lines):
        reason = reason or next((line.refuse_reason for line in lines if line.refuse_reason), None)
        if reason is None and not any(line.accepted for line in lines):
            raise ReasonRequired(pointer="/reason")
        return await _refuse(tx, full.inspected(lines), full, reason, note, policy)
    moved = apply(full, CaseAction.RELEASE_HOLD, tx).inspected(lines)
    decided = await decisions.record(tx, moved, DecisionKind.INSPECTION, "accepted", policy=policy)
    event = inspected_event(tx, moved.case, lines, sum(line.refund_minor for line in lines), decided)
    return await effects.save(
        tx, full, moved, CaseAction.INSPECT, event, _completed(tx, moved), note=note, evidence=photos_of(lines)
    )


async def _refuse(
    tx: Transaction[Settings],
    found: FullCase,
    before: FullCase,
    reason: RejectReason | None,
    note: str | None,
    policy: Sequence[Citation],
) -> FullCase:
    moved = apply(found, CaseAction.REFUSE_RETURN, tx)
    decided = await decisions.record(tx, found, DecisionKind.INSPECTION, "refused", reason=reason, policy=policy)
    accepted = sum(line.refund_minor for line in moved.lines)
    event = inspected_event(tx, moved.case, moved.lines, accepted, decided)
    escalated = AfterSaleEscalated(
        **case_fields(tx, moved.case),
        cause=cause(before, CaseAction.REFUSE_RETURN),
        deadline_at=moved.case.deadline_at,
    )
    photos = photos_of(moved.lines)
    return await effects.save(tx, before, moved, CaseAction.REFUSE_RETURN, event, escalated, note=note, evidence=photos)


async def release(
    tx: Transaction[Settings], case_id: str, *, note: str | None = None, policy: Sequence[Citation] = ()
) -> FullCase:
    """Release the hold as an agent: the case is completed, whatever came back.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, ReplacementNotSent, RefundDecided: see CASE.
    """
    full = await locking.case(tx, case_id)
    held = second_person.of_hold(full, CaseAction.RELEASE_HOLD)
    if second_person.is_needed(tx, full, held):
        return await _propose(tx, full, CaseAction.RELEASE_HOLD, held, note, policy)
    return await release_locked(tx, full, note, policy)


async def release_locked(
    tx: Transaction[Settings], full: FullCase, note: str | None, policy: Sequence[Citation]
) -> FullCase:
    """Release the hold of a locked case. Raises: as `release`."""
    moved = apply(full, CaseAction.RELEASE_HOLD, tx)
    done = _completed(tx, moved)
    return await effects.save(tx, full, moved, CaseAction.RELEASE_HOLD, done, note=note, policy=policy)


async def claim(
    tx: Transaction[Settings], case_id: str, *, note: str | None = None, policy: Sequence[Citation] = ()
) -> FullCase:
    """Claim the hold as an agent, for the units that did not come back or were refused.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, ReplacementNotSent, RefundDecided: see CASE.
        ClaimGroundsMissing: nobody has reported that the replacement has arrived, and there is no note.
    """
    full = await locking.case(tx, case_id)
    apply(full, CaseAction.CLAIM_HOLD, tx)
    if note is None and not (full.replacement is not None and full.replacement.has_arrived):
        raise ClaimGroundsMissing(pointer="/note")
    kept = second_person.of_hold(full, CaseAction.CLAIM_HOLD)
    if second_person.is_needed(tx, full, kept):
        return await _propose(tx, full, CaseAction.CLAIM_HOLD, kept, note, policy)
    return await claim_decided(tx, full, note, policy)


async def claim_decided(
    tx: Transaction[Settings], full: FullCase, note: str | None, policy: Sequence[Citation]
) -> FullCase:
    """Claim the hold of a locked case. Raises: as `claim`."""
    moved = apply(full, CaseAction.CLAIM_HOLD, tx)
    kept = unreturned(full.lines)
    claimed_minor = sum(each.amount_minor for each in kept)
    hold = full.money_hold or MoneyHold(case_id=full.case.id, amount_minor=0, agreed_at=tx.now)
    # They were exchanged for the same, so nothing of them counts as refunded.
    after = replace(moved, case=replace(moved.case, difference_minor=0)).keeping(
        replace(hold, claimed_at=tx.now, claimed_minor=claimed_minor)
    )
    event = HoldClaimed(
        **case_fields(tx, after.case),
        claimed_minor=claimed_minor,
        currency=full.case.currency,
        lines=tuple(ShippedLine(line_id=each.line_id, quantity=each.units) for each in kept if each.units),
    )
    events = (event, _completed(tx, after))
    return await effects.save(tx, full, after, CaseAction.CLAIM_HOLD, *events, note=note, policy=policy)


async def _propose(
    tx: Transaction[Settings],
    full: FullCase,
    action: CaseAction,
    amount_minor: int,
    note: str | None,
    policy: Sequence[Citation],
) -> FullCase:
    apply(full, action, tx)
    return await second_person.propose(tx, full, action, amount_minor, {"note": note}, policy=policy)


@case_timer(CaseAction.MISS_RETURN)
async def miss_locked(tx: Transaction[Settings], full: FullCase, _: Order) -> FullCase:
    """Let an agent decide about a locked case: the replacement counts as received, and the goods were not sent in time.

    Raises:
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    missed = apply(full, CaseAction.MISS_RETURN, tx)
    escalated = AfterSaleEscalated(
        **case_fields(tx, missed.case), cause=cause(full, CaseAction.MISS_RETURN), deadline_at=missed.case.deadline_at
    )
    return await effects.save(tx, full, missed, CaseAction.MISS_RETURN, escalated)


def _completed(tx: Transaction[Settings], full: FullCase) -> Event:
    return AfterSaleCompleted(**case_fields(tx, full.case), refunded_minor=0, currency=full.case.currency, lines=())
