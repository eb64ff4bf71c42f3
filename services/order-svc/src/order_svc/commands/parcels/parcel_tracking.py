"""Scans of parcels that the courier is asked for: a subscription per parcel, and queries where no scan arrives."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aftercare_chassis.database.transaction import Transaction

from order_svc.commands.parcels import destinations
from order_svc.commands.partners import partner_inbox
from order_svc.commands.shipping import shipping_queue
from order_svc.domain.partners.pushes import ANSWER, PushSource
from order_svc.domain.shipping import policy
from order_svc.domain.shipping.accounts import ShippingAccount
from order_svc.domain.shipping.calls import ShippingCall, ShippingSubject, ShippingVerb
from order_svc.domain.shipping.errors import ShippingAccountMissing
from order_svc.domain.shipping.model import CourierName
from order_svc.domain.tracking import Parcel
from order_svc.integrations.couriers.outward.port import CourierOutcome, CourierResult, TrackingResult
from order_svc.integrations.pushes import ExaminedPush
from order_svc.settings import Settings
from order_svc.tables.parcels import PARCELS, SCANS_OF_WAYBILL
from order_svc.tables.shipping import CALLS, EVERY_ACCOUNT_OF_MERCHANT

_V = ShippingVerb
_MOST_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedCall:
    """A parcel that is to be subscribed or queried, through which account, and the end of the receiver's phone."""

    parcel: Parcel
    account: ShippingAccount
    phone_end: str


async def follow(tx: Transaction[Settings], parcel: Parcel) -> None:
    """Have the scans of a parcel that was just registered pushed, where the merchant has a courier that can."""
    if await _account(tx, parcel) is not None:
        await shipping_queue.call(tx, ShippingSubject.PARCEL, parcel.id, _V.SUBSCRIBE)


async def follow_all(
    tx: Transaction[Settings], accounts: Sequence[ShippingAccount], parcels: Sequence[Parcel], *, until: datetime
) -> None:
    """Have the scans of many parcels pushed, as of those that are just registered; `accounts` are those of their merchant.

    The couriers are asked one parcel after another between now and `until`, so that labels and queries of others do not wait for all of them.
    """
    asked = [each for each in parcels if tx.now - each.handed_over_at <= policy.MOST_OPEN]
    served = [each for each in asked if _serving(accounts, each) is not None]
    step = (until - tx.now) / max(len(served), 1)
    await tx.insert(
        CALLS,
        *(
            ShippingCall(
                id=each.id,
                subject=ShippingSubject.PARCEL,
                verb=_V.SUBSCRIBE,
                attempts=0,
                due_at=tx.now + place * step,
                traceparent=tx.trace.traceparent,
            )
            for place, each in enumerate(served)
        ),
    )
    tx.wake(shipping_queue.WORKER)


async def confirm(tx: Transaction[Settings], parcels: Sequence[Parcel]) -> None:
    """Have the courier asked for the scans of these parcels now: what was reported of them is no proof.

    One that has ended too: a voided parcel may travel, and a delivered one come back.
    """
    for parcel in parcels:
        await shipping_queue.call(tx, ShippingSubject.PARCEL, parcel.id, _V.CONFIRM)


async def _account(tx: Transaction[Settings], parcel: Parcel) -> ShippingAccount | None:
    """The account that is asked."""
    return _serving(await tx.all(EVERY_ACCOUNT_OF_MERCHANT, merchant_id=parcel.merchant_id), parcel)


def _serving(every: Sequence[ShippingAccount], parcel: Parcel) -> ShippingAccount | None:
    """That of the merchant's accounts which is asked about the parcel; a revoked one serves the parcels from before."""
    accounts = [each for each in every if each.revoked_at is None or parcel.created_at < each.revoked_at]
    try:
        return policy.account_for(accounts, parcel.carrier, None)
    except ShippingAccountMissing:
        return None


async def prepare(tx: Transaction[Settings], call: ShippingCall) -> TrackedCall | None:
    """The parcel, or None where it needs no more scans: it is too old, or it has ended, or had a scan a short while ago, and nothing is to be
    confirmed."""
    parcel = await tx.get(PARCELS, call.id)
    account = await _account(tx, parcel)
    has_ended = parcel.terminal and call.verb is not _V.CONFIRM
    if has_ended or account is None or tx.now - parcel.handed_over_at > policy.MOST_OPEN:
        await shipping_queue.end(tx, call)
        return None
    latest = await _latest_scan(tx, parcel)
    if call.verb is _V.TRACK and latest is not None and tx.now - latest < _poll(tx):
        await shipping_queue.put_off(tx, call, _V.TRACK, latest + _poll(tx), attempts=0)
        return None
    phone_end = await destinations.phone_end(tx, parcel.id, parcel.order_id)
    return TrackedCall(parcel=parcel, account=account, phone_end=phone_end)


async def close(
    tx: Transaction[Settings],
    call: ShippingCall,
    parcel: Parcel,
    courier: CourierName,
    result: CourierResult,
    polled: TrackingResult | None,
) -> None:
    """Store what was polled as if it had been pushed, and ask again later. A subscription or confirmation that fails is tried some times."""
    if polled is not None and polled.push is not None:
        await _store(tx, parcel, courier, polled.push)
    failed = result.outcome in (CourierOutcome.UNKNOWN, CourierOutcome.NOT_SENT)
    if call.verb is not _V.TRACK and failed and call.attempts + 1 < _MOST_TRIES:
        await shipping_queue.put_off(tx, call, call.verb, tx.now + policy.pause(call.attempts))
        return
    await shipping_queue.put_off(tx, call, _V.TRACK, tx.now + _poll(tx), attempts=0)


async def _store(tx: Transaction[Settings], parcel: Parcel, courier: CourierName, raw: bytes) -> None:
    """Put the answer of a query into the inbox of pushes: the same answer once."""
    account = await _account(tx, parcel)
    if account is None or account.courier is not courier:
        return
    push: ExaminedPush[object] = ExaminedPush(
        push_id=f"{ANSWER}sha256:{hashlib.sha256(raw).hexdigest()}",
        raw=raw,
        received_at=tx.now,
        headers={},
        verified=True,
    )
    await partner_inbox.store(tx, push, source=PushSource.COURIER, partner=courier, endpoint_id=account.endpoint_id)


async def _latest_scan(tx: Transaction[Settings], parcel: Parcel) -> datetime | None:
    """When the latest scan of the parcel arrived."""
    scans = await tx.all(SCANS_OF_WAYBILL, waybill_no=parcel.waybill_no)
    return max((each.received_at for each in scans if each.parcel_id == parcel.id), default=None)


def _poll(tx: Transaction[Settings]) -> timedelta:
    return timedelta(hours=tx.settings.courier_poll_hours)
