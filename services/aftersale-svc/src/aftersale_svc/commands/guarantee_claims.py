"""Claims on a guarantee: opened, answered by the merchant, decided by the platform, paid outside and recorded here.

A claim on the deposit and another refund of its case exclude each other: both are decided under the lock of the order and the case.
"""

from collections.abc import Sequence
from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.deadlines import Due, TimerCommands
from aftercare_chassis.lifecycle import NOBODY
from aftercare_chassis.refusals import NotFound
from aftercare_events import Event, digest
from aftercare_events.catalogue.guarantee_claims import (
    GuaranteeClaimAnswered,
    GuaranteeClaimApproved,
    GuaranteeClaimCancelled,
    GuaranteeClaimDeclined,
    GuaranteeClaimFailed,
    GuaranteeClaimLate,
    GuaranteeClaimOpened,
    GuaranteeClaimPaid,
    GuaranteeEvidenceRequested,
    GuaranteeEvidenceSubmitted,
)

from aftersale_svc.commands import locking, standstills
from aftersale_svc.commands.claim_record import claim_fields, record_claim_step
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.guarantee_claims.codes import (
    GuaranteeAction,
    GuaranteeFailure,
    GuaranteeKind,
    GuaranteeOrigin,
    GuaranteeRefusal,
    GuaranteeState,
)
from aftersale_svc.domain.guarantee_claims.errors import GuaranteeTaken
from aftersale_svc.domain.guarantee_claims.lifecycle import GUARANTEE_CLAIM, GuaranteeFacts
from aftersale_svc.domain.guarantee_claims.model import GuaranteeClaim, GuaranteeRequest
from aftersale_svc.domain.guarantee_claims.policy import amount_of, check_amount, check_refund_failed, covered
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.settings import Settings
from aftersale_svc.tables.guarantee_claims import CASE_OF_GUARANTEE, GUARANTEE_CLAIMS, ORDER_OF_GUARANTEE, TAKEN
from aftersale_svc.tables.holds import SETTLE_HOLDS
from aftersale_svc.tables.legs import DETAILS, full_cases

guarantee_timer: TimerCommands[GuaranteeAction, Settings, GuaranteeClaim] = TimerCommands(
    GUARANTEE_CLAIM.due, standstills.spare
)
DUE = Due(GUARANTEE_CLAIMS, guarantee_timer.act)
OPEN = "open"
"""The step in the history of the claim."""


async def open_(tx: Transaction[Settings], case_id: str, *, request: GuaranteeRequest) -> GuaranteeClaim:
    """Claim the freight of a return from its insurance, or what a failed refund was to give back from the deposit.

    Raises:
        NotFound, Stale: see `locking.case`.
        NotInsured, ReturnNotReceived, OrderWasCancelled, OrderNotShipped, OfflineRefundOpen, RefundNotFailed: see `covered`.
        GuaranteeTaken: the case has a claim on this guarantee that lives or was paid.
        CurrencyForeign, GuaranteeAmountMissing, ExceedsGuarantee: see `amount_of`.
    """
    full, order = await locking.case_and_order(tx, case_id)
    case = full.case
    most = covered(full, order, request, tx.settings.insurance_of(case.merchant_id, case.currency))
    known = await tx.one(TAKEN, case_id=case.id, kind=request.kind)
    if known is not None:
        raise GuaranteeTaken(claim_id=known.id)
    claim = _new(tx, full, request, amount_of(request, most, case.currency))
    opened = GuaranteeClaimOpened(
        **claim_fields(tx, claim),
        origin=claim.origin,
        claimed_minor=claim.claimed_minor,
        currency=claim.currency,
        refund_id=claim.refund_id,
        dispute_id=claim.dispute_id,
        evidence=tuple(claim.evidence),
        deadline_at=claim.deadline_at,
    )
    created = await tx.create(GUARANTEE_CLAIMS, claim, opened)
    await record_claim_step(tx, created, OPEN, request.note, created.evidence)
    return created


def _new(tx: Transaction[Settings], full: FullCase, request: GuaranteeRequest, amount_minor: int) -> GuaranteeClaim:
    case, deposit = full.case, request.kind is GuaranteeKind.MERCHANT_DEPOSIT
    claim = GuaranteeClaim(
        id=tx.new_id("grt"),
        version=0,
        kind=request.kind,
        case_id=case.id,
        order_id=case.order_id,
        buyer_id=case.buyer_id,
        merchant_id=case.merchant_id,
        refund_id=case.refund_id if deposit else None,
        dispute_id=case.dispute_id,
        origin=GuaranteeOrigin.BUYER if tx.actor.role == "buyer" else GuaranteeOrigin.AGENT,
        opened_by=tx.actor.id,
        state=GUARANTEE_CLAIM.initial if deposit else GuaranteeState.PLATFORM_REVIEW,
        whose_turn=NOBODY,
        deadline_at=None,
        evidence=list(dict.fromkeys(request.evidence)),
        claimed_minor=amount_minor,
        currency=case.currency,
        created_at=tx.now,
        updated_at=tx.now,
    )
    return GUARANTEE_CLAIM.enter_again(claim, tx)


