"""Ratings of conversations 会话评价: by their customers, of the help that they got."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut, PrincipalId
from fastapi import APIRouter, Path, Query

from cs_svc.api.schemas.service_ratings import (
    ConversationRatingChangeIn,
    ConversationRatingIn,
    ServiceRatingOut,
    ServiceRatingWithHistoryOut,
)
from cs_svc.commands import service_ratings
from cs_svc.domain.errors import ConversationGone, NothingToChange
from cs_svc.domain.service_ratings import (
    ConversationNotClosed,
    RatedConversationUnknown,
    RatingSide,
    ServiceAlreadyRated,
)
from cs_svc.queries import service_ratings as found
from cs_svc.settings import Settings

router = APIRouter(prefix="/v1/conversation-ratings", tags=["conversation-ratings"], route_class=ApiRoute)
RatingId = Annotated[Id, Path(description="The id of the rating.")]


@router.post(
    "",
    operation_id="rateConversation",
    status_code=201,
    responses=refusals(RatedConversationUnknown, ConversationNotClosed, ConversationGone, ServiceAlreadyRated),
    dependencies=[require_role("buyer")],
)
async def rate_conversation(body: ConversationRatingIn, tx: Tx[Settings]) -> ServiceRatingOut:
    """Rate a closed conversation as its customer, once. Merchants do not see it."""
    scores = body.scores.model_dump()
    given = await service_ratings.rate_conversation(
        tx, conversation_id=body.conversation_id, scores=scores, text=body.text
    )
    return ServiceRatingOut.of(given)


@router.get("", operation_id="listConversationRatings")
async def list_conversation_ratings(
    reader: Read,
    conversation_id: Annotated[Id | None, Query(description="Only the one of this conversation.")] = None,
    agent_id: Annotated[PrincipalId | None, Query(description="Only of conversations that this agent had.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[ServiceRatingOut]:
    """Ratings of conversations by customers, newest first."""
    filters = {"conversation_id": conversation_id, "agent_id": agent_id}
    page = await found.page(reader, RatingSide.CUSTOMER, limit, cursor, **filters)
    return PageOut[ServiceRatingOut].of(page, ServiceRatingOut.of)


@router.get("/{conversation_rating_id}", operation_id="getConversationRating")
async def get_conversation_rating(conversation_rating_id: RatingId, reader: Read) -> ServiceRatingWithHistoryOut:
    """The rating with its earlier versions."""
    rating, earlier = await found.one(reader, RatingSide.CUSTOMER, conversation_rating_id)
    return ServiceRatingWithHistoryOut.with_history(rating, earlier)


@router.patch(
    "/{conversation_rating_id}",
    operation_id="changeConversationRating",
    responses=refusals(NothingToChange),
    dependencies=[require_role("buyer")],
)
async def change_conversation_rating(
    conversation_rating_id: RatingId, body: ConversationRatingChangeIn, tx: Tx[Settings]
) -> ServiceRatingOut:
    """Change the scores, the text or both; the earlier version is kept."""
    scores = body.scores.model_dump() if body.scores else None
    changed = await service_ratings.change(
        tx, RatingSide.CUSTOMER, conversation_rating_id, scores=scores, text=body.text
    )
    return ServiceRatingOut.of(changed)
