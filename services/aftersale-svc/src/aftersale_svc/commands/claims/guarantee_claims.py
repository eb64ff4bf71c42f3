"""Claims on a guarantee: opened, answered by the merchant, decided by the platform, paid outside and recorded here.

A claim on the deposit and another refund of its case exclude each other: both are decided under the lock of the order and the case.
"""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import NOBODY
from aftercare_chassis.records import replace
from aftercare_events import digest
from aftercare_events.catalogue.guarantee_claims import (
    GuaranteeClaimAnswered,
    GuaranteeClaimApproved,
    GuaranteeClaimCancelled,
    GuaranteeClaimDeclined,
    GuaranteeClaimLate,
    GuaranteeClaimOpened,
    GuaranteeEvidenceRequested,
    GuaranteeEvidenceSubmitted,
)

from aftersale_svc.commands import locking
from aftersale_svc.commands.claims import insured_freights
from aftersale_svc.commands.claims.claim_record import claim_fields
from aftersale_svc.commands.claims.guarantee_steps import STEPS, case_and_order
from aftersale_svc.commands.decisions import decisions
from aftersale_svc.commands.evidence import cited_evidence
from aftersale_svc.commands.money import deposits
from aftersale_svc.commands.record import settings_used
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.claims.model import with_evidence
from aftersale_svc.domain.claims.parties import check_no_party, parties_of
from aftersale_svc.domain.guarantee_claims.codes import (
    GuaranteeAction,
    GuaranteeKind,
    GuaranteeOrigin,
    GuaranteeRefusal,
    GuaranteeState,
)
from aftersale_svc.domain.guarantee_claims.errors import GuaranteeTaken
from aftersale_svc.domain.guarantee_claims.lifecycle import GUARANTEE_CLAIM
from aftersale_svc.domain.guarantee_claims.model import GuaranteeClaim, GuaranteeRequest
from aftersale_svc.domain.guarantee_claims.policy import amount_of, check_covered, covered
from aftersale_svc.domain.merchant_settings.model import SettingKind, used
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.domain.permissions import with_actor
from aftersale_svc.domain.policies.model import Citation
from aftersale_svc.settings import Settings
from aftersale_svc.tables.claims.guarantee_claims import TAKEN


async def open_(tx: Transaction[Settings], case_id: str, *, request: GuaranteeRequest) -> GuaranteeClaim:
    """Claim the freight of a return from its insurance, or what a failed refund was to give back from the deposit.

    Raises:
        NotFound, Stale: see `locking.case`.
        ClaimPartyCannotDecide: see `check_no_party`.
        NotInsured, ReturnNotReceived, OrderWasCancelled, OrderNotShipped, OfflineRefundOpen, RefundNotFailed: see `covered`.
        GuaranteeTaken: the case has a claim on this guarantee that is open, or that was paid, unless the deposit has paid a part alone.
        CurrencyForeign, GuaranteeAmountMissing, ExceedsGuarantee: see `amount_of`.
        EvidenceUnusable: see `cited_evidence.check`.
    """
    full, order = await locking.case_and_order(tx, case_id)
    case = full.case
    check_no_party(case, tx.actor)
    most = covered(full, order, request)
    known = await tx.one(TAKEN, case_id=case.id, kind=request.kind)
    in_part = known is not None and known.refund_id is not None and known.state is GuaranteeState.PAID and most
    if known is not None and not in_part:
        raise GuaranteeTaken(claim_id=known.id)
    await cited_evidence.check(tx, case.order_id, request.evidence)
    claim = _new(tx, full, order, request, amount_of(request, most, case.currency))
    opened = GuaranteeClaimOpened(
        **claim_fields(tx, claim),
        origin=claim.origin,
        claimed_minor=claim.claimed_minor,
        currency=claim.currency,
        refund_id=claim.refund_id,
        dispute_id=claim.dispute_id,
        evidence=tuple(claim.evidence),
        deadline_at=claim.deadline_at,
        settings=settings_used(claim.settings),
    )
    return await STEPS.create(tx, claim, opened, request.note)


