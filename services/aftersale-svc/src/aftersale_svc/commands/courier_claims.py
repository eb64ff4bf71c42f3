"""Claims on couriers: filed, answered, paid or given up. The case beside it does not wait for any of it."""

from collections.abc import Sequence
from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.deadlines import Due, TimerCommands
from aftercare_events import Event, digest
from aftercare_events.catalogue.courier_claims import (
    CourierClaimAccepted,
    CourierClaimAcknowledged,
    CourierClaimClosed,
    CourierClaimDeclined,
    CourierClaimEvidenceAdded,
    CourierClaimFiled,
    CourierClaimLate,
)

from aftersale_svc.commands import standstills
from aftersale_svc.commands.claim_record import claim_fields, record_claim_step
from aftersale_svc.domain.courier_claims.codes import CourierClaimAction, CourierClaimEnd, CourierDeclineReason
from aftersale_svc.domain.courier_claims.errors import AcceptedExceedsClaim
from aftersale_svc.domain.courier_claims.lifecycle import COURIER_CLAIM
from aftersale_svc.domain.courier_claims.model import CourierClaim
from aftersale_svc.domain.courier_claims.policy import check_amount
from aftersale_svc.settings import Settings
from aftersale_svc.tables.courier_claims import COURIER_CLAIMS

courier_claim_timer: TimerCommands[CourierClaimAction, Settings, CourierClaim] = TimerCommands(
    COURIER_CLAIM.due, standstills.spare
)
DUE = Due(COURIER_CLAIMS, courier_claim_timer.act)


async def file(
    tx: Transaction[Settings],
    claim_id: str,
    *,
    reference: str,
    amount_minor: int | None = None,
    currency: str | None = None,
    note: str | None = None,
) -> CourierClaim:
    """Record that the claim was filed with the courier, which has named its reference; without an amount, that of the claim.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, DeadlinePassed, FiledTooOften: see COURIER_CLAIM.
        CurrencyForeign, NothingClaimed, ClaimExceedsValue: see `check_amount`.
    """
    claim = await tx.lock(COURIER_CLAIMS, claim_id)
    moved = COURIER_CLAIM.apply(claim, CourierClaimAction.FILE, tx)
    amount = claim.claimed_minor if amount_minor is None else amount_minor
    check_amount(amount, currency, claim.value_minor, claim.currency)
    filed = replace(moved, reference=reference, claimed_minor=amount, filings=claim.filings + 1, decline_reason=None)
    event = CourierClaimFiled(
        **claim_fields(tx, filed),
        number=filed.filings,
        reference_hash=digest(reference),
        claimed_minor=amount,
        currency=claim.currency,
        evidence=tuple(claim.evidence),
        deadline_at=filed.deadline_at,
    )
    return await _save(tx, filed, CourierClaimAction.FILE, event, note=note)


async def add_evidence(
    tx: Transaction[Settings], claim_id: str, *, evidence: Sequence[str], note: str | None = None
) -> CourierClaim:
    """Add evidence by its hash, until the claim has ended.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see COURIER_CLAIM.
    """
    claim = await tx.lock(COURIER_CLAIMS, claim_id)
    moved = COURIER_CLAIM.apply(claim, CourierClaimAction.ADD_EVIDENCE, tx)
    added = replace(moved, evidence=list(dict.fromkeys([*claim.evidence, *evidence])))
    event = CourierClaimEvidenceAdded(**claim_fields(tx, added), evidence=tuple(evidence))
    return await _save(tx, added, CourierClaimAction.ADD_EVIDENCE, event, note=note, evidence=evidence)


async def acknowledge(tx: Transaction[Settings], claim_id: str, *, note: str | None = None) -> CourierClaim:
    """Record that the courier has acknowledged the claim.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see COURIER_CLAIM.
    """
    claim = await tx.lock(COURIER_CLAIMS, claim_id)
    moved = COURIER_CLAIM.apply(claim, CourierClaimAction.ACKNOWLEDGE, tx)
    event = CourierClaimAcknowledged(**claim_fields(tx, moved), deadline_at=moved.deadline_at)
    return await _save(tx, moved, CourierClaimAction.ACKNOWLEDGE, event, note=note)


