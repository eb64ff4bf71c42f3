"""Ratings of couriers 快递评价: a buyer rates the courier of a parcel once its way has ended."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import CourierRated, trace_fields

from cs_svc.domain.courier_ratings import CourierFault, CourierRating, check_faults, check_parcel
from cs_svc.domain.errors import CourierAlreadyRated, ParcelUnknown
from cs_svc.settings import Settings
from cs_svc.tables.courier_ratings import COURIER_RATINGS, RATING_OF_PARCEL
from cs_svc.tables.orders import KNOWN_PARCELS, LOCK_PARCEL


async def rate(
    tx: Transaction[Settings], *, parcel_id: str, score: int, faults: Sequence[CourierFault], text: str | None
) -> CourierRating:
    """Rate the courier of a parcel from 1 to 5.

    Raises:
        CourierFaultsMismatch: a bad rating names no fault, or another one names some.
        ParcelUnknown: there is no such parcel, or the actor may not see it.
        ParcelNotEnded: it is on its way, or no courier has had it.
        CourierAlreadyRated: its courier has been rated.
    """
    check_faults(score, faults)
    await tx.one(LOCK_PARCEL, id=parcel_id)
    parcel = await tx.find(KNOWN_PARCELS, parcel_id)
    if parcel is None:
        raise ParcelUnknown(pointer="/parcel_id", awaits=parcel_id)
    check_parcel(parcel)
    existing = await tx.one(RATING_OF_PARCEL, parcel_id=parcel_id)
    if existing is not None:
        raise CourierAlreadyRated(rating_id=existing.id)
    rating = CourierRating(
        id=tx.new_id("crat"),
        version=0,
        parcel_id=parcel.id,
        order_id=parcel.order_id,
        case_id=parcel.case_id,
        buyer_id=parcel.buyer_id,
        merchant_id=parcel.merchant_id,
        leg=parcel.leg,
        carrier=parcel.carrier,
        score=score,
        faults=list(faults),
        text=text,
        created_at=tx.now,
    )
    return await tx.create(COURIER_RATINGS, rating, _event(tx, rating))


def _event(tx: Transaction, rating: CourierRating) -> CourierRated:
    return CourierRated(
        **trace_fields(tx, affected_party=rating.buyer_id, applicant=rating.buyer_id, result="given"),
        rating_id=rating.id,
        parcel_id=rating.parcel_id,
        order_id=rating.order_id,
        case_id=rating.case_id,
        buyer_id=rating.buyer_id,
        merchant_id=rating.merchant_id,
        leg=rating.leg,
        carrier=rating.carrier,
        score=rating.score,
        faults=tuple(rating.faults),
    )