def _new(
    tx: Transaction[Settings], full: FullCase, order: Order, request: GuaranteeRequest, amount_minor: int
) -> GuaranteeClaim:
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
        party_ids=with_actor(parties_of(case), tx.actor),
        settings=None if deposit else used(order.setting(SettingKind.FREIGHT_INSURANCE)),
        created_at=tx.now,
        updated_at=tx.now,
    )
    return GUARANTEE_CLAIM.enter_again(claim, tx)


async def answer(
    tx: Transaction[Settings],
    claim_id: str,
    *,
    agreed: bool,
    evidence: Sequence[str] = (),
    note: str | None = None,
    policy: Sequence[Citation] = (),
) -> GuaranteeClaim:
    """Agree as the merchant that the deposit pays all that is claimed, or object; then the platform decides.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, DeadlinePassed: see GUARANTEE_CLAIM.
        DepositInsufficient: see `deposits.check_available`.
        PolicyUnknown, ClauseUnknown: see `citations.resolve`.
        EvidenceUnusable: see `cited_evidence.check`.
    """
    action = GuaranteeAction.AGREE if agreed else GuaranteeAction.OBJECT
    claim = await STEPS.locked(tx, claim_id)
    answered = with_evidence(STEPS.moved(tx, claim, action), evidence)
    await cited_evidence.check(tx, claim.order_id, evidence)
    if agreed:
        await deposits.check_available(tx, claim, claim.claimed_minor)
        answered = replace(answered, owed_minor=claim.claimed_minor, decided_by=tx.actor.id)
    owed = claim.claimed_minor if agreed else 0
    decided = await decisions.about_claim(tx, claim, action, amount_minor=owed, policy=policy)
    event = GuaranteeClaimAnswered(
        **claim_fields(tx, answered),
        agreed=agreed,
        evidence=tuple(evidence),
        deadline_at=answered.deadline_at,
        **decided,
    )
    return await STEPS.save(tx, answered, action, event, note=note, evidence=evidence)


async def request_evidence(tx: Transaction[Settings], claim_id: str, *, missing: str) -> GuaranteeClaim:
    """Ask the buyer for evidence, as an agent.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, ClaimPartyCannotDecide, EvidenceAskedTooOften: see GUARANTEE_CLAIM.
    """
    moved = await STEPS.move(tx, claim_id, GuaranteeAction.REQUEST_EVIDENCE)
    asked = replace(moved, evidence_requests=moved.evidence_requests + 1)
    event = GuaranteeEvidenceRequested(
        **claim_fields(tx, asked), missing_hash=digest(missing), deadline_at=asked.deadline_at
    )
    return await STEPS.save(tx, asked, GuaranteeAction.REQUEST_EVIDENCE, event, note=missing)


async def submit_evidence(
    tx: Transaction[Settings], claim_id: str, *, evidence: Sequence[str], note: str | None = None
) -> GuaranteeClaim:
    """Submit as the buyer what was asked for; the platform decides next.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, DeadlinePassed: see GUARANTEE_CLAIM.
        EvidenceUnusable: see `cited_evidence.check`.
    """
    moved = await STEPS.move(tx, claim_id, GuaranteeAction.SUBMIT_EVIDENCE)
    await cited_evidence.check(tx, moved.order_id, evidence, is_required=True)
    submitted = with_evidence(moved, evidence)
    event = GuaranteeEvidenceSubmitted(
        **claim_fields(tx, submitted), evidence=tuple(evidence), deadline_at=submitted.deadline_at
    )
    return await STEPS.save(tx, submitted, GuaranteeAction.SUBMIT_EVIDENCE, event, note=note, evidence=evidence)


