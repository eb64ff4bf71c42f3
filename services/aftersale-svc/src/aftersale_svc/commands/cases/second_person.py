"""Decisions of agents about much money: one proposes, another one confirms or declines."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import DecisionDeclined, DecisionProposed

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.decisions import decisions
from aftersale_svc.commands.money import refund_parts
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.codes import Money
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import apply
from aftersale_svc.domain.cases.manual_reviews.errors import ProposalChanged, ProposalOutdated
from aftersale_svc.domain.cases.manual_reviews.proposals import ProposedDecision, is_limited, needs_second_person
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.offers.model import Offer, OfferSide, OfferTerms
from aftersale_svc.domain.cases.offers.policy import agreed, offered
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.decisions.model import DecisionKind
from aftersale_svc.domain.decisions.proposed import DECLINED, PROPOSED
from aftersale_svc.domain.money.fees import fees_of
from aftersale_svc.domain.money.holds import unreturned
from aftersale_svc.domain.money.refunds import refund_due
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.domain.policies.model import Citation
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.manual_reviews import PROPOSED_DECISIONS
from aftersale_svc.tables.money.holds import HOLDS_OF_ORDER

Arguments = Mapping[str, Any]  # Any: JSON, by the command of the action
_KINDS = {
    CaseAction.REFUND: DecisionKind.REFUND,
    CaseAction.STATE_OFFLINE_REFUND: DecisionKind.REFUND,
    CaseAction.CONFIRM_OFFLINE_REFUND: DecisionKind.REFUND,
    CaseAction.OFFER: DecisionKind.OFFER,
    CaseAction.RELEASE_HOLD: DecisionKind.CLOSING,
    CaseAction.CLAIM_HOLD: DecisionKind.CLOSING,
}


def is_needed(tx: Transaction[Settings], full: FullCase, amount_minor: int) -> bool:
    """Whether somebody else has to confirm a decision of who acts, about this amount."""
    limit = tx.settings.second_person_limit(full.case.currency)
    return needs_second_person(full, tx.actor.role, limit, amount_minor)


async def to_go_back(tx: Transaction[Settings], full: FullCase, order: Order) -> int:
    """What is paid if all of the request is granted now, or its failed refund is tried again; the order is locked. 0 where nothing limits
    what who acts decides.

    It is computed as the refund is: other cases of the order have ended since the request, with its freight and its discounts.
    """
    if not is_limited(full, tx.actor.role):
        return 0
    refund = full.refund
    if refund is not None and refund.is_fixed:
        return refund.amount.total_minor
    holds = await tx.all(HOLDS_OF_ORDER, order_id=order.id)
    given = await refund_parts.given_back(tx, full, order)
    return refund_due(order, full.case, full.lines, holds, fees_of(order), given).total_minor


async def by_approval(tx: Transaction[Settings], full: FullCase, order: Order) -> int:
    """What is paid by an approval: as `to_go_back`, and nothing where the type of the case is about goods."""
    return await to_go_back(tx, full, order) if TYPES[full.case.type].money is Money.REFUND else 0


async def by_offer(tx: Transaction[Settings], full: FullCase, order: Order, offer: Offer) -> int:
    """What is paid once this offer was accepted: as `by_approval`, of the case as the offer has it."""
    return await by_approval(tx, replace(full, case=agreed(full.case, offer)), order)


def of_hold(full: FullCase, action: CaseAction) -> int:
    """What the buyer has back by a release of the hold, or the merchant keeps by a claim on it."""
    if action is CaseAction.CLAIM_HOLD:
        return sum(each.amount_minor for each in unreturned(full.lines))
    return 0 if full.money_hold is None else full.money_hold.amount_minor


async def _amount(tx: Transaction[Settings], full: FullCase, order: Order, proposal: ProposedDecision) -> int:
    """What the decision comes to by now; a grant names its amounts, and a statement is about a refund that was refused."""
    action, offer = CaseAction(proposal.action), full.open_offer
    if action is CaseAction.APPROVE:
        return await by_approval(tx, full, order)
    if action is CaseAction.REFUND:
        return await to_go_back(tx, full, order)
    if action is CaseAction.OFFER:
        offer = offered(full, order, OfferSide.AGENT, OfferTerms.of(proposal.arguments["terms"]), tx.now)
    if action in (CaseAction.OFFER, CaseAction.ACCEPT_OFFER) and offer is not None:
        return await by_offer(tx, full, order, offer)
    if action in (CaseAction.RELEASE_HOLD, CaseAction.CLAIM_HOLD):
        return of_hold(full, action)
    return proposal.amount_minor


async def check_unchanged(tx: Transaction[Settings], full: FullCase, order: Order, proposal: ProposedDecision) -> None:
    """Refuse to confirm a decision by which another amount is paid by now than was proposed; the order is locked.

    Raises:
        ProposalOutdated: other cases of the order have changed it.
        Refusal: what is proposed is not possible any more.
    """
    amount_minor = await _amount(tx, full, order, proposal)
    if amount_minor != proposal.amount_minor:
        raise ProposalOutdated(
            proposed_minor=proposal.amount_minor, amount_minor=amount_minor, currency=proposal.currency
        )


async def propose(
    tx: Transaction[Settings],
    full: FullCase,
    action: CaseAction,
    amount_minor: int,
    arguments: Arguments,
    *,
    policy: Sequence[Citation] = (),
) -> FullCase:
    """Record what an agent wants to decide about a locked case, and leave it to another agent. Call it once that is known to be possible.

    Raises:
        IllegalTransition, ActionNotAllowed, DecisionWaits, ReviewAssignedToAnother: see CASE.
        PolicyUnknown, ClauseUnknown: see `citations.resolve`.
    """
    moved = apply(full, CaseAction.PROPOSE_DECISION, tx)
    proposal = ProposedDecision(
        id=tx.new_id("prd"),
        case_id=full.case.id,
        action=action,
        amount_minor=amount_minor,
        currency=full.case.currency,
        arguments={**arguments, "policy": [asdict(each) for each in policy]},
        proposed_by=tx.actor.id,
        proposed_at=tx.now,
    )
    case = replace(
        moved.case,
        agent_id=None,
        claim_ends_at=None,
        proposal_id=proposal.id,
        proposed_by=tx.actor.id,
        proposed_action=action,
    )
    kind = _KINDS.get(action, DecisionKind.REVIEW)
    decided = await decisions.record(tx, full, kind, PROPOSED, policy=policy)
    event = DecisionProposed(
        **case_fields(tx, case),
        action=action,
        amount_minor=amount_minor,
        currency=case.currency,
        **decided,
    )
    await tx.insert(PROPOSED_DECISIONS, proposal)
    note = arguments.get("note")
    return await effects.save(tx, full, replace(moved, case=case), CaseAction.PROPOSE_DECISION, event, note=note)


async def decline(
    tx: Transaction[Settings],
    case_id: str,
    *,
    proposal_id: str | None = None,
    note: str | None = None,
    policy: Sequence[Citation] = (),
) -> FullCase:
    """Decline what another agent has proposed, or take back one's own proposal; the case is reviewed on.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, NothingProposed, ReviewAssignedToAnother: see CASE.
        ProposalChanged: see `check_named`.
        PolicyUnknown, ClauseUnknown: see `citations.resolve`.
    """
    full = await locking.case(tx, case_id)
    moved = without_proposal(apply(full, CaseAction.DECLINE_DECISION, tx))
    check_named(full, proposal_id)
    action = CaseAction(full.case.proposed_action or "")
    kind = _KINDS.get(action, DecisionKind.REVIEW)
    decided = await decisions.record(tx, full, kind, DECLINED, policy=policy)
    event = DecisionDeclined(**case_fields(tx, moved.case), action=action, **decided)
    return await effects.save(tx, full, moved, CaseAction.DECLINE_DECISION, event, note=note)


def check_named(full: FullCase, proposal_id: str | None) -> None:
    """Refuse to answer another decision than the one that was read. None: what is proposed by now.

    Raises:
        ProposalChanged: another one is proposed by now.
    """
    if proposal_id is not None and proposal_id != full.case.proposal_id:
        raise ProposalChanged(
            pointer="/proposal_id", proposed_by=full.case.proposed_by, action=full.case.proposed_action
        )


def without_proposal(full: FullCase) -> FullCase:
    """The case when what was proposed has been confirmed or declined."""
    return replace(full, case=replace(full.case, proposal_id=None, proposed_by=None, proposed_action=None))
