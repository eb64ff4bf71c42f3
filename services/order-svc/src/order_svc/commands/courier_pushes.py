"""Couriers' pushes: kept before they are acknowledged, worked on afterwards, looked at again by operators."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import structlog
from aftercare_chassis.database.errors import is_unavailable
from aftercare_chassis.database.transaction import Reader, Transaction
from aftercare_chassis.jobs.workers import Worker
from aftercare_chassis.runtime import Runtime

from order_svc.commands import parcels
from order_svc.domain.pushes import PUSH, WITHOUT_EFFECT, CourierEndpoint, CourierPush, PushAction, PushState, next_try
from order_svc.domain.tracking import ParcelStatus
from order_svc.integrations.couriers.model import Answer, Courier, Refused, Report
from order_svc.integrations.couriers.registry import PARTNERS
from order_svc.tables.couriers import (
    DUE_PUSH,
    ENDPOINTS,
    KEEP_PUSH,
    MOVE_PUSH,
    PRUNE_PUSHES,
    PUSHES,
    RAW_OF,
    REPEATED_PUSH,
    WAKE_PUSHES,
)

_FUTURE = timedelta(hours=24)
_PRUNED_AT_ONCE = 500
_MOST_FAILURES = 12
WORKER = "courier-pushes"
log = structlog.get_logger(__name__)


# At the door


async def receive(
    runtime: Runtime, partner: str, endpoint_id: str, raw: bytes, headers: Mapping[str, str]
) -> Answer | None:
    """Verify and keep a push, and say what to answer once that is durable; None where nobody listens at this address."""
    courier = PARTNERS.get(partner)
    if courier is None:
        return None
    async with runtime.transaction() as tx:
        endpoint = await _endpoint(tx, partner, endpoint_id)
        if endpoint is None:
            return None
        refused = courier.verify(raw, headers, endpoint.secrets(tx.now), tx.now)
        if refused is not None:
            await _keep_refused(tx, endpoint, raw, refused)
        else:
            refused = _unreadable(courier, raw)
            await _keep(tx, endpoint, courier.push_id(raw, headers), raw, refused)
    if refused is None:
        runtime.wake(WORKER)
        return courier.accepted()
    runtime.metrics.signal(f"courier_push_{refused.code}", partner)
    log.warning("courier_push_refused", partner=partner, endpoint_id=endpoint_id, code=refused.code)
    return courier.refused(refused)


async def listens(runtime: Runtime, partner: str, endpoint_id: str) -> bool:
    """Whether pushes of this partner are taken at this address."""
    async with runtime.reader() as read:
        return await _endpoint(read, partner, endpoint_id) is not None


async def _endpoint(read: Reader, partner: str, endpoint_id: str) -> CourierEndpoint | None:
    endpoint = await read.find(ENDPOINTS, endpoint_id)
    return endpoint if endpoint is not None and endpoint.partner == partner else None


def _unreadable(courier: Courier, raw: bytes) -> Refused | None:
    try:
        courier.parse(raw)
    except ValueError as error:
        return Refused("unreadable", str(error)[:200])
    return None


async def _keep(tx: Transaction, endpoint: CourierEndpoint, push_id: str, raw: bytes, refused: Refused | None) -> None:
    state = PushState.UNREADABLE if refused else PushState.RECEIVED
    due = None if refused else tx.now
    push = _row(tx, endpoint, push_id, state, refused.detail if refused else None)
    kept = await tx.execute(KEEP_PUSH, **_values(replace(push, due_at=due)), raw=raw)
    if not kept and refused is None:
        await _start_anew(tx, endpoint, push_id)


async def _start_anew(tx: Transaction, endpoint: CourierEndpoint, push_id: str) -> None:
    """Work again on a repeated push whose first copy had no effect: the acknowledgement that it gets now must be true."""
    push = await tx.one(REPEATED_PUSH, endpoint_id=endpoint.id, push_id=push_id, states=WITHOUT_EFFECT)
    if push is not None:
        await _move(tx, replace(push, due_at=tx.now, tries_since=tx.now), PushAction.REPEAT)


async def _keep_refused(tx: Transaction, endpoint: CourierEndpoint, raw: bytes, refused: Refused) -> None:
    """What proves nobody is kept as a hash: its content may be anything, and repeats of it must not fill the disk."""
    push_id = f"{PushState.REFUSED}:{refused.code}:{hashlib.sha256(raw).hexdigest()}"
    push = _row(tx, endpoint, push_id, PushState.REFUSED, refused.code)
    await tx.execute(KEEP_PUSH, **_values(replace(push, finished_at=tx.now)), raw=None)


def _row(tx: Transaction, endpoint: CourierEndpoint, push_id: str, state: PushState, why: str | None) -> CourierPush:
    return CourierPush(
        id=tx.new_id("push"),
        endpoint_id=endpoint.id,
        partner=endpoint.partner,
        push_id=push_id,
        state=state,
        why=why,
        reports=None,
        attempts=0,
        due_at=None,
        received_at=tx.now,
        tries_since=tx.now,
        finished_at=None,
    )


def _values(push: CourierPush) -> dict[str, object]:
    return {column.name: getattr(push, column.name) for column in PUSHES.columns}


# Afterwards


async def follow(runtime: Runtime) -> bool:
    """Work on the push that has been due longest, in one transaction; False when none is."""
    push: CourierPush | None = None
    try:
        async with runtime.transaction() as tx:
            push = await tx.one(DUE_PUSH, now=tx.now)
            if push is not None:
                await _work_on(runtime, tx, push)
    except Exception as error:
        if push is None or is_unavailable(error):
            raise
        log.error("courier_push_failed", push=push.id, error=type(error).__name__)
        await _set_back(runtime, push, type(error).__name__)
    return push is not None


async def _work_on(runtime: Runtime, tx: Transaction, push: CourierPush) -> None:
    reports = await _read(tx, push)
    if isinstance(reports, str):
        await _move(tx, push, PushAction.FAIL, why=reports)
        return
    read = replace(push, reports=[_shown(report) for report in reports])
    if not reports:
        await _move(tx, read, PushAction.IGNORE)
        return
    strangers = [r.waybill_no for r in reports if not await parcels.apply_scan(tx, r.carrier, r.waybill_no, r.scan)]
    if push.attempts == 0:
        _count_unknown(runtime, push.partner, reports)
    if strangers:
        await _wait(runtime, tx, read, strangers)
    else:
        await _move(tx, read, PushAction.APPLY)


async def _read(tx: Transaction, push: CourierPush) -> list[Report] | str:
    """The reports of a push, or why it cannot be believed after all."""
    found = await tx.one(RAW_OF, push=push.id)
    try:
        reports = PARTNERS[push.partner].parse(bytes(found["raw"]))  # type: ignore[index]
    except ValueError as error:
        return str(error)[:200]
    # One scan dated into the future would outrank every true one that follows.
    late = any(report.scan.occurred_at > push.received_at + _FUTURE for report in reports)
    return "a scan is dated into the future" if late else reports


def _shown(report: Report) -> dict[str, str | None]:
    """A report as operators see it."""
    scan = report.scan
    return {
        "carrier": report.carrier,
        "waybill_no": report.waybill_no,
        "status": scan.status,
        "reason": scan.reason,
        "raw_code": scan.raw_code,
        "occurred_at": scan.occurred_at.isoformat(),
        "text": report.text,
    }


def _count_unknown(runtime: Runtime, partner: str, reports: list[Report]) -> None:
    for report in reports:
        if report.scan.status is ParcelStatus.UNKNOWN:
            runtime.metrics.signal("courier_unknown_code", partner)
            log.warning("courier_unknown_code", partner=partner, code=report.scan.raw_code)


async def _wait(runtime: Runtime, tx: Transaction, push: CourierPush, strangers: list[str]) -> None:
    """The push may be faster than the seller who registers the parcel: look again, for a while."""
    why = f"unknown waybill: {', '.join(strangers[:5])}"
    again = next_try(push, tx.now, tx.settings.courier_unmatched_hours)
    if again is None:
        runtime.metrics.signal("courier_push_unmatched", push.partner)
        await _move(tx, push, PushAction.GIVE_UP, why=why)
    else:
        await _move(tx, replace(push, due_at=again), PushAction.WAIT, why=why)


async def _set_back(runtime: Runtime, push: CourierPush, why: str) -> None:
    """A push that our own code stumbles over must not hold up the others: later, and at last aside."""
    async with runtime.transaction() as tx:
        if push.attempts + 1 >= _MOST_FAILURES:
            await _move(tx, push, PushAction.FAIL, why=why)
        else:
            again = next_try(push, tx.now, tx.settings.courier_unmatched_hours) or tx.now
            await _move(tx, replace(push, due_at=again), PushAction.WAIT, why=why)


async def _move(tx: Transaction, push: CourierPush, action: PushAction, *, why: str | None = None) -> CourierPush:
    state = PUSH.move(push.state, action, tx.actor)
    waits = state in (PushState.RECEIVED, PushState.WAITING)
    moved = replace(
        push,
        state=state,
        why=why,
        attempts=0 if state is PushState.RECEIVED else push.attempts + 1,
        due_at=push.due_at if waits else None,
        finished_at=tx.now if state in (PushState.APPLIED, PushState.IGNORED) else None,
    )
    await tx.execute(
        MOVE_PUSH,
        push=moved.id,
        new_state=moved.state,
        because=moved.why,
        read_as=moved.reports,
        tries=moved.attempts,
        next_at=moved.due_at,
        since=moved.tries_since,
        done_at=moved.finished_at,
    )
    return moved


async def wake(tx: Transaction, waybill_no: str) -> None:
    """A parcel under this waybill is registered: every push that waits for it is due with the end of this transaction."""
    # Only those that wait: one that is being worked on for the first time looks again after half a second by itself.
    await tx.execute(WAKE_PUSHES, naming=[{"waybill_no": waybill_no}], now=tx.now)
    tx.wake(WORKER)


# By operators


async def redrive(tx: Transaction, push_id: str) -> CourierPush:
    """Work on a push once more, with its time to wait starting anew."""
    push = await tx.lock(PUSHES, push_id)
    return await _move(tx, replace(push, due_at=tx.now, tries_since=tx.now), PushAction.REDRIVE)


async def prune(runtime: Runtime) -> bool:
    """Delete what was finished long ago: raw pushes hold names and numbers, and repeats are known by their scans."""
    async with runtime.transaction() as tx:
        before = tx.now - timedelta(hours=tx.settings.courier_inbox_hours)
        return await tx.execute(PRUNE_PUSHES, before=before, rows=_PRUNED_AT_ONCE) == _PRUNED_AT_ONCE


WORKERS = (Worker(WORKER, follow), Worker("courier-inbox-pruning", prune, idle=300))
