"""Refunds that were paid and came back to the merchant: the case owes the money to the buyer again, and an agent decides how it gets there."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_chassis.records import replace
from aftercare_events import AfterSaleEscalated, AfterSaleRefundReversed, Event, RefundReversed

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.cases import second_person
from aftersale_svc.commands.money import refund_parts
from aftersale_svc.commands.money.refunds import RefundUnexpected
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.codes import EscalationCause, RefundAction, RefundState
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import REFUND, apply, permits
from aftersale_svc.domain.cases.model import CaseAction, CaseState, Refund
from aftersale_svc.domain.cases.offline_refunds.policy import is_stated_outside
from aftersale_svc.domain.cases.types import ENDED
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.legs import REFUNDS


async def come_back(tx: Transaction[Settings], event: RefundReversed) -> None:
    """Record that a refund of the case, or a share of one, came back. A completed case is open again.

    It counts against the refund that was decided last, which stands for all that the case gives back: one that is on its way ends first, and
    one that a dispute stops is the verdict's. A case that ended otherwise stays as it is: its order gives the money back.

    Raises:
        NotFound: there is no such case.
        RefundUnexpected: it is no refund of this case.
    """
    if event.case_id is None:
        return  # a refund of the order's own
    full, _ = await locking.case_and_order(tx, event.case_id)
    last, meant = full.refund, await tx.find(REFUNDS, event.refund_id)
    if last is None or meant is None or (meant.case_id, meant.currency) != (full.case.id, event.currency):
        raise RefundUnexpected(f"{event.refund_id} is not a refund of {full.case.id}")
    owed = _owed(last, event, SystemContext.of(tx))
    await tx.upsert(REFUNDS, owed)
    after = full.keeping(owed)
    if full.case.state not in ENDED:
        after = await refund_parts.came_back(tx, after)
    await _save(tx, full, _reviewed(tx, _without_statement(tx, after)), event)


def _owed(refund: Refund, event: RefundReversed, context: SystemContext) -> Refund:
    """The refund of which this much is with the merchant again."""
    if refund.state is RefundState.SUCCEEDED:
        refund = replace(REFUND.apply(refund, RefundAction.REVERSE, context), returned_minor=refund.rest_minor)
    if refund.state is RefundState.FAILED:
        refund = replace(refund, failure_code=event.failure_code)
    return replace(refund, came_back_minor=refund.came_back_minor + event.amount_minor, owed_again=True)


def _without_statement(tx: Transaction[Settings], full: FullCase) -> FullCase:
    """A payment that was stated, and does not give back all that is owed now, is stated again."""
    if full.offline_refund is None or not is_stated_outside(full) or full.case.state is CaseState.DISPUTED:
        return full
    return full.keeping(replace(full.offline_refund, withdrawn_at=tx.now))


def _reviewed(tx: Transaction[Settings], full: FullCase) -> FullCase:
    """The case with an agent, unless its refund is on its way, a dispute stops it, or it ended otherwise; what was proposed is decided anew."""
    if permits(full, CaseAction.REVERSE_REFUND, tx):
        return apply(full, CaseAction.REVERSE_REFUND, tx)
    if full.case.state is not CaseState.MANUAL_REVIEW:
        return full
    decided = second_person.without_proposal(full)
    return replace(decided, case=replace(decided.case, reviewed_for=EscalationCause.REFUND_REVERSED))


async def _save(tx: Transaction[Settings], before: FullCase, after: FullCase, event: RefundReversed) -> None:
    reported = AfterSaleRefundReversed(
        **case_fields(tx, after.case),
        refund_id=event.refund_id,
        failure_code=event.failure_code,
        amount_minor=event.amount_minor,
        currency=event.currency,
    )
    events: list[Event] = [reported]
    if after.case.state is not before.case.state:
        why = {"cause": EscalationCause.REFUND_REVERSED, "deadline_at": after.case.deadline_at}
        events.append(AfterSaleEscalated(**case_fields(tx, after.case), **why))
    await effects.save(tx, before, after, CaseAction.REVERSE_REFUND, *events, note=event.failure_code)