async def approve(
    tx: Transaction[Settings],
    claim_id: str,
    *,
    amount_minor: int | None = None,
    currency: str | None = None,
    note: str | None = None,
    policy: Sequence[Citation] = (),
) -> GuaranteeClaim:
    """Decide as an agent that the guarantee owes this much; without an amount, all that is claimed.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, ClaimPartyCannotDecide: see GUARANTEE_CLAIM.
        CurrencyForeign, GuaranteeAmountMissing, ExceedsGuarantee: see `check_covered`.
        DepositInsufficient: see `deposits.check_available`.
        PolicyUnknown, ClauseUnknown: see `citations.resolve`.
    """
    action, claim = GuaranteeAction.APPROVE, await STEPS.locked(tx, claim_id)
    moved = STEPS.moved(tx, claim, action)
    amount = moved.claimed_minor if amount_minor is None else amount_minor
    owed = check_covered(amount, currency, moved.claimed_minor, moved.currency)
    if claim.kind is GuaranteeKind.MERCHANT_DEPOSIT:
        await deposits.check_available(tx, claim, owed)
    approved = replace(moved, owed_minor=owed, decided_by=tx.actor.id)
    decided = await decisions.about_claim(tx, claim, action, amount_minor=owed, policy=policy)
    event = GuaranteeClaimApproved(
        **claim_fields(tx, approved),
        owed_minor=owed,
        currency=moved.currency,
        deadline_at=approved.deadline_at,
        **decided,
    )
    return await STEPS.save(tx, approved, action, event, note=note)


async def decline(
    tx: Transaction[Settings],
    claim_id: str,
    *,
    reason: GuaranteeRefusal,
    note: str | None = None,
    policy: Sequence[Citation] = (),
) -> GuaranteeClaim:
    """Decide as an agent that the guarantee owes nothing. The merchant owes the freight that its insurance does not pay.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, ClaimPartyCannotDecide: see GUARANTEE_CLAIM.
    """
    full, _ = await case_and_order(tx, claim_id)
    action, claim = GuaranteeAction.DECLINE, await STEPS.locked(tx, claim_id)
    declined = replace(STEPS.moved(tx, claim, action), refusal=reason, decided_by=tx.actor.id)
    decided = await decisions.about_claim(tx, claim, action, reason=reason, policy=policy)
    event = GuaranteeClaimDeclined(**claim_fields(tx, declined), reason=reason, **decided)
    saved = await STEPS.save(tx, declined, action, event, note=note)
    await insured_freights.ended(tx, full, saved)
    return saved


async def cancel(
    tx: Transaction[Settings], claim_id: str, *, note: str | None = None, policy: Sequence[Citation] = ()
) -> GuaranteeClaim:
    """Withdraw the claim, as the buyer or an agent.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, ClaimPartyCannotDecide: see GUARANTEE_CLAIM.
    """
    action, claim = GuaranteeAction.CANCEL, await STEPS.locked(tx, claim_id)
    cancelled = STEPS.moved(tx, claim, action)
    decided = await decisions.about_claim(tx, claim, action, policy=policy)
    event = GuaranteeClaimCancelled(**claim_fields(tx, cancelled), **decided)
    return await STEPS.save(tx, cancelled, action, event, note=note)


@STEPS.timer(GuaranteeAction.ESCALATE)
async def escalate(tx: Transaction[Settings], claim: GuaranteeClaim) -> None:
    """Go on with a locked claim whose time has passed."""
    moved = STEPS.moved(tx, claim, GuaranteeAction.ESCALATE)
    silent = claim.state is GuaranteeState.MERCHANT_REVIEW
    late = replace(moved, merchant_silent=claim.merchant_silent or silent)
    cause = GUARANTEE_CLAIM.cause(claim, GuaranteeAction.ESCALATE)
    event = GuaranteeClaimLate(**claim_fields(tx, late), cause=cause, deadline_at=late.deadline_at)
    await STEPS.save(tx, late, GuaranteeAction.ESCALATE, event)
