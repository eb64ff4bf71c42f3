"""The parcels that reports of couriers mean, with their scans: found by waybill number or reference, and locked with their orders.

Orders are locked before parcels, and both by their ids, so that two transactions that concern the same parcels do not wait for each
other, however many waybill numbers each of them locks.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction

from order_svc.domain import waybills
from order_svc.domain.tracking import Parcel
from order_svc.domain.waybills import ParcelKey, TrackedParcel
from order_svc.settings import Settings
from order_svc.tables.orders import LOCK_ORDERS
from order_svc.tables.parcels import (
    PARCELS_BY_REFERENCE,
    PARCELS_OF_WAYBILL,
    PARCELS_OF_WAYBILLS,
    PARCELS_OF_WAYBILLS_LOCKED,
    PREVIOUS_WAYBILL,
    SCANS_OF_PARCELS,
)

ByWaybill = dict[str, list[TrackedParcel]]


class TrackedWaybills:
    """Waybill numbers that are locked, and which of them some keys mean. What was read of a number is for its first use."""

    def __init__(self, meant: Mapping[ParcelKey, Sequence[ParcelKey]], tracked: ByWaybill) -> None:
        self._meant, self._tracked = meant, tracked

    def meant(self, key: ParcelKey) -> Sequence[ParcelKey]:
        """The key by the numbers of the parcels that it means, which may be other numbers than its own; none where it means none."""
        return self._meant[key]

    async def parcels(self, tx: Transaction[Settings], waybill_no: str) -> list[TrackedParcel]:
        """Every parcel with the waybill number, of whichever carrier, and its scans; read again where they may have changed since."""
        first = self._tracked.pop(waybill_no, None)
        return (await lock(tx, await _parcels(tx, [waybill_no])))[waybill_no] if first is None else first


async def load(tx: Transaction[Settings], keys: Iterable[ParcelKey]) -> TrackedWaybills:
    """Find and lock what these keys mean, until the end of the transaction.

    A number that no parcel has may be one under which a parcel goes on, or that of a piece of it: then the parcel is found by the
    number before, or by the reference.
    """
    distinct = list(dict.fromkeys(keys))
    known = await _parcels(tx, {key.waybill_no for key in distinct if key.waybill_no})
    found = {key: await _meant(tx, key, known[key.waybill_no]) for key in distinct if key.waybill_no}
    found |= {key: await _other_keys(tx, key) for key in distinct if not key.waybill_no}
    numbers = {each.waybill_no for several in found.values() for each in several}
    others = await _parcels(tx, numbers - known.keys())
    return TrackedWaybills(found, await lock(tx, {number: (known | others)[number] for number in numbers}))


async def lock(tx: Transaction[Settings], known: Mapping[str, Sequence[Parcel]]) -> ByWaybill:
    """Lock every parcel with these waybill numbers, and the orders of those that are known, until the end of the transaction.

    The parcels are read again after their orders are locked: one of them may have been registered meanwhile.
    """
    tracked: ByWaybill = {number: [] for number in known}
    order_ids = sorted({parcel.order_id for parcels in known.values() for parcel in parcels})
    if order_ids:
        await tx.lock_all(LOCK_ORDERS, order_ids=order_ids)
        found = await tx.lock_all(PARCELS_OF_WAYBILLS_LOCKED, waybill_nos=list(known))
        scans = await tx.all(SCANS_OF_PARCELS, parcel_ids=[each.id for each in found])
        for each in waybills.with_scans(found, scans):
            tracked[each.parcel.waybill_no].append(each)
    return tracked


async def meant(tx: Transaction[Settings], key: ParcelKey) -> list[Parcel]:
    """The parcels that the key means, which are not locked."""
    found = await _of_number(tx, key) if key.waybill_no else []
    return found or [parcel for other in await _other_keys(tx, key) for parcel in await _of_number(tx, other)]


async def _of_number(tx: Transaction[Settings], key: ParcelKey) -> list[Parcel]:
    return waybills.meant(await tx.all(PARCELS_OF_WAYBILL, waybill_no=key.waybill_no), key)


async def _parcels(tx: Transaction[Settings], waybill_nos: Iterable[str]) -> dict[str, list[Parcel]]:
    found: dict[str, list[Parcel]] = {number: [] for number in waybill_nos}
    for parcel in await tx.all(PARCELS_OF_WAYBILLS, waybill_nos=list(found)) if found else ():
        found[parcel.waybill_no].append(parcel)
    return found


async def _meant(tx: Transaction[Settings], key: ParcelKey, parcels: Sequence[Parcel]) -> Sequence[ParcelKey]:
    return [key] if waybills.meant(parcels, key) else await _other_keys(tx, key)


async def _other_keys(tx: Transaction[Settings], key: ParcelKey) -> list[ParcelKey]:
    """The keys of the parcels that may be meant where no parcel has the number itself."""
    if key.waybill_no and key.carrier is not None:
        first = await tx.one(PREVIOUS_WAYBILL, carrier=key.carrier, waybill_no=key.waybill_no)
        if first is not None:
            return [replace(key, waybill_no=first["waybill_no"])]
    if key.reference is None or key.carrier is None:
        return []
    found = await tx.all(PARCELS_BY_REFERENCE, reference=key.reference, carrier=key.carrier)
    named = [parcel for parcel in found if key.is_of(parcel)]
    numbers = sorted({parcel.waybill_no for parcel in waybills.of_first(named)})
    return [replace(key, waybill_no=number, piece_no=key.waybill_no or None) for number in numbers]
