"""Claims to refused goods: the goods are sent, kept, given up, or compensated where they are lost."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_chassis.records import replace
from aftercare_events import ShippedLine, digest
from aftercare_events.catalogue.refused_goods import (
    RefusedGoodsClaimClosed,
    RefusedGoodsCompensationDecided,
    RefusedGoodsCompensationProposed,
    RefusedGoodsDispatched,
    RefusedGoodsDispatchOrdered,
    RefusedGoodsLate,
)

from aftersale_svc.commands.claims.claim_record import claim_fields
from aftersale_svc.commands.claims.claim_steps import ClaimSteps
from aftersale_svc.commands.decisions import decisions
from aftersale_svc.commands.decisions.decisions import DecisionFields
from aftersale_svc.commands.evidence import cited_evidence
from aftersale_svc.domain.cases.refused_goods.codes import NothingOwedReason, RefusedGoodsAction, RefusedGoodsState
from aftersale_svc.domain.claims.amounts import check_amount
from aftersale_svc.domain.claims.model import with_evidence
from aftersale_svc.domain.decisions.proposed import PROPOSED
from aftersale_svc.domain.policies.model import Citation
from aftersale_svc.domain.refused_goods.errors import CompensationMissing, ExceedsGoods
from aftersale_svc.domain.refused_goods.lifecycle import REFUSED_GOODS, REFUSED_GOODS_CLAIM
from aftersale_svc.domain.refused_goods.model import RefusedGoodsClaim
from aftersale_svc.domain.refused_goods.policy import needs_second_person
from aftersale_svc.settings import Settings
from aftersale_svc.tables.claims.claim_kinds import REFUSED_GOODS_KIND

STEPS: ClaimSteps[RefusedGoodsAction, RefusedGoodsClaim] = ClaimSteps(REFUSED_GOODS_KIND)
NOT_DECIDED = DecisionFields()
PROPOSE = "propose_compensation"
"""The step of a claim. It leaves the state as it is, so no lifecycle table has it."""


def shipped(claim: RefusedGoodsClaim) -> tuple[ShippedLine, ...]:
    """The units, as what a parcel holds."""
    return tuple(ShippedLine(line_id=line_id, quantity=units) for line_id, units in claim.units.items())


async def send(
    tx: Transaction[Settings], claim: RefusedGoodsClaim, *, carrier: str, waybill_no: str, note: str | None = None
) -> RefusedGoodsClaim:
    """Send the goods of a locked claim in this parcel.

    Raises:
        IllegalTransition, ActionNotAllowed, ClaimPartyCannotDecide, DeadlinePassed: see REFUSED_GOODS_CLAIM.
    """
    moved = STEPS.moved(tx, replace(claim, carrier=carrier, waybill_no=waybill_no), RefusedGoodsAction.SEND)
    sent = replace(moved, sent_at=tx.now)
    event = RefusedGoodsDispatched(
        **claim_fields(tx, sent),
        carrier=carrier,
        waybill_no=waybill_no,
        lines=shipped(sent),
        deadline_at=sent.deadline_at,
    )
    return await STEPS.save(tx, sent, RefusedGoodsAction.SEND, event, note=note)


async def correct_waybill(
    tx: Transaction[Settings], claim: RefusedGoodsClaim, *, carrier: str, waybill_no: str
) -> RefusedGoodsClaim:
    """Replace the waybill of a locked claim; the deadline stays that of the dispatch.

    Raises:
        IllegalTransition, ActionNotAllowed, ClaimPartyCannotDecide, RefusedGoodsAlreadyScanned: see REFUSED_GOODS_CLAIM.
    """
    moved = STEPS.moved(tx, claim, RefusedGoodsAction.CORRECT_WAYBILL)
    corrected = replace(moved, carrier=carrier, waybill_no=waybill_no)
    event = RefusedGoodsDispatched(
        **claim_fields(tx, corrected),
        carrier=carrier,
        waybill_no=waybill_no,
        lines=shipped(corrected),
        previous_carrier=claim.carrier,
        previous_waybill_no=claim.waybill_no,
        deadline_at=corrected.deadline_at,
    )
    return await STEPS.save(tx, corrected, RefusedGoodsAction.CORRECT_WAYBILL, event)


async def order_dispatch(tx: Transaction[Settings], claim_id: str, *, note: str | None = None) -> RefusedGoodsClaim:
    """Have the merchant send the goods, as an agent: for the first time, or once more, where they have come back to it.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, ClaimPartyCannotDecide: see REFUSED_GOODS_CLAIM.
    """
    moved = await STEPS.move(tx, claim_id, RefusedGoodsAction.ORDER_DISPATCH)
    ordered = replace(moved, carrier=None, waybill_no=None, sent_at=None, owed_minor=None, decided_by=None)
    ordered = replace(ordered, scanned_at=None, contested_at=None, proposed_minor=None, proposed_by=None)
    event = RefusedGoodsDispatchOrdered(**claim_fields(tx, ordered), deadline_at=ordered.deadline_at)
    return await STEPS.save(tx, ordered, RefusedGoodsAction.ORDER_DISPATCH, event, note=note)


async def compensate(
    tx: Transaction[Settings],
    claim_id: str,
    *,
    amount_minor: int,
    currency: str,
    note: str | None = None,
    policy: Sequence[Citation] = (),
) -> RefusedGoodsClaim:
    """Decide as an agent that the merchant owes this much for goods that are lost; above the limit for one agent, propose it, or confirm
    what another one has proposed.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, ClaimPartyCannotDecide: see REFUSED_GOODS_CLAIM.
        CurrencyForeign, CompensationMissing, ExceedsGoods: see `check_amount`.
        CompensationProposed: see `needs_second_person`.
        PolicyUnknown, ClauseUnknown: see `citations.resolve`.
    """
    action, claim = RefusedGoodsAction.COMPENSATE, await STEPS.locked(tx, claim_id)
    moved = STEPS.moved(tx, claim, action)
    most, own = claim.claimed_minor, claim.currency
    check_amount(amount_minor, currency, most, own, missing=CompensationMissing, exceeds=ExceedsGoods)
    if needs_second_person(claim, tx.actor, amount_minor, tx.settings.second_person_limit(own)):
        return await _propose(tx, claim, amount_minor, policy)
    awarded = replace(moved, owed_minor=amount_minor, decided_by=tx.actor.id, proposed_minor=None, proposed_by=None)
    decided = await decisions.about_claim(tx, claim, action, amount_minor=amount_minor, policy=policy)
    event = RefusedGoodsCompensationDecided(
        **claim_fields(tx, awarded), owed_minor=amount_minor, currency=own, deadline_at=awarded.deadline_at, **decided
    )
    return await STEPS.save(tx, awarded, action, event, note=note)


async def _propose(
    tx: Transaction[Settings], claim: RefusedGoodsClaim, amount_minor: int, policy: Sequence[Citation]
) -> RefusedGoodsClaim:
    """Record what an agent wants; both sides read the steps of a claim, so that its note waits for the decision."""
    decided = await decisions.about_claim(
        tx, claim, RefusedGoodsAction.COMPENSATE, amount_minor=amount_minor, outcome=PROPOSED, policy=policy
    )
    proposed = replace(claim, proposed_minor=amount_minor, proposed_by=tx.actor.id, updated_at=tx.now)
    event = RefusedGoodsCompensationProposed(
        **claim_fields(tx, proposed), amount_minor=amount_minor, currency=claim.currency, **decided
    )
    return await STEPS.save(tx, proposed, PROPOSE, event)


async def decline(
    tx: Transaction[Settings],
    claim_id: str,
    *,
    reason: NothingOwedReason,
    note: str,
    policy: Sequence[Citation] = (),
) -> RefusedGoodsClaim:
    """Decide as an agent that nothing is owed for the goods; `note` has the grounds, and stays in this database.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, ClaimPartyCannotDecide: see REFUSED_GOODS_CLAIM.
        PolicyUnknown, ClauseUnknown: see `citations.resolve`.
    """
    claim = await STEPS.locked(tx, claim_id)
    return await end(tx, replace(claim, reason=reason), RefusedGoodsAction.DECLINE, note, policy)


async def keep(
    tx: Transaction[Settings], claim_id: str, *, evidence: Sequence[str], note: str, policy: Sequence[Citation] = ()
) -> RefusedGoodsClaim:
    """Record as an agent that both sides agree that the merchant keeps the goods; `evidence` shows it, and `note` says on what terms.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, ClaimPartyCannotDecide: see REFUSED_GOODS_CLAIM.
        PolicyUnknown, ClauseUnknown: see `citations.resolve`.
        EvidenceUnusable: see `cited_evidence.check`.
    """
    action, claim = RefusedGoodsAction.KEEP, await STEPS.locked(tx, claim_id)
    STEPS.moved(tx, claim, action)
    await cited_evidence.check(tx, claim.order_id, evidence, is_required=True)
    return await end(tx, with_evidence(claim, evidence), action, note, policy, evidence)


async def abandon(tx: Transaction[Settings], claim_id: str, *, note: str | None = None) -> RefusedGoodsClaim:
    """Give the goods up, as the buyer.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see REFUSED_GOODS_CLAIM.
    """
    return await end(tx, await STEPS.locked(tx, claim_id), RefusedGoodsAction.ABANDON, note)


async def record_payment(
    tx: Transaction[Settings], claim_id: str, *, reference: str, note: str | None = None
) -> RefusedGoodsClaim:
    """Record that the merchant has paid the compensation outside the suite; `reference` stays in this database.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, ClaimPartyCannotDecide, NothingAwarded, SecondPersonNeeded, DeadlinePassed: see
            REFUSED_GOODS_CLAIM.
    """
    claim = await STEPS.locked(tx, claim_id)
    return await end(tx, replace(claim, payment_reference=reference), RefusedGoodsAction.RECORD_PAYMENT, note)


async def withdraw(tx: Transaction[Settings], claim: RefusedGoodsClaim) -> RefusedGoodsClaim:
    """End a locked claim whose case decides anew about the goods, whoever has led to that."""
    action = RefusedGoodsAction.WITHDRAW
    return await _save_ended(tx, REFUSED_GOODS.apply(claim, action, SystemContext.of(tx)), action)


@STEPS.timer(RefusedGoodsAction.ESCALATE)
async def escalate(tx: Transaction[Settings], claim: RefusedGoodsClaim) -> None:
    """Let an agent act in a locked claim whose time has passed, or publish again that one is late."""
    late = STEPS.moved(tx, claim, RefusedGoodsAction.ESCALATE)
    cause = REFUSED_GOODS_CLAIM.cause(claim, RefusedGoodsAction.ESCALATE)
    event = RefusedGoodsLate(**claim_fields(tx, late), cause=cause, deadline_at=late.deadline_at)
    await STEPS.save(tx, late, RefusedGoodsAction.ESCALATE, event)


async def end(
    tx: Transaction[Settings],
    claim: RefusedGoodsClaim,
    action: RefusedGoodsAction,
    note: str | None = None,
    policy: Sequence[Citation] = (),
    evidence: Sequence[str] = (),
) -> RefusedGoodsClaim:
    """End a locked claim by this action, with the decision that it is."""
    ended = STEPS.moved(tx, claim, action)
    decided = await decisions.about_claim(tx, claim, action, reason=ended.reason, policy=policy)
    return await _save_ended(tx, ended, action, note, decided, evidence)


async def _save_ended(
    tx: Transaction[Settings],
    ended: RefusedGoodsClaim,
    action: RefusedGoodsAction,
    note: str | None = None,
    decided: DecisionFields = NOT_DECIDED,
    evidence: Sequence[str] = (),
) -> RefusedGoodsClaim:
    paid = ended.state is RefusedGoodsState.COMPENSATED
    reference = ended.payment_reference
    event = RefusedGoodsClaimClosed(
        **claim_fields(tx, ended),
        reason=ended.reason,
        paid_minor=(ended.owed_minor or 0) if paid else 0,
        currency=ended.currency,
        reference_hash=None if reference is None else digest(reference),
        evidence=tuple(evidence),
        **decided,
    )
    return await STEPS.save(tx, ended, action, event, note=note, evidence=evidence)
