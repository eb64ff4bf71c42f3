"""Ratings by merchants 商户评价: of an ended case, how the buyer dealt with them and how the platform handled it."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut, PrincipalId
from fastapi import APIRouter, Path, Query

from cs_svc.api.filters import OfCase, OfOrder
from cs_svc.api.schemas.service_ratings import (
    MerchantRatingChangeIn,
    MerchantRatingIn,
    ServiceRatingOut,
    ServiceRatingWithHistoryOut,
)
from cs_svc.commands import service_ratings
from cs_svc.domain.errors import CaseNotCompleted, CaseUnknown, NothingToChange
from cs_svc.domain.service_ratings import RatingSide, ServiceAlreadyRated
from cs_svc.queries import service_ratings as found
from cs_svc.settings import Settings

router = APIRouter(prefix="/v1/merchant-ratings", tags=["merchant-ratings"], route_class=ApiRoute)
RatingId = Annotated[Id, Path(description="The id of the rating.")]


@router.post(
    "",
    operation_id="rateAsMerchant",
    status_code=201,
    responses=refusals(CaseUnknown, CaseNotCompleted, ServiceAlreadyRated),
    dependencies=[require_role("seller")],
)
async def rate_as_merchant(body: MerchantRatingIn, tx: Tx[Settings]) -> ServiceRatingOut:
    """Rate an ended case as its merchant, once. Buyers do not see it."""
    scores = body.scores.model_dump()
    given = await service_ratings.rate_case(tx, case_id=body.case_id, scores=scores, text=body.text)
    return ServiceRatingOut.of(given)


@router.get("", operation_id="listMerchantRatings")
async def list_merchant_ratings(
    reader: Read,
    case_id: OfCase = None,
    order_id: OfOrder = None,
    merchant_id: Annotated[PrincipalId | None, Query(description="Only those by this merchant.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[ServiceRatingOut]:
    """Ratings of cases by merchants, newest first."""
    filters = {"case_id": case_id, "order_id": order_id, "merchant_id": merchant_id}
    page = await found.page(reader, RatingSide.MERCHANT, limit, cursor, **filters)
    return PageOut[ServiceRatingOut].of(page, ServiceRatingOut.of)


@router.get("/{merchant_rating_id}", operation_id="getMerchantRating")
async def get_merchant_rating(merchant_rating_id: RatingId, reader: Read) -> ServiceRatingWithHistoryOut:
    """The rating with its earlier versions."""
    rating, earlier = await found.one(reader, RatingSide.MERCHANT, merchant_rating_id)
    return ServiceRatingWithHistoryOut.with_history(rating, earlier)


@router.patch(
    "/{merchant_rating_id}",
    operation_id="changeMerchantRating",
    responses=refusals(NothingToChange),
    dependencies=[require_role("seller")],
)
async def change_merchant_rating(
    merchant_rating_id: RatingId, body: MerchantRatingChangeIn, tx: Tx[Settings]
) -> ServiceRatingOut:
    """Change the scores, the text or both; the earlier version is kept."""
    scores = body.scores.model_dump() if body.scores else None
    changed = await service_ratings.change(tx, RatingSide.MERCHANT, merchant_rating_id, scores=scores, text=body.text)
    return ServiceRatingOut.of(changed)
