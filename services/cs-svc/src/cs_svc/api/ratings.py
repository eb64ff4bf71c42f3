"""Ratings 评价: one per ended after-sale case, in four dimensions; earlier versions are kept."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut
from fastapi import APIRouter, Path

from cs_svc import queries
from cs_svc.api.filters import OfCase, OfOrder
from cs_svc.api.schemas.ratings import RatingChangeIn, RatingIn, RatingOut, RatingWithHistoryOut
from cs_svc.commands import ratings
from cs_svc.domain.errors import AlreadyRated, CaseNotCompleted, CaseUnknown, NothingToChange
from cs_svc.settings import Settings

router = APIRouter(prefix="/v1/ratings", tags=["ratings"], route_class=ApiRoute)
RatingId = Annotated[Id, Path(description="The id of the rating.")]


@router.post(
    "",
    operation_id="giveRating",
    status_code=201,
    responses=refusals(CaseUnknown, CaseNotCompleted, AlreadyRated),
    dependencies=[require_role("buyer")],
)
async def give_rating(body: RatingIn, tx: Tx[Settings]) -> RatingOut:
    """Rate an ended after-sale case. A second rating is 409 `already_rated`, one before the end 409 `case_not_completed`."""
    merchant = body.merchant_scores.scores() if body.merchant_scores else None
    given = await ratings.give(
        tx, case_id=body.case_id, scores=body.scores.scores(), text=body.text, merchant_scores=merchant
    )
    return RatingOut.of(given)


@router.get("", operation_id="listRatings")
async def list_ratings(
    reader: Read,
    case_id: OfCase = None,
    order_id: OfOrder = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[RatingOut]:
    """Ratings, newest first."""
    page = await queries.ratings(reader, limit, cursor, case_id=case_id, order_id=order_id)
    return PageOut[RatingOut].of(page, RatingOut.of)


@router.get("/{rating_id}", operation_id="getRating")
async def get_rating(rating_id: RatingId, reader: Read) -> RatingWithHistoryOut:
    """A rating with its earlier versions."""
    return RatingWithHistoryOut.with_history(*await queries.rating(reader, rating_id))


@router.patch(
    "/{rating_id}",
    operation_id="changeRating",
    responses=refusals(NothingToChange),
    dependencies=[require_role("buyer")],
)
async def change_rating(rating_id: RatingId, body: RatingChangeIn, tx: Tx[Settings]) -> RatingOut:
    """Change the scores, those of the merchant or the text; the earlier version is kept."""
    merchant = body.merchant_scores.scores() if body.merchant_scores else None
    scores = body.scores.scores() if body.scores else None
    changed = await ratings.change(tx, rating_id, scores=scores, text=body.text, merchant_scores=merchant)
    return RatingOut.of(changed)
