"""What waits for whom: the lists that people work through 待办."""

from aftercare_chassis.http.routing import ApiRoute, Read
from fastapi import APIRouter

from aftersale_svc import queries
from aftersale_svc.api.schemas.cases.work_lists import WorkListsOut
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/work-lists", tags=["cases"], route_class=ApiRoute)


@router.get("", operation_id="getWorkLists")
async def get_work_lists(reader: Read[Settings]) -> WorkListsOut:
    """Count the cases that wait for the caller, that are due soon, that wait for a parcel, that a dispute stopped, in which the caller's side missed a deadline, and in which a payment of the buyer is owed back, the freight of a return or a debt by a replaced verdict is owed.

    Each list names the filters with which `GET /v1/cases` shows it.
    """
    return WorkListsOut.of(await queries.work_lists(reader), reader.actor, reader.now)
