"""The goods' way back: shipped, received, inspected."""

from collections.abc import Sequence
from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_events import (
    AfterSaleRejected,
    Event,
    InspectedLine,
    ParcelStatusChanged,
    ReturnDelivered,
    ReturnInspected,
    ReturnScanned,
    ReturnShipped,
    ReturnWaybillCorrected,
    ShippedLine,
)

from aftersale_svc.commands import effects, holding, refunds, stages
from aftersale_svc.commands.record import about, save
from aftersale_svc.domain import lifecycle, policy
from aftersale_svc.domain.codes import RefundCause, RejectReason
from aftersale_svc.domain.errors import ReasonRequired, WaybillUnchanged
from aftersale_svc.domain.lifecycle import Action
from aftersale_svc.domain.model import Case, CaseLine, Inspected, State
from aftersale_svc.tables.cases import CASES, JUDGE_LINES, LINES_OF

# What order-svc says of a parcel that no courier has had in hand.
UNSCANNED = frozenset({"pending", "unknown", "cancelled"})


async def ship(tx: Transaction, case_id: str, carrier: str, waybill_no: str) -> tuple[Case, list[CaseLine]]:
    """The buyer handed the goods to a courier; order-svc follows the parcel from here."""
    case = await tx.lock(CASES, case_id)
    shipped = replace(
        lifecycle.move(case, Action.SHIP, tx),
        return_carrier=carrier,
        return_waybill_no=waybill_no,
        return_scanned_at=None,
        delivered_at=None,
    )
    lines = await tx.all(LINES_OF, case_id=case.id)
    told = ReturnShipped(
        **about(tx, shipped),
        carrier=carrier,
        waybill_no=waybill_no,
        lines=_content(lines),
        deadline_at=shipped.deadline_at,
    )
    return await save(tx, shipped, Action.SHIP, told), lines


async def correct_waybill(tx: Transaction, case_id: str, carrier: str, waybill_no: str) -> Case:
    """The buyer had named a wrong waybill; order-svc follows this one instead. The deadline stays that of the shipping."""
    case = await tx.lock(CASES, case_id)
    corrected = replace(
        lifecycle.move(case, Action.CORRECT_WAYBILL, tx), return_carrier=carrier, return_waybill_no=waybill_no
    )
    if (carrier, waybill_no) == (case.return_carrier, case.return_waybill_no):
        raise WaybillUnchanged(pointer="/waybill_no", waybill_no=waybill_no)
    told = ReturnWaybillCorrected(
        **about(tx, corrected),
        previous_carrier=case.return_carrier or "",
        previous_waybill_no=case.return_waybill_no or "",
        carrier=carrier,
        waybill_no=waybill_no,
        lines=_content(await tx.all(LINES_OF, case_id=case.id)),
        deadline_at=corrected.deadline_at,
    )
    return await save(tx, corrected, Action.CORRECT_WAYBILL, told)


def _content(lines: Sequence[CaseLine]) -> tuple[ShippedLine, ...]:
    return tuple(ShippedLine(line_id=line.line_id, quantity=line.quantity) for line in lines)


async def receive(tx: Transaction, case_id: str, note: str | None = None) -> Case:
    """The merchant has the goods, whatever the courier says."""
    case = await tx.lock(CASES, case_id)
    received = replace(lifecycle.move(case, Action.RECEIVE, tx), delivered_at=tx.now)
    return await save(tx, received, Action.RECEIVE, _delivered(tx, received, None), note=note)


async def follow_parcel(tx: Transaction, event: ParcelStatusChanged) -> None:
    """A courier reports the parcel of a case: its first scan fixes the waybill, its delivery starts the inspection.

    What is reported of a waybill that the buyer has corrected, or replaced when sending the goods again, changes nothing.
    """
    if event.leg != "return" or event.case_id is None or event.status in UNSCANNED:
        return
    case = await tx.lock(CASES, event.case_id)
    if (case.return_carrier, case.return_waybill_no) != (event.carrier, event.waybill_no):
        return
    if event.status == "delivered":
        await _arrive(tx, case, event)
    elif case.return_scanned_at is None and State.RETURN_IN_TRANSIT in (case.state, case.frozen_state):
        await _scanned(tx, case, event)


