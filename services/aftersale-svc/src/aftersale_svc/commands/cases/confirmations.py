"""Confirming, as a second agent, what another one has proposed: the decision is taken then, as it was proposed."""

from collections.abc import Awaitable, Callable, Mapping

from aftercare_chassis.database.transaction import Transaction

from aftersale_svc.commands import locking
from aftersale_svc.commands.cases import offers, price_adjustments, reviews, second_person
from aftersale_svc.commands.cases.second_person import Arguments
from aftersale_svc.commands.goods import fast_exchanges
from aftersale_svc.commands.money import offline_refunds, refunds
from aftersale_svc.domain.cases.codes import RejectReason
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import apply
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.offers.model import OfferTerms
from aftersale_svc.domain.cases.offline_refunds.codes import OfflineRefundMethod
from aftersale_svc.domain.cases.price_grants.model import Granted
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.domain.policies.model import Citation
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.manual_reviews import PROPOSED_DECISIONS

Tx = Transaction[Settings]


async def confirm(tx: Tx, case_id: str, *, proposal_id: str | None = None, note: str | None = None) -> FullCase:
    """Take the decision that another agent has proposed. `note` stands in the timeline in place of the proposer's.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, NothingProposed, SecondPersonNeeded, ReviewAssignedToAnother: see CASE.
        ProposalChanged: see `second_person.check_named`.
        ProposalOutdated: see `second_person.check_unchanged`.
        Refusal: what the decision is refused with by now.
    """
    full, order = await locking.case_and_order(tx, case_id)
    apply(full, CaseAction.CONFIRM_DECISION, tx)
    second_person.check_named(full, proposal_id)
    proposal = await tx.get(PROPOSED_DECISIONS, full.case.proposal_id)
    await second_person.check_unchanged(tx, full, order, proposal)
    cited = [Citation(**each) for each in proposal.arguments.get("policy", ())]
    arguments = {**proposal.arguments, "note": note or proposal.arguments.get("note"), "policy": cited}
    return await _DECISIONS[CaseAction(proposal.action)](tx, second_person.without_proposal(full), order, arguments)


async def _approve(tx: Tx, full: FullCase, order: Order, arguments: Arguments) -> FullCase:
    address, policy = arguments["return_address"], arguments["policy"]
    payment_ids = arguments.get("payment_ids")
    return await reviews.approve_confirmed(tx, full, order, arguments["note"], address, policy, payment_ids)


async def _refund(tx: Tx, full: FullCase, order: Order, arguments: Arguments) -> FullCase:
    note, policy, payment_ids = arguments["note"], arguments["policy"], arguments.get("payment_ids")
    return await refunds.refund_locked(tx, full, order, note, policy, payment_ids)


async def _grant(tx: Tx, full: FullCase, order: Order, arguments: Arguments) -> FullCase:
    amounts = [Granted(**each) for each in arguments["amounts"]]
    reason = None if arguments["reason"] is None else RejectReason(arguments["reason"])
    evidence, note, policy = arguments.get("evidence", ()), arguments["note"], arguments["policy"]
    return await price_adjustments.grant_locked(tx, full, order, amounts, reason, evidence, note, policy)


async def _accept_offer(tx: Tx, full: FullCase, order: Order, arguments: Arguments) -> FullCase:
    return await offers.accept_locked(tx, full, order, arguments["note"], arguments["policy"])


async def _offer(tx: Tx, full: FullCase, order: Order, arguments: Arguments) -> FullCase:
    offered = OfferTerms.of(arguments["terms"])
    address, note, policy = arguments["return_address"], arguments["note"], arguments["policy"]
    return await offers.make_locked(tx, full, order, offered, address, note, policy)


async def _state_offline(tx: Tx, full: FullCase, order: Order, arguments: Arguments) -> FullCase:
    method, reference = OfflineRefundMethod(arguments["method"]), arguments["reference"]
    return await offline_refunds.state_locked(
        tx, full, order, method, reference, arguments["evidence"], arguments["note"], arguments["policy"]
    )


async def _confirm_offline(tx: Tx, full: FullCase, order: Order, arguments: Arguments) -> FullCase:
    return await offline_refunds.confirm_locked(tx, full, order, arguments["note"], arguments["policy"])


async def _release_hold(tx: Tx, full: FullCase, _: Order, arguments: Arguments) -> FullCase:
    return await fast_exchanges.release_locked(tx, full, arguments["note"], arguments["policy"])


async def _claim_hold(tx: Tx, full: FullCase, _: Order, arguments: Arguments) -> FullCase:
    return await fast_exchanges.claim_decided(tx, full, arguments["note"], arguments["policy"])


_DECISIONS: Mapping[CaseAction, Callable[[Tx, FullCase, Order, Arguments], Awaitable[FullCase]]] = {
    CaseAction.APPROVE: _approve,
    CaseAction.REFUND: _refund,
    CaseAction.GRANT: _grant,
    CaseAction.ACCEPT_OFFER: _accept_offer,
    CaseAction.OFFER: _offer,
    CaseAction.STATE_OFFLINE_REFUND: _state_offline,
    CaseAction.CONFIRM_OFFLINE_REFUND: _confirm_offline,
    CaseAction.RELEASE_HOLD: _release_hold,
    CaseAction.CLAIM_HOLD: _claim_hold,
}