async def accept(
    tx: Transaction[Settings], claim_id: str, *, amount_minor: int, currency: str, note: str | None = None
) -> CourierClaim:
    """Record that the courier pays this much.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see COURIER_CLAIM.
        CurrencyForeign, NothingClaimed: see `check_amount`.
        AcceptedExceedsClaim: it is more than was claimed.
    """
    claim = await tx.lock(COURIER_CLAIMS, claim_id)
    moved = COURIER_CLAIM.apply(claim, CourierClaimAction.ACCEPT, tx)
    check_amount(amount_minor, currency, amount_minor, claim.currency)
    if amount_minor > claim.claimed_minor:
        raise AcceptedExceedsClaim(pointer="/amount/amount", most_minor=claim.claimed_minor, currency=claim.currency)
    accepted = replace(moved, accepted_minor=amount_minor)
    event = CourierClaimAccepted(
        **claim_fields(tx, accepted),
        accepted_minor=amount_minor,
        currency=claim.currency,
        deadline_at=accepted.deadline_at,
    )
    return await _save(tx, accepted, CourierClaimAction.ACCEPT, event, note=note)


async def decline(
    tx: Transaction[Settings], claim_id: str, *, reason: CourierDeclineReason, note: str | None = None
) -> CourierClaim:
    """Record that the courier declines; the claim may be filed again.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see COURIER_CLAIM.
    """
    claim = await tx.lock(COURIER_CLAIMS, claim_id)
    moved = COURIER_CLAIM.apply(claim, CourierClaimAction.DECLINE, tx)
    declined = replace(moved, decline_reason=reason)
    event = CourierClaimDeclined(**claim_fields(tx, declined), reason=reason, deadline_at=declined.deadline_at)
    return await _save(tx, declined, CourierClaimAction.DECLINE, event, note=note)


async def pay(tx: Transaction[Settings], claim_id: str, *, reference: str, note: str | None = None) -> CourierClaim:
    """Record that the courier has paid what it accepted.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see COURIER_CLAIM.
    """
    claim = await tx.lock(COURIER_CLAIMS, claim_id)
    return await _end(tx, replace(claim, payment_reference=reference), CourierClaimAction.PAY, note)


async def abandon(tx: Transaction[Settings], claim_id: str, *, note: str | None = None) -> CourierClaim:
    """Give the claim up.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see COURIER_CLAIM.
    """
    return await _end(tx, await tx.lock(COURIER_CLAIMS, claim_id), CourierClaimAction.ABANDON, note)


@courier_claim_timer(CourierClaimAction.LAPSE)
async def lapse(tx: Transaction[Settings], claim: CourierClaim) -> None:
    """End a locked claim that was not filed in time."""
    await _end(tx, claim, CourierClaimAction.LAPSE)


@courier_claim_timer(CourierClaimAction.ESCALATE)
async def escalate(tx: Transaction[Settings], claim: CourierClaim) -> None:
    """Publish that the courier of a locked claim is late; its time begins again."""
    late = COURIER_CLAIM.apply(claim, CourierClaimAction.ESCALATE, tx)
    event = CourierClaimLate(**claim_fields(tx, late), deadline_at=late.deadline_at)
    await _save(tx, late, CourierClaimAction.ESCALATE, event)


async def _end(
    tx: Transaction[Settings], claim: CourierClaim, action: CourierClaimAction, note: str | None = None
) -> CourierClaim:
    moved = COURIER_CLAIM.apply(claim, action, tx)
    cause = CourierClaimEnd(COURIER_CLAIM.cause(claim, action))
    ended = replace(moved, ended_as=cause)
    paid = (claim.accepted_minor or 0) if cause is CourierClaimEnd.PAID else 0
    event = CourierClaimClosed(**claim_fields(tx, ended), cause=cause, paid_minor=paid, currency=claim.currency)
    return await _save(tx, ended, action, event, note=note)


async def _save(
    tx: Transaction[Settings],
    claim: CourierClaim,
    action: CourierClaimAction,
    event: Event,
    *,
    note: str | None = None,
    evidence: Sequence[str] = (),
) -> CourierClaim:
    saved = await tx.save(COURIER_CLAIMS, claim, event)
    await record_claim_step(tx, saved, action, note, evidence)
    return saved
