"""Anomalies of parcels: begun and ended by scans and by silence, looked after by the merchant and by agents."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_events import DeliveryMeasured, Event, ParcelAnomalyAcknowledged, ParcelAnomalyEnded, ParcelAnomalyRaised
from aftercare_events.catalogue.parcel_anomalies import AnomalyScan

from order_svc.commands import feeds
from order_svc.commands.parcels.anomaly_record import anomaly_fields
from order_svc.commands.record import parcel_fields
from order_svc.domain import deliveries
from order_svc.domain.anomalies import policy, reports, silence
from order_svc.domain.anomalies.codes import AnomalyAction, AnomalyEnd, AnomalyKind, AnomalyResolution, GoodsLoss
from order_svc.domain.anomalies.lifecycle import ANOMALY
from order_svc.domain.anomalies.model import Anomaly
from order_svc.domain.tracking import Parcel, ParcelScan, ParcelStatus
from order_svc.settings import Settings
from order_svc.tables.anomalies import ANOMALIES, ANOMALIES_OF_PARCEL, SET_WATCH
from order_svc.tables.parcels import PARCELS

_MOST_SCANS = 10


def watched(tx: Transaction[Settings], parcel: Parcel, since: datetime | None = None) -> Parcel:
    """A new parcel with the time at which its silence is an anomaly: as if it had been handed over at `since`, where nothing could be
    reported to us before."""
    counted = parcel if since is None else replace(parcel, handed_over_at=since)
    return replace(parcel, watch_at=silence.next_at(counted, (), tx.settings.parcel_silence_hours, ()))


async def follow(tx: Transaction[Settings], parcel: Parcel, scans: Sequence[ParcelScan], *moves: Event) -> Parcel:
    """Save a locked parcel whose scans have changed, with the events of its move, and with what begins and ends by them.

    `scans` are those that belong to the parcel, in the order in which they happened.
    """
    shown = reports.shown(parcel, scans)
    has_ended = bool(moves) and parcel.terminal and parcel.withdrawn_at is None
    is_concerned = bool(shown or parcel.anomalies or has_ended)
    known = await tx.all(ANOMALIES_OF_PARCEL, parcel_id=parcel.id) if is_concerned else []
    over = {each.id for each in policy.over(parcel, scans, known)}
    cause = policy.end_of(parcel)
    known = [_ended(tx, each, cause) if each.id in over else each for each in known]
    found = [_found(tx, parcel, kind, at) for kind, at in policy.reported(parcel, scans, known).items()]
    ends = [_ended_event(tx, parcel, each) for each in known if each.id in over]
    begins = [_raised_event(tx, parcel, each, scans, silent=False) for each in found]
    for each in known:
        if each.id in over:
            await tx.upsert(ANOMALIES, each)
    await tx.insert(ANOMALIES, *found)
    every = [*known, *found]
    measured = [_measured(tx, parcel, scans, every)] if has_ended else []
    return await _save(tx, parcel, scans, every, [*moves, *ends, *begins, *measured])


async def look(tx: Transaction[Settings], parcel: Parcel, scans: Sequence[ParcelScan]) -> Parcel:
    """Raise what the silence of a locked parcel has become, if it is due; later, where we may have missed its scans."""
    again = await feeds.held_back(tx, parcel)
    if again is not None:
        return await _watch(tx, parcel, again)
    known = await tx.all(ANOMALIES_OF_PARCEL, parcel_id=parcel.id)
    due = policy.silent(parcel, scans, known, tx.settings.parcel_silence_hours, tx.now)
    found = [_found(tx, parcel, kind, began) for kind, began in due.items()]
    await tx.insert(ANOMALIES, *found)
    events = [_raised_event(tx, parcel, each, scans, silent=True) for each in found]
    return await _save(tx, parcel, scans, [*known, *found], events)


async def acknowledge(tx: Transaction[Settings], anomaly_id: str, *, note: str | None = None) -> Anomaly:
    """Record that the merchant or an agent looks after the anomaly.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see ANOMALY.
    """
    parcel, anomaly = await _locked(tx, anomaly_id)
    moved = _handled(tx, anomaly, AnomalyAction.ACKNOWLEDGE, note)
    event = ParcelAnomalyAcknowledged(**anomaly_fields(tx, parcel, moved), acknowledged_by=tx.actor.id)
    await tx.upsert(ANOMALIES, moved)
    await tx.save(PARCELS, parcel, event)
    return moved


async def resolve(
    tx: Transaction[Settings], anomaly_id: str, *, resolution: AnomalyResolution, note: str | None = None
) -> Anomaly:
    """Record how the merchant or an agent has resolved the anomaly.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see ANOMALY.
    """
    parcel, anomaly = await _locked(tx, anomaly_id)
    moved = _handled(tx, anomaly, AnomalyAction.RESOLVE, note)
    moved = replace(moved, ended_as=AnomalyEnd.RESOLVED, resolution=resolution)
    left = [kind for kind in parcel.anomalies if kind != moved.kind]
    await tx.upsert(ANOMALIES, moved)
    await tx.save(PARCELS, replace(parcel, anomalies=left), _ended_event(tx, parcel, moved))
    return moved


async def _locked(tx: Transaction[Settings], anomaly_id: str) -> tuple[Parcel, Anomaly]:
    """The parcel, locked before its anomaly as by a push, and the anomaly, which has no version of its own."""
    found = await tx.get(ANOMALIES, anomaly_id)
    tx.check_condition()
    parcel = await tx.lock(PARCELS, found.parcel_id)
    return parcel, await tx.lock(ANOMALIES, anomaly_id)


def _handled(tx: Transaction[Settings], anomaly: Anomaly, action: AnomalyAction, note: str | None) -> Anomaly:
    moved = ANOMALY.apply(anomaly, action, tx)
    return replace(moved, handler_id=tx.actor.id, note=note or anomaly.note, changed_at=tx.now)


def _found(tx: Transaction[Settings], parcel: Parcel, kind: AnomalyKind, since: datetime) -> Anomaly:
    return Anomaly(
        id=tx.new_id("anom"),
        parcel_id=parcel.id,
        order_id=parcel.order_id,
        case_id=parcel.case_id,
        merchant_id=parcel.merchant_id,
        leg=parcel.leg,
        carrier=parcel.carrier,
        waybill_no=parcel.waybill_no,
        kind=kind,
        since=since,
        state=ANOMALY.initial,
        raised_at=tx.now,
    )


def _ended(tx: Transaction[Settings], anomaly: Anomaly, cause: AnomalyEnd) -> Anomaly:
    ended = ANOMALY.apply(anomaly, AnomalyAction.END, SystemContext.of(tx))
    return replace(ended, ended_as=cause, changed_at=tx.now)


async def _save(
    tx: Transaction[Settings],
    parcel: Parcel,
    scans: Sequence[ParcelScan],
    known: Sequence[Anomaly],
    events: Sequence[Event],
) -> Parcel:
    open_ = sorted({each.kind.value for each in known if not each.is_over})
    raised = {each.kind for each in known if not each.is_over or policy.is_silent(each.kind, parcel, scans, each.since)}
    watch_at = silence.next_at(parcel, scans, tx.settings.parcel_silence_hours, raised)
    if events:
        return await tx.save(PARCELS, replace(parcel, anomalies=open_, watch_at=watch_at), *events)
    return await _watch(tx, parcel, watch_at)


async def _watch(tx: Transaction[Settings], parcel: Parcel, watch_at: datetime | None) -> Parcel:
    """Look at the parcel again at another time: no change of the parcel that is published."""
    if watch_at != parcel.watch_at:
        tx.change(PARCELS.name, SET_WATCH, parcel_id=parcel.id, watch_at=watch_at)
    return replace(parcel, watch_at=watch_at)


def _measured(
    tx: Transaction[Settings], parcel: Parcel, scans: Sequence[ParcelScan], anomalies: Sequence[Anomaly]
) -> DeliveryMeasured:
    delivered = parcel.status is ParcelStatus.DELIVERED
    figures = deliveries.measure(scans, delivered=delivered)
    losses = {each.loss for each in anomalies if each.loss is not None and each.kind is not AnomalyKind.PRESUMED_LOST}
    return DeliveryMeasured(
        **parcel_fields(tx, parcel),
        outcome=parcel.status,
        delivered=delivered,
        delivered_to=parcel.delivered_to,
        handed_over_at=parcel.handed_over_at,
        first_scan_at=figures.first_scan_at,
        first_attempt_at=figures.first_attempt_at,
        ended_at=parcel.status_at,
        attempts=figures.attempts,
        scans=figures.scans,
        anomalies=tuple(sorted({each.kind.value for each in anomalies})),
        loss=min(losses, default=None, key=lambda loss: loss is not GoodsLoss.LOST),
    )


def _raised_event(
    tx: Transaction[Settings], parcel: Parcel, anomaly: Anomaly, scans: Sequence[ParcelScan], *, silent: bool
) -> ParcelAnomalyRaised:
    shown = tuple(_scan(scan) for scan in scans[-_MOST_SCANS:])
    return ParcelAnomalyRaised(**anomaly_fields(tx, parcel, anomaly), silent=silent, scans=shown)


def _ended_event(tx: Transaction[Settings], parcel: Parcel, anomaly: Anomaly) -> ParcelAnomalyEnded:
    cause = anomaly.ended_as or AnomalyEnd.RESOLVED
    return ParcelAnomalyEnded(**anomaly_fields(tx, parcel, anomaly), cause=cause, resolution=anomaly.resolution)


def _scan(scan: ParcelScan) -> AnomalyScan:
    return AnomalyScan(
        status=scan.status,
        reason=scan.reason,
        raw_code=scan.raw_code,
        partner=scan.partner,
        occurred_at=scan.occurred_at,
    )
