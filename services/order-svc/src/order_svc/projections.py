"""Our copies of ratings of couriers, and of after-sale cases and disputes as parts of the units of their order; the same event changes them once.

`Case.refunding` and the held, withdrawn and refunded units of a case are this service's own: commands change them.
"""

from collections.abc import Mapping
from dataclasses import replace

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
    CourierRated,
    DisputeEvent,
    DisputeExecuted,
    DisputeOpened,
    DisputeSettled,
    DisputeWithdrawn,
    OfferAccepted,
)
from aftercare_events.catalogue.cases import GoodsOutcome

from order_svc.domain.cases import Case, CaseLine, CaseState, DisputeState, completed
from order_svc.domain.courier_ratings import CourierRating
from order_svc.domain.order_units import OrderUnits
from order_svc.tables.courier_ratings import COURIER_RATINGS

_DISPUTE_STATES: Mapping[type[DisputeEvent], DisputeState] = {
    DisputeOpened: DisputeState.OPEN,
    DisputeSettled: DisputeState.EXECUTED,
    DisputeExecuted: DisputeState.EXECUTED,
    DisputeWithdrawn: DisputeState.WITHDRAWN,
}


async def courier_rated(tx: Transaction, event: CourierRated) -> None:
    """Store how the buyer rated the courier of a parcel."""
    rating = CourierRating(
        parcel_id=event.parcel_id,
        rating_id=event.rating_id,
        score=event.score,
        faults=list(event.faults),
        rated_at=event.time,
    )
    await tx.upsert(COURIER_RATINGS, rating)


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
        not_received=event.not_received,
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
    retyped = replace(known, case_type=event.case_type, keeps_goods=_keeps_goods(event))
    if isinstance(event, AfterSaleTypeChanged):
        retyped = replace(retyped, not_received=event.not_received)
    return units.with_case(retyped)


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


def _known(units: OrderUnits, event: CaseEvent | DisputeEvent) -> Case:
    known = units.find_case(event.case_id)
    if known is None:
        raise Retry(awaits=event.case_id)
    return completed(known, keeps_goods=_keeps_goods(event)) if isinstance(event, CaseEvent) else known


def _keeps_goods(event: CaseEvent) -> bool:
    return event.goods_outcome == GoodsOutcome.KEEP
