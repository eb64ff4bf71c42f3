"""Claims on couriers: filed, answered, paid or given up. The case beside it does not wait for any of it."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_chassis.records import replace
from aftercare_events import digest
from aftercare_events.catalogue.courier_claims import (
    CourierClaimAccepted,
    CourierClaimAcknowledged,
    CourierClaimClosed,
    CourierClaimDeclined,
    CourierClaimEvidenceAdded,
    CourierClaimFiled,
    CourierClaimLate,
    CourierClaimRaised,
)

from aftersale_svc.commands.claims.claim_record import claim_fields
from aftersale_svc.commands.claims.claim_steps import ClaimSteps
from aftersale_svc.commands.decisions import decisions
from aftersale_svc.commands.evidence import cited_evidence
from aftersale_svc.domain.claims.amounts import check_amount
from aftersale_svc.domain.claims.model import with_evidence
from aftersale_svc.domain.courier_claims.codes import CourierClaimAction, CourierClaimEnd, CourierDeclineReason
from aftersale_svc.domain.courier_claims.errors import AcceptedExceedsClaim, NothingClaimed
from aftersale_svc.domain.courier_claims.lifecycle import COURIER, COURIER_CLAIM
from aftersale_svc.domain.courier_claims.model import CourierClaim
from aftersale_svc.domain.courier_claims.policy import check_claimed, check_left, reasons_of, to_file
from aftersale_svc.domain.policies.model import Citation
from aftersale_svc.settings import Settings
from aftersale_svc.tables.claims.claim_kinds import COURIER_KIND
from aftersale_svc.tables.claims.courier_claims import FILED_BESIDE, LOCK_PARCEL, TAKEN_OF_PARCEL

STEPS: ClaimSteps[CourierClaimAction, CourierClaim] = ClaimSteps(COURIER_KIND)


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
        IllegalTransition, ActionNotAllowed, ClaimPartyCannotDecide, DeadlinePassed, FiledTooOften: see COURIER_CLAIM.
        CurrencyForeign, NothingClaimed, ClaimExceedsValue: see `check_claimed`.
        CaseClaimed: see `to_file`.
        ParcelClaimed: see `check_left`.
    """
    moved = await STEPS.move(tx, claim_id, CourierClaimAction.FILE)
    wanted = await _to_file(tx, moved) if amount_minor is None else amount_minor
    await tx.one(LOCK_PARCEL, parcel=f"claims {moved.order_id} {moved.carrier} {moved.waybill_no}")
    taken = await taken_of_parcel(tx, moved.order_id, moved.case_id, moved.carrier, moved.waybill_no, moved.id)
    amount = check_left(amount_minor, wanted, taken, moved.value_minor, moved.currency)
    check_claimed(amount, currency, moved.value_minor, moved.currency)
    filed = replace(moved, reference=reference, claimed_minor=amount, filings=moved.filings + 1, decline_reason=None)
    event = CourierClaimFiled(
        **claim_fields(tx, filed),
        number=filed.filings,
        reference_hash=digest(reference),
        claimed_minor=amount,
        currency=moved.currency,
        evidence=tuple(moved.evidence),
        deadline_at=filed.deadline_at,
    )
    return await STEPS.save(tx, filed, CourierClaimAction.FILE, event, note=note)


async def taken_of_parcel(
    tx: Transaction[Settings], order_id: str, case_id: str, carrier: str, waybill_no: str, claim_id: str = ""
) -> int:
    """What claims but this one have filed for a parcel, or were paid."""
    about = {"order_id": order_id, "case_id": case_id, "carrier": carrier, "waybill_no": waybill_no}
    found = await tx.one(TAKEN_OF_PARCEL, **about, claim_id=claim_id)
    assert found is not None, "a sum"
    taken: int = found["taken_minor"]
    return taken


async def _to_file(tx: Transaction[Settings], claim: CourierClaim) -> int:
    about = {"order_id": claim.order_id, "case_id": claim.case_id, "claim_id": claim.id, "cause": claim.cause}
    found = await tx.one(FILED_BESIDE, **about, reasons=reasons_of(claim.cause))
    assert found is not None, "a sum"
    return to_file(claim, found["filed_minor"], found["worth_minor"])


async def raise_(tx: Transaction[Settings], claim: CourierClaim, claimed_minor: int) -> CourierClaim:
    """Claim this much by a locked claim that the courier does not have, because another case is about units in the parcel."""
    action = CourierClaimAction.RAISE
    raised = replace(COURIER.apply(claim, action, SystemContext.of(tx)), claimed_minor=claimed_minor)
    event = CourierClaimRaised(**claim_fields(tx, raised), claimed_minor=claimed_minor, currency=raised.currency)
    return await STEPS.save(tx, raised, action, event)


