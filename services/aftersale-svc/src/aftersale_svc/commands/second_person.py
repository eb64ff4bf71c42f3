"""Decisions of agents about much money: one proposes, another one confirms or declines."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import DecisionDeclined, DecisionProposed

from aftersale_svc.commands import decisions, effects, locking
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import apply
from aftersale_svc.domain.cases.manual_reviews.proposals import ProposedDecision, is_limited, needs_second_person
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.decisions.model import DecisionKind
from aftersale_svc.domain.decisions.proposed import DECLINED, PROPOSED
from aftersale_svc.domain.money.freight import expected_freight
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.domain.policies.model import Citation
from aftersale_svc.settings import Settings
from aftersale_svc.tables.holds import HOLDS_OF_ORDER
from aftersale_svc.tables.manual_reviews import PROPOSED_DECISIONS

Arguments = Mapping[str, Any]  # Any: JSON, by the command of the action
_KINDS = {
    CaseAction.REFUND: DecisionKind.REFUND,
    CaseAction.STATE_OFFLINE_REFUND: DecisionKind.REFUND,
    CaseAction.OFFER: DecisionKind.OFFER,
    CaseAction.RELEASE_HOLD: DecisionKind.CLOSING,
    CaseAction.CLAIM_HOLD: DecisionKind.CLOSING,
}


def is_needed(tx: Transaction[Settings], full: FullCase, amount_minor: int) -> bool:
    """Whether somebody else has to confirm a decision of who acts, about this amount."""
    limit = tx.settings.second_person_above.get(full.case.currency)
    return needs_second_person(full, tx.actor.role, limit, amount_minor)


async def with_freight(tx: Transaction[Settings], full: FullCase, order: Order) -> FullCase:
    """The case with the freight that it would carry by now, where an amount limits what one agent decides; the order is locked.

    Other cases of the order have ended since the freight was estimated.
    """
    if full.case.currency not in tx.settings.second_person_above or not is_limited(full, tx.actor.role):
        return full
    holds = await tx.all(HOLDS_OF_ORDER, order_id=order.id)
    units = {line.line_id: line.quantity for line in full.lines}
    freight_minor = expected_freight(order, full.case, units, holds)
    return replace(full, case=replace(full.case, shipping_refund_minor=freight_minor))


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
    tx: Transaction[Settings], case_id: str, *, note: str | None = None, policy: Sequence[Citation] = ()
) -> FullCase:
    """Decline what another agent has proposed, or take back one's own proposal; the case is reviewed on.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, NothingProposed, ReviewAssignedToAnother: see CASE.
        PolicyUnknown, ClauseUnknown: see `citations.resolve`.
    """
    full = await locking.case(tx, case_id)
    moved = without_proposal(apply(full, CaseAction.DECLINE_DECISION, tx))
    action = CaseAction(full.case.proposed_action or "")
    kind = _KINDS.get(action, DecisionKind.REVIEW)
    decided = await decisions.record(tx, full, kind, DECLINED, policy=policy)
    event = DecisionDeclined(**case_fields(tx, moved.case), action=action, **decided)
    return await effects.save(tx, full, moved, CaseAction.DECLINE_DECISION, event, note=note)


def without_proposal(full: FullCase) -> FullCase:
    """The case when what was proposed has been confirmed or declined."""
    return replace(full, case=replace(full.case, proposal_id=None, proposed_by=None, proposed_action=None))
