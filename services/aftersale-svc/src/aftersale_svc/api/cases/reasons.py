"""The table of reasons: of requests, of rejections and of closing a case."""

from aftercare_chassis.http.routing import ApiRoute, Read
from fastapi import APIRouter

from aftersale_svc.api.schemas.cases.reasons import ReasonTableOut, reason_table
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/reasons", tags=["after-sale options"], route_class=ApiRoute)


@router.get("", operation_id="getReasons")
async def get_reasons(reader: Read[Settings]) -> ReasonTableOut:
    """Show every reason for which after-sale service is asked for, a request is rejected, or a case is closed."""
    return reason_table()