async def _scanned(tx: Transaction, case: Case, event: ParcelStatusChanged) -> None:
    scanned = replace(case, return_scanned_at=event.occurred_at, updated_at=tx.now)
    told = ReturnScanned(
        **about(tx, scanned),
        parcel_id=event.parcel_id,
        waybill_no=event.waybill_no,
        scanned_at=event.occurred_at,
        deadline_at=scanned.deadline_at,
    )
    await save(tx, scanned, "scan", told)


async def _arrive(tx: Transaction, case: Case, event: ParcelStatusChanged) -> None:
    if case.state is State.DISPUTED and case.frozen_state is State.RETURN_IN_TRANSIT:
        arrived = replace(case, frozen_state=State.AWAIT_INSPECTION, updated_at=tx.now)
    elif lifecycle.possible(case, Action.RECEIVE, tx.actor):
        arrived = lifecycle.move(case, Action.RECEIVE, tx)
    else:
        return  # judged without it meanwhile: a late scan changes no decision
    scanned_at = case.return_scanned_at or event.occurred_at
    arrived = replace(arrived, return_scanned_at=scanned_at, delivered_at=event.occurred_at)
    await save(tx, arrived, Action.RECEIVE, _delivered(tx, arrived, event.parcel_id))


async def inspect(
    tx: Transaction,
    case_id: str,
    found: Sequence[Inspected] | None = None,
    reason: RejectReason | None = None,
    note: str | None = None,
) -> tuple[Case, list[CaseLine]]:
    """Judge the returned goods: what is accepted is refunded; nothing accepted is a rejection. None accepts all."""
    nothing = found is not None and not any(each.accepted for each in found)
    case, order = await holding.case_and_order(tx, case_id)
    moved = lifecycle.move(case, Action.REFUSE if nothing else Action.INSPECT, tx)
    lines = await tx.all(LINES_OF, case_id=case.id)
    judged = policy.judge(lines, found)
    if nothing:
        return await _refuse(tx, moved, judged, reason, note), lines
    await _keep(tx, judged)
    gone = await stages.came_back(tx, order, moved)
    cause = RefundCause.TIMEOUT if tx.actor == SYSTEM else RefundCause.INSPECTION
    decided = await refunds.decide(tx, order, gone, cause)
    told: list[Event] = [stages.event(tx, decided)] if gone is not moved else []
    told.append(_inspected(tx, decided, judged, sum(line.accepted_minor or 0 for line in judged)))
    return await effects.enter(tx, decided, Action.INSPECT, *told, note=note), judged


async def _refuse(
    tx: Transaction, moved: Case, judged: list[CaseLine], reason: RejectReason | None, note: str | None
) -> Case:
    if reason is None:
        raise ReasonRequired(pointer="/reason")
    refused = replace(moved, reject_reason=reason)
    told = AfterSaleRejected(**about(tx, refused), reason=reason, deadline_at=refused.deadline_at)
    return await effects.enter(tx, refused, Action.REFUSE, _inspected(tx, refused, judged, 0), told, note=note)


async def _keep(tx: Transaction, judged: list[CaseLine]) -> None:
    await tx.execute(
        JUDGE_LINES,
        case_id=judged[0].case_id,
        line_ids=[line.line_id for line in judged],
        units=[line.accepted for line in judged],
        shares=[line.accepted_minor for line in judged],
        grades=[line.grade for line in judged],
    )


def _delivered(tx: Transaction, case: Case, parcel_id: str | None) -> ReturnDelivered:
    return ReturnDelivered(
        **about(tx, case), parcel_id=parcel_id, waybill_no=case.return_waybill_no or "", deadline_at=case.deadline_at
    )


def _inspected(tx: Transaction, case: Case, judged: list[CaseLine], accepted_minor: int) -> ReturnInspected:
    return ReturnInspected(
        **about(tx, case),
        lines=tuple(
            InspectedLine(line_id=line.line_id, accepted=line.accepted or 0, grade=line.grade) for line in judged
        ),
        accepted_minor=accepted_minor,
        currency=case.currency,
        cause="timeout" if tx.actor == SYSTEM else "decision",
    )