async def add_evidence(
    tx: Transaction[Settings], claim_id: str, *, evidence: Sequence[str], note: str | None = None
) -> CourierClaim:
    """Add evidence by its hash, until the claim has ended.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, ClaimPartyCannotDecide: see COURIER_CLAIM.
        EvidenceUnusable: see `cited_evidence.check`.
    """
    moved = await STEPS.move(tx, claim_id, CourierClaimAction.ADD_EVIDENCE)
    await cited_evidence.check(tx, moved.order_id, evidence, is_required=True)
    added = with_evidence(moved, evidence)
    event = CourierClaimEvidenceAdded(**claim_fields(tx, added), evidence=tuple(evidence))
    return await STEPS.save(tx, added, CourierClaimAction.ADD_EVIDENCE, event, note=note, evidence=evidence)


async def acknowledge(tx: Transaction[Settings], claim_id: str, *, note: str | None = None) -> CourierClaim:
    """Record that the courier has acknowledged the claim.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, ClaimPartyCannotDecide: see COURIER_CLAIM.
    """
    moved = await STEPS.move(tx, claim_id, CourierClaimAction.ACKNOWLEDGE)
    event = CourierClaimAcknowledged(**claim_fields(tx, moved), deadline_at=moved.deadline_at)
    return await STEPS.save(tx, moved, CourierClaimAction.ACKNOWLEDGE, event, note=note)


async def accept(
    tx: Transaction[Settings], claim_id: str, *, amount_minor: int, currency: str, note: str | None = None
) -> CourierClaim:
    """Record that the courier pays this much.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, ClaimPartyCannotDecide: see COURIER_CLAIM.
        CurrencyForeign, NothingClaimed, AcceptedExceedsClaim: see `check_amount`.
    """
    moved = await STEPS.move(tx, claim_id, CourierClaimAction.ACCEPT)
    most = moved.claimed_minor
    check_amount(amount_minor, currency, most, moved.currency, missing=NothingClaimed, exceeds=AcceptedExceedsClaim)
    accepted = replace(moved, accepted_minor=amount_minor)
    event = CourierClaimAccepted(
        **claim_fields(tx, accepted),
        accepted_minor=amount_minor,
        currency=moved.currency,
        deadline_at=accepted.deadline_at,
    )
    return await STEPS.save(tx, accepted, CourierClaimAction.ACCEPT, event, note=note)


async def decline(
    tx: Transaction[Settings], claim_id: str, *, reason: CourierDeclineReason, note: str | None = None
) -> CourierClaim:
    """Record that the courier declines; the claim may be filed again.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, ClaimPartyCannotDecide: see COURIER_CLAIM.
    """
    moved = await STEPS.move(tx, claim_id, CourierClaimAction.DECLINE)
    declined = replace(moved, decline_reason=reason)
    event = CourierClaimDeclined(**claim_fields(tx, declined), reason=reason, deadline_at=declined.deadline_at)
    return await STEPS.save(tx, declined, CourierClaimAction.DECLINE, event, note=note)


async def pay(tx: Transaction[Settings], claim_id: str, *, reference: str, note: str | None = None) -> CourierClaim:
    """Record that the courier has paid what it accepted.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, ClaimPartyCannotDecide: see COURIER_CLAIM.
    """
    claim = await STEPS.locked(tx, claim_id)
    return await _end(tx, replace(claim, payment_reference=reference), CourierClaimAction.PAY, note)


async def abandon(
    tx: Transaction[Settings], claim_id: str, *, note: str | None = None, policy: Sequence[Citation] = ()
) -> CourierClaim:
    """Give the claim up.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, ClaimPartyCannotDecide: see COURIER_CLAIM.
    """
    claim = await STEPS.locked(tx, claim_id)
    return await _end(tx, claim, CourierClaimAction.ABANDON, note, policy)


@STEPS.timer(CourierClaimAction.LAPSE)
async def lapse(tx: Transaction[Settings], claim: CourierClaim) -> None:
    """End a locked claim that was not filed in time."""
    await _end(tx, claim, CourierClaimAction.LAPSE)


@STEPS.timer(CourierClaimAction.ESCALATE)
async def escalate(tx: Transaction[Settings], claim: CourierClaim) -> None:
    """Publish that the courier of a locked claim is late; its time begins again."""
    late = STEPS.moved(tx, claim, CourierClaimAction.ESCALATE)
    event = CourierClaimLate(**claim_fields(tx, late), deadline_at=late.deadline_at)
    await STEPS.save(tx, late, CourierClaimAction.ESCALATE, event)


async def _end(
    tx: Transaction[Settings],
    claim: CourierClaim,
    action: CourierClaimAction,
    note: str | None = None,
    policy: Sequence[Citation] = (),
) -> CourierClaim:
    moved = STEPS.moved(tx, claim, action)
    cause = CourierClaimEnd(COURIER_CLAIM.cause(claim, action))
    ended = replace(moved, ended_as=cause)
    paid = (claim.accepted_minor or 0) if cause is CourierClaimEnd.PAID else 0
    decided = await decisions.about_claim(tx, claim, action, policy=policy)
    amounts = {"paid_minor": paid, "currency": claim.currency}
    event = CourierClaimClosed(**claim_fields(tx, ended), cause=cause, **amounts, **decided)
    return await STEPS.save(tx, ended, action, event, note=note)
