"""SELECTs of parcels with their history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from order_svc.domain import waybills
from order_svc.domain.courier_ratings import CourierRating
from order_svc.domain.model import Address
from order_svc.domain.shipping.labels import ShippingLabel
from order_svc.domain.tracking import Parcel, ParcelLine, ParcelScan
from order_svc.domain.waybills import IgnoredReason, StatusChange, Waybill
from order_svc.settings import Settings
from order_svc.tables.courier_ratings import COURIER_RATINGS
from order_svc.tables.destinations import DESTINATION
from order_svc.tables.parcels import LINES_OF_PARCEL, PARCEL_LIST, PARCELS, PARCELS_OF_WAYBILL, SCANS_OF_WAYBILL
from order_svc.tables.shipping import LABEL_OF_PARCEL


@dataclass(frozen=True, slots=True)
class ParcelView:
    """A parcel with its content and its scans in the order in which they happened.

    `ignored` names, by their keys, the scans that do not belong to the parcel; those of another merchant or buyer are left out.
    `number_of_another`: one of these has had the waybill number before. `changes` are those of its status, oldest first.
    `courier_rating` is the buyer's; None where there is none.
    `destination` is where its courier takes it in place of the address of the order: by an intercept, or since that was changed later. `label` was ordered for it; None where
    the reader sees no labels.
    """

    parcel: Parcel
    lines: list[ParcelLine]
    scans: list[ParcelScan]
    ignored: Mapping[str, IgnoredReason]
    changes: list[StatusChange]
    courier_rating: CourierRating | None
    destination: Address | None
    label: ShippingLabel | None
    number_of_another: bool = False


async def parcel(reader: Reader[Settings], parcel_id: str) -> ParcelView:
    """One parcel that the reader may see."""
    return await parcel_view(reader, await reader.get(PARCELS, parcel_id))


async def parcel_view(reader: Reader[Settings], found: Parcel) -> ParcelView:
    """The parcel with its content and history."""
    lines = await reader.all(LINES_OF_PARCEL, parcel_id=found.id)
    with_number = await reader.all(PARCELS_OF_WAYBILL, waybill_no=found.waybill_no)
    same_number = [each for each in with_number if each.carrier == found.carrier]
    tracked = waybills.with_scans(same_number, await reader.all(SCANS_OF_WAYBILL, waybill_no=found.waybill_no))
    tolerance = timedelta(minutes=reader.settings.hand_over_tolerance_minutes)
    waybill, changes = Waybill(tracked, tolerance), waybills.changes(found, tracked, tolerance)
    rating = await reader.find(COURIER_RATINGS, found.id)
    destination = await reader.one(DESTINATION, parcel_id=found.id)
    label = await reader.one(LABEL_OF_PARCEL, parcel_id=found.id)
    others = waybill.of_others(found)
    return ParcelView(
        parcel=found,
        lines=lines,
        scans=[scan for scan in waybill.history(found) if scan.key not in others],
        ignored=waybill.ignored(found),
        changes=changes,
        courier_rating=rating,
        destination=destination,
        label=label,
        number_of_another=not waybill.has_precedence(found),
    )


async def parcels(reader: Reader, limit: int, cursor: str | None, **filters: object) -> Page[Parcel]:
    """A page of parcels."""
    return await reader.page(PARCEL_LIST, limit=limit, cursor=cursor, **filters)