async def answer(
    tx: Transaction[Settings], claim_id: str, *, agreed: bool, evidence: Sequence[str] = (), note: str | None = None
) -> GuaranteeClaim:
    """Agree as the merchant that the deposit pays all that is claimed, or object; then the platform decides.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, DeadlinePassed: see GUARANTEE_CLAIM.
    """
    claim = await tx.lock(GUARANTEE_CLAIMS, claim_id)
    action = GuaranteeAction.AGREE if agreed else GuaranteeAction.OBJECT
    moved = GUARANTEE_CLAIM.apply(claim, action, tx, GuaranteeFacts.of(tx))
    answered = replace(moved, evidence=list(dict.fromkeys([*claim.evidence, *evidence])))
    if agreed:
        answered = replace(answered, owed_minor=claim.claimed_minor, decided_by=tx.actor.id)
    event = GuaranteeClaimAnswered(
        **claim_fields(tx, answered), agreed=agreed, evidence=tuple(evidence), deadline_at=answered.deadline_at
    )
    return await _save(tx, answered, action, event, note=note, evidence=evidence)


async def request_evidence(tx: Transaction[Settings], claim_id: str, *, missing: str) -> GuaranteeClaim:
    """Ask the buyer for evidence, as an agent.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, EvidenceAskedTooOften: see GUARANTEE_CLAIM.
    """
    claim = await tx.lock(GUARANTEE_CLAIMS, claim_id)
    moved = GUARANTEE_CLAIM.apply(claim, GuaranteeAction.REQUEST_EVIDENCE, tx, GuaranteeFacts.of(tx))
    asked = replace(moved, evidence_requests=claim.evidence_requests + 1)
    event = GuaranteeEvidenceRequested(
        **claim_fields(tx, asked), missing_hash=digest(missing), deadline_at=asked.deadline_at
    )
    return await _save(tx, asked, GuaranteeAction.REQUEST_EVIDENCE, event, note=missing)


async def submit_evidence(
    tx: Transaction[Settings], claim_id: str, *, evidence: Sequence[str], note: str | None = None
) -> GuaranteeClaim:
    """Submit as the buyer what was asked for; the platform decides next.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, DeadlinePassed: see GUARANTEE_CLAIM.
    """
    claim = await tx.lock(GUARANTEE_CLAIMS, claim_id)
    moved = GUARANTEE_CLAIM.apply(claim, GuaranteeAction.SUBMIT_EVIDENCE, tx, GuaranteeFacts.of(tx))
    submitted = replace(moved, evidence=list(dict.fromkeys([*claim.evidence, *evidence])))
    event = GuaranteeEvidenceSubmitted(
        **claim_fields(tx, submitted), evidence=tuple(evidence), deadline_at=submitted.deadline_at
    )
    return await _save(tx, submitted, GuaranteeAction.SUBMIT_EVIDENCE, event, note=note, evidence=evidence)


async def approve(
    tx: Transaction[Settings],
    claim_id: str,
    *,
    amount_minor: int | None = None,
    currency: str | None = None,
    note: str | None = None,
) -> GuaranteeClaim:
    """Decide as an agent that the guarantee owes this much; without an amount, all that is claimed.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see GUARANTEE_CLAIM.
        CurrencyForeign, GuaranteeAmountMissing, ExceedsGuarantee: see `check_amount`.
    """
    claim = await tx.lock(GUARANTEE_CLAIMS, claim_id)
    moved = GUARANTEE_CLAIM.apply(claim, GuaranteeAction.APPROVE, tx, GuaranteeFacts.of(tx))
    amount = claim.claimed_minor if amount_minor is None else amount_minor
    owed = check_amount(amount, currency, claim.claimed_minor, claim.currency)
    approved = replace(moved, owed_minor=owed, decided_by=tx.actor.id)
    event = GuaranteeClaimApproved(
        **claim_fields(tx, approved), owed_minor=owed, currency=claim.currency, deadline_at=approved.deadline_at
    )
    return await _save(tx, approved, GuaranteeAction.APPROVE, event, note=note)


async def decline(
    tx: Transaction[Settings], claim_id: str, *, reason: GuaranteeRefusal, note: str | None = None
) -> GuaranteeClaim:
    """Decide as an agent that the guarantee owes nothing.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see GUARANTEE_CLAIM.
    """
    claim = await tx.lock(GUARANTEE_CLAIMS, claim_id)
    moved = GUARANTEE_CLAIM.apply(claim, GuaranteeAction.DECLINE, tx, GuaranteeFacts.of(tx))
    declined = replace(moved, refusal=reason, decided_by=tx.actor.id)
    event = GuaranteeClaimDeclined(**claim_fields(tx, declined), reason=reason)
    return await _save(tx, declined, GuaranteeAction.DECLINE, event, note=note)


