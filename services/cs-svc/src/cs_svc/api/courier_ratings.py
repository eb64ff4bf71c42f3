"""Ratings of couriers 快递评价: one per parcel whose way has ended."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Code, Cursor, Id, Limit, PageOut
from fastapi import APIRouter, Path, Query

from cs_svc import queries
from cs_svc.api.filters import OfOrder
from cs_svc.api.schemas.courier_ratings import CourierRatingIn, CourierRatingOut
from cs_svc.commands import courier_ratings
from cs_svc.domain.errors import CourierAlreadyRated, CourierFaultsMismatch, ParcelNotEnded, ParcelUnknown
from cs_svc.settings import Settings

router = APIRouter(prefix="/v1/courier-ratings", tags=["courier-ratings"], route_class=ApiRoute)


@router.post(
    "",
    operation_id="rateCourier",
    status_code=201,
    responses=refusals(ParcelUnknown, ParcelNotEnded, CourierFaultsMismatch, CourierAlreadyRated),
    dependencies=[require_role("buyer")],
)
async def rate_courier(body: CourierRatingIn, tx: Tx[Settings]) -> CourierRatingOut:
    """Rate the courier of a parcel, once: when it has arrived, is back with its sender, or is lost.

    A score of 1 or 2 names what was wrong; merchant and agents see it with the parcel."""
    given = await courier_ratings.rate(
        tx,
        parcel_id=body.parcel_id,
        score=body.score,
        faults=body.faults,
        text=body.text,
    )
    return CourierRatingOut.of(given)


@router.get("", operation_id="listCourierRatings")
async def list_courier_ratings(
    reader: Read,
    order_id: OfOrder = None,
    parcel_id: Annotated[Id | None, Query(description="Only the one of this parcel.")] = None,
    carrier: Annotated[Code | None, Query(description="Only those of this courier, such as `sf`.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[CourierRatingOut]:
    """Ratings of couriers, newest first."""
    filters = {"order_id": order_id, "parcel_id": parcel_id, "carrier": carrier}
    return PageOut[CourierRatingOut].of(
        await queries.courier_ratings(reader, limit, cursor, **filters), CourierRatingOut.of
    )


@router.get("/{courier_rating_id}", operation_id="getCourierRating")
async def get_courier_rating(
    courier_rating_id: Annotated[Id, Path(description="The id of the rating.")], reader: Read
) -> CourierRatingOut:
    """One rating of a courier."""
    return CourierRatingOut.of(await queries.courier_rating(reader, courier_rating_id))
