"""A verdict, or a settlement, lets a case go on in another leg: the goods are sent back, or the merchant sends others."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import AfterSaleApproved, AfterSaleResumed
from aftercare_events.catalogue.reviews import DecisionCause

from aftersale_svc.commands import effects
from aftersale_svc.commands.cases import type_changes
from aftersale_svc.commands.record import case_fields, settings_used
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.lifecycle import apply
from aftersale_svc.domain.cases.model import CaseAction, RefundAmount
from aftersale_svc.domain.cases.return_addresses import lacks_address, with_address
from aftersale_svc.domain.disputes.model import Remedy
from aftersale_svc.domain.disputes.remedies import action_of, ordered_as
from aftersale_svc.domain.money.freight import estimated
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.settings import Settings
from aftersale_svc.tables.money.holds import HOLDS_OF_ORDER


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
    action = action_of(remedy, tx, CaseFacts(full=full, order=order)) or CaseAction.ORDER_RETURN
    # What was refused or agreed on before, the verdict has set aside.
    granted = await _as_type(tx, full, order, remedy)
    granted = replace(granted, case=replace(granted.case, close_cause=None, reject_reason=None, agreed_minor=None))
    if action is CaseAction.ORDER_RETURN:
        granted = with_address(granted, order, None)
    ordered = apply(granted, action, tx, CaseFacts(full=granted, order=order))
    case = ordered.case
    retyped = (
        [type_changes.event(tx, full, ordered, cause=DecisionCause.VERDICT)] if case.type is not full.case.type else []
    )
    resumed = AfterSaleResumed(
        **case_fields(tx, case),
        dispute_id=full.case.dispute_id or "",
        deadline_at=case.deadline_at,
        rejected=False,
    )
    if action is CaseAction.ORDER_REPLACEMENT:
        await effects.save(tx, full, ordered, None, *retyped, resumed)
        return
    approved = AfterSaleApproved(
        **case_fields(tx, case),
        cause=DecisionCause.VERDICT,
        deadline_at=case.deadline_at,
        return_address_missing=lacks_address(ordered),
        settings=settings_used(ordered.return_.settings),
    )
    await effects.save(tx, full, ordered, None, *retyped, resumed, approved)


async def _as_type(tx: Transaction[Settings], full: FullCase, order: Order, remedy: Remedy) -> FullCase:
    """The case as the type that it goes on as, with the freight of that."""
    made = ordered_as(remedy, full)
    if made.case.type is full.case.type:
        return full
    holds = await tx.all(HOLDS_OF_ORDER, order_id=order.id)
    case = replace(made.case, type_changes=full.case.type_changes + 1)
    return replace(made, case=estimated(order, case, made.requested, holds))
