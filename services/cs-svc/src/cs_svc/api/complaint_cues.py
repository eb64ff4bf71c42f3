"""Messages that say that they complain, over whichever channel: an agent is shown them, and decides."""

from typing import Annotated

from aftercare_chassis.http.routing import ApiRoute, Read, require_role
from aftercare_chassis.http.schemas import Id
from fastapi import APIRouter, Path

from cs_svc.api.schemas.complaint_cues import ComplaintCuesOut
from cs_svc.queries.complaint_cues import cues

router = APIRouter(prefix="/v1/conversations", tags=["complaints"], route_class=ApiRoute)


@router.get(
    "/{conversation_id}/complaint-cues",
    operation_id="listComplaintCues",
    dependencies=[require_role("agent", "arbitrator", "admin")],
)
async def list_complaint_cues(
    conversation_id: Annotated[Id, Path(description="The id of the conversation.")], reader: Read
) -> ComplaintCuesOut:
    """Those of the latest 100 messages that say that they complain, with the category to suggest. Nothing is taken in by itself:
    `markAsComplaint` does it, with what repeats an unresolved complaint added to that one."""
    return ComplaintCuesOut.of(await cues(reader, conversation_id))
