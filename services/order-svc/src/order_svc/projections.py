"""Our copies of after-sale cases and disputes, as parts of the units of their order; the same event changes them once.

`Case.refunding` and the held, withdrawn and refunded units of a case are this service's own: commands change them.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from aftercare_chassis.consumer.errors import Retry
from aftercare_chassis.database.transaction import Transaction
from aftercare_events import (
    AfterSaleCancelled,
    AfterSaleClosed,
    AfterSaleCompleted,
    AfterSaleRejected,
    AfterSaleReopened,
    AfterSaleRequested,
    AfterSaleResumed,
    AfterSaleTypeChanged,
    CaseEvent,
    ChargePaid,
    DisputeEvent,
    DisputeExecuted,
    DisputeOpened,
    DisputeSettled,
    DisputeWithdrawn,
    OfferAccepted,
    VerdictReplaced,
)
from aftercare_events.catalogue.appeals import DisputeDebtEvent, EntryDirection
from aftercare_events.catalogue.cases import GoodsOutcome
from aftercare_events.catalogue.exchanges import ChargeOwedBack, ChargeReturned
from aftercare_events.catalogue.guarantee_claims import GuaranteeClaimPaid
from aftercare_events.catalogue.refused_goods import RefusedGoodsClaimClosed

from order_svc.domain.cases import Case, CaseLine, CaseState, DisputeState, completed
from order_svc.domain.order_units import OrderUnits
from order_svc.domain.payments.charges import Charge
from order_svc.domain.payments.claw_backs import ClawBack
from order_svc.domain.payments.compensations import Compensation
from order_svc.settings import Settings
from order_svc.tables.charges import CHARGES
from order_svc.tables.claw_backs import CLAW_BACKS
from order_svc.tables.compensations import COMPENSATIONS
from order_svc.tables.orders import ORDERS

_DISPUTE_STATES: Mapping[type[DisputeEvent], DisputeState] = {
    DisputeOpened: DisputeState.OPEN,
    DisputeSettled: DisputeState.EXECUTED,
    DisputeExecuted: DisputeState.EXECUTED,
    DisputeWithdrawn: DisputeState.WITHDRAWN,
}


def case_requested(units: OrderUnits, event: AfterSaleRequested) -> OrderUnits:
    """The units with the new case and the units that it is about: none where it has nothing to do with where they are."""
    if units.find_case(event.case_id) is not None:
        return units
    case = Case(
        id=event.case_id,
        order_id=event.order_id,
        case_type=event.case_type,
        keeps_goods=_keeps_goods(event),
        state=CaseState.OPEN,
    )
    claims = event.goods_outcome != GoodsOutcome.NONE
    new = [
        CaseLine(case_id=case.id, line_id=line.line_id, order_id=case.order_id, quantity=line.quantity if claims else 0)
        for line in event.lines
    ]
    return replace(units.with_case(case), case_lines=[*units.case_lines, *new])


def case_continued(units: OrderUnits, event: AfterSaleRejected | AfterSaleResumed) -> OrderUnits:
    """The units; the case is still open, whatever was decided. Raises: Retry until it is known."""
    return units.with_case(_known(units, event))


def case_reopened(units: OrderUnits, event: AfterSaleReopened) -> OrderUnits:
    """The units with the case, which is open again. Raises: Retry until it is known."""
    return units.with_case(replace(_known(units, event), state=CaseState.OPEN))


def case_retyped(units: OrderUnits, event: OfferAccepted | AfterSaleTypeChanged) -> OrderUnits:
    """The units with the case as the type that it has now. Raises: Retry until it is known."""
    known = _known(units, event)
    return units.with_case(replace(known, case_type=event.case_type, keeps_goods=_keeps_goods(event)))


def case_completed(units: OrderUnits, event: AfterSaleCompleted) -> OrderUnits:
    """The units with the case, which ended with its purpose. Raises: Retry until it is known."""
    return units.with_case(replace(_known(units, event), state=CaseState.DONE))


def case_ended(units: OrderUnits, event: AfterSaleClosed | AfterSaleCancelled) -> OrderUnits:
    """The units with the case, which was closed or cancelled. Raises: Retry until it is known."""
    return units.with_case(replace(_known(units, event), state=CaseState.ENDED))


def dispute_changed(
    units: OrderUnits, event: DisputeOpened | DisputeSettled | DisputeExecuted | DisputeWithdrawn
) -> OrderUnits:
    """The units with the case in the state of the dispute about it, unless a later one has been opened meanwhile.

    Raises: Retry until the case is known; cases and disputes come on two topics.
    """
    case, state = _known(units, event), _DISPUTE_STATES[type(event)]
    if state is DisputeState.OPEN or case.dispute_id == event.dispute_id:
        return units.with_case(replace(case, dispute_id=event.dispute_id, dispute_state=state))
    return units


async def guarantee_paid(tx: Transaction[Settings], event: GuaranteeClaimPaid) -> None:
    """Copy what a guarantee has paid to the buyer of an order. Raises: NotFound where there is no such order."""
    await _compensated(tx, event, event.refund_id)


async def refused_goods_ended(tx: Transaction[Settings], event: RefusedGoodsClaimClosed) -> None:
    """Copy what a merchant has paid for refused goods that were lost. Raises: NotFound where there is no such order."""
    if event.paid_minor:
        await _compensated(tx, event, None)


async def _compensated(
    tx: Transaction[Settings], event: GuaranteeClaimPaid | RefusedGoodsClaimClosed, refund_id: str | None
) -> None:
    await tx.lock(ORDERS, event.order_id)  # refunds of the order are decided under this lock
    paid = Compensation(
        id=event.claim_id,
        order_id=event.order_id,
        case_id=event.case_id,
        source=event.kind,
        refund_id=refund_id,
        amount_minor=event.paid_minor,
        currency=event.currency,
        paid_at=event.time,
    )
    await tx.upsert(COMPENSATIONS, paid)


async def charge_paid(tx: Transaction[Settings], event: ChargePaid) -> None:
    """Copy what the buyer has paid in a case. Raises: NotFound where there is no such order."""
    await _keep(tx, _charge(event, event.owed_minor, event.time))


async def charge_owed_back(tx: Transaction[Settings], event: ChargeOwedBack) -> None:
    """Copy that the merchant owes it back. Raises: NotFound where there is no such order."""
    await _keep(tx, replace(_charge(event, event.amount_minor, event.paid_at), owed_back_at=event.time))


async def charge_returned(tx: Transaction[Settings], event: ChargeReturned) -> None:
    """Copy that the buyer has it back. Raises: NotFound where there is no such order."""
    owed = replace(_charge(event, event.amount_minor, event.paid_at), owed_back_at=event.owed_back_at)
    await _keep(tx, replace(owed, returned_at=event.time))


def _charge(event: ChargePaid | ChargeOwedBack | ChargeReturned, amount_minor: int, paid_at: datetime) -> Charge:
    return Charge(
        case_id=event.case_id,
        order_id=event.order_id,
        amount_minor=amount_minor,
        currency=event.currency,
        paid_at=paid_at,
    )


async def _keep(tx: Transaction[Settings], charge: Charge) -> None:
    await tx.get(ORDERS, charge.order_id)
    await tx.upsert(CHARGES, charge)


async def verdict_replaced(tx: Transaction[Settings], event: VerdictReplaced) -> None:
    """Copy what the buyer owes by a verdict in place of one that had paid more. Raises: NotFound where there is no such order."""
    if event.entry == EntryDirection.BUYER_OWES and event.entry_minor:
        await _keep_claw_back(tx, event, event.entry_minor, 0, 0)


async def debt_settled(tx: Transaction[Settings], event: DisputeDebtEvent) -> None:
    """Copy what of it was paid back or written off by now. Raises: NotFound where there is no such order."""
    await _keep_claw_back(tx, event, event.owed_minor, event.repaid_minor, event.written_off_minor)


async def _keep_claw_back(
    tx: Transaction[Settings],
    event: VerdictReplaced | DisputeDebtEvent,
    owed_minor: int,
    repaid_minor: int,
    written_off_minor: int,
) -> None:
    await tx.get(ORDERS, event.order_id)
    known = ClawBack(
        dispute_id=event.dispute_id,
        order_id=event.order_id,
        case_id=event.case_id,
        owed_minor=owed_minor,
        repaid_minor=repaid_minor,
        written_off_minor=written_off_minor,
        currency=event.currency,
        updated_at=event.time,
    )
    await tx.upsert(CLAW_BACKS, known)


def _known(units: OrderUnits, event: CaseEvent | DisputeEvent) -> Case:
    known = units.find_case(event.case_id)
    if known is None:
        raise Retry(awaits=event.case_id)
    return completed(known, keeps_goods=_keeps_goods(event)) if isinstance(event, CaseEvent) else known


def _keeps_goods(event: CaseEvent) -> bool:
    return event.goods_outcome == GoodsOutcome.KEEP
