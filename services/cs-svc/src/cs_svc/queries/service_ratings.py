"""Ratings of the service that a reader may see."""

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.refusals import NotFound

from cs_svc.domain.service_ratings import RatingSide, ServiceRating, ServiceRatingRevision
from cs_svc.tables.service_ratings import REVISIONS_OF_SERVICE_RATING, SERVICE_RATING_LISTS, SERVICE_RATINGS


async def one(reader: Reader, side: RatingSide, rating_id: str) -> tuple[ServiceRating, list[ServiceRatingRevision]]:
    """A rating by this side and its earlier versions, oldest first. Raises: NotFound."""
    found = await reader.get(SERVICE_RATINGS[side], rating_id)
    if found.side is not side:
        raise NotFound(what="service_ratings")
    return found, await reader.all(REVISIONS_OF_SERVICE_RATING, rating_id=rating_id)


async def page(
    reader: Reader, side: RatingSide, limit: int, cursor: str | None, **filters: str | None
) -> Page[ServiceRating]:
    """A page of ratings by this side, newest first."""
    return await reader.page(SERVICE_RATING_LISTS[side], limit=limit, cursor=cursor, side=side, **filters)
