"""A verdict, or a settlement, lets a case go on in another leg: the goods are sent back, or the merchant sends others."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import AfterSaleApproved, AfterSaleResumed
from aftercare_events.catalogue.reviews import DecisionCause

from aftersale_svc.commands import effects
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.lifecycle import apply
from aftersale_svc.domain.cases.model import CaseAction, RefundAmount
from aftersale_svc.domain.cases.policy import accept_all
from aftersale_svc.domain.cases.return_addresses import lacks_address
from aftersale_svc.domain.disputes.model import Remedy
from aftersale_svc.domain.disputes.remedies import action_of
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.settings import Settings
from aftersale_svc.tables.case_rules import RETURN_ADDRESS_OF


async def order_return(tx: Transaction[Settings], full: FullCase, order: Order, _: RefundAmount) -> None:
    """Let the buyer send the goods of a disputed case back, whose money is refunded after their inspection.

    Raises:
        IllegalTransition, ActionNotAllowed: see CASE; `check_remedy` refuses such a case before.
    """
    await _go_on(tx, full, order, Remedy.RETURN)


async def order_exchange(tx: Transaction[Settings], full: FullCase, order: Order, _: RefundAmount) -> None:
    """Let the merchant send goods: once those that are exchanged are back, or what was missing.

    Raises:
        IllegalTransition, ActionNotAllowed: see CASE; `check_remedy` refuses such a case before.
    """
    await _go_on(tx, full, order, Remedy.EXCHANGE)


async def _go_on(tx: Transaction[Settings], full: FullCase, order: Order, remedy: Remedy) -> None:
    facts = CaseFacts(full=full, order=order)
    action = action_of(remedy, tx, facts) or CaseAction.ORDER_RETURN
    # What was refused or agreed on before, the verdict has set aside.
    granted = replace(full, case=replace(full.case, close_cause=None, reject_reason=None, agreed_minor=None))
    if action is CaseAction.ORDER_RETURN and granted.return_.address is None:
        default = await tx.one(RETURN_ADDRESS_OF, merchant_id=full.case.merchant_id)
        if default is not None:
            granted = granted.keeping(replace(granted.return_, address=default.address))
    ordered = apply(granted, action, tx, CaseFacts(full=granted, order=order))
    ordered = ordered.inspected(accept_all(ordered.lines))
    case = ordered.case
    resumed = AfterSaleResumed(
        **case_fields(tx, case),
        dispute_id=full.case.dispute_id or "",
        deadline_at=case.deadline_at,
        rejected=False,
    )
    if action is CaseAction.ORDER_REPLACEMENT:
        await effects.save(tx, full, ordered, None, resumed)
        return
    approved = AfterSaleApproved(
        **case_fields(tx, case),
        cause=DecisionCause.VERDICT,
        deadline_at=case.deadline_at,
        return_address_missing=lacks_address(ordered),
    )
    await effects.save(tx, full, ordered, None, resumed, approved)