async def record_payment(
    tx: Transaction[Settings], claim_id: str, *, reference: str, note: str | None = None
) -> GuaranteeClaim:
    """Record that what is owed was paid. What the deposit has paid of a case stays settled, so that no other case gets it.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, SecondPersonNeeded: see GUARANTEE_CLAIM.
        OrderWasCancelled, OrderNotShipped, OfflineRefundOpen, RefundNotFailed: see `check_refund_failed`.
    """
    full, order = await _case_and_order(tx, claim_id)
    claim = await tx.lock(GUARANTEE_CLAIMS, claim_id)
    moved = GUARANTEE_CLAIM.apply(claim, GuaranteeAction.RECORD_PAYMENT, tx, GuaranteeFacts.of(tx))
    paid = replace(moved, payment_reference=reference, paid_by=tx.actor.id, paid_at=tx.now)
    if claim.kind is GuaranteeKind.MERCHANT_DEPOSIT:
        check_refund_failed(full, order)
        await tx.execute(SETTLE_HOLDS, case_id=claim.case_id)
    event = GuaranteeClaimPaid(
        **claim_fields(tx, paid),
        paid_minor=claim.owed_minor or 0,
        currency=claim.currency,
        reference_hash=digest(reference),
        refund_id=claim.refund_id,
    )
    return await _save(tx, paid, GuaranteeAction.RECORD_PAYMENT, event, note=note)


async def record_failure(
    tx: Transaction[Settings], claim_id: str, *, cause: GuaranteeFailure, note: str | None = None
) -> GuaranteeClaim:
    """Record that the payment failed for good; another claim, or another refund, is possible again.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, SecondPersonNeeded: see GUARANTEE_CLAIM.
    """
    claim = await tx.lock(GUARANTEE_CLAIMS, claim_id)
    moved = GUARANTEE_CLAIM.apply(claim, GuaranteeAction.RECORD_FAILURE, tx, GuaranteeFacts.of(tx))
    failed = replace(moved, failure=cause)
    event = GuaranteeClaimFailed(**claim_fields(tx, failed), cause=cause)
    return await _save(tx, failed, GuaranteeAction.RECORD_FAILURE, event, note=note)


async def cancel(tx: Transaction[Settings], claim_id: str, *, note: str | None = None) -> GuaranteeClaim:
    """Withdraw the claim, as the buyer or an agent.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see GUARANTEE_CLAIM.
    """
    claim = await tx.lock(GUARANTEE_CLAIMS, claim_id)
    cancelled = GUARANTEE_CLAIM.apply(claim, GuaranteeAction.CANCEL, tx, GuaranteeFacts.of(tx))
    event = GuaranteeClaimCancelled(**claim_fields(tx, cancelled))
    return await _save(tx, cancelled, GuaranteeAction.CANCEL, event, note=note)


@guarantee_timer(GuaranteeAction.ESCALATE)
async def escalate(tx: Transaction[Settings], claim: GuaranteeClaim) -> None:
    """Go on with a locked claim whose time has passed."""
    moved = GUARANTEE_CLAIM.apply(claim, GuaranteeAction.ESCALATE, tx)
    silent = claim.state is GuaranteeState.MERCHANT_REVIEW
    late = replace(moved, merchant_silent=claim.merchant_silent or silent)
    cause = GUARANTEE_CLAIM.cause(claim, GuaranteeAction.ESCALATE)
    event = GuaranteeClaimLate(**claim_fields(tx, late), cause=cause, deadline_at=late.deadline_at)
    await _save(tx, late, GuaranteeAction.ESCALATE, event)


async def _case_and_order(tx: Transaction[Settings], claim_id: str) -> tuple[FullCase, Order]:
    """Lock the case of a claim and its order, so that the claim can be locked next. Raises: NotFound."""
    order = await tx.one(ORDER_OF_GUARANTEE, claim_id=claim_id)
    case = await tx.one(CASE_OF_GUARANTEE, claim_id=claim_id)
    if order is None or case is None:
        raise NotFound(what=GUARANTEE_CLAIMS.name)
    [full] = full_cases([case], await tx.all(DETAILS, case_ids=[case.id]))
    return full, order


async def _save(
    tx: Transaction[Settings],
    claim: GuaranteeClaim,
    action: GuaranteeAction,
    event: Event,
    *,
    note: str | None = None,
    evidence: Sequence[str] = (),
) -> GuaranteeClaim:
    saved = await tx.save(GUARANTEE_CLAIMS, claim, event)
    await record_claim_step(tx, saved, action, note, evidence)
    return saved
