"""Notes 内部备注 about conversations: agents write them for each other; buyers and merchants never see one."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut, PrincipalId
from fastapi import APIRouter, Query

from cs_svc.api.conversations import ConversationId
from cs_svc.api.schemas.desk import NoteIn, NoteOut
from cs_svc.commands import notes
from cs_svc.domain.attachments import AttachmentUnusable
from cs_svc.domain.errors import ConversationGone
from cs_svc.domain.notes import AgentUnknown
from cs_svc.queries import desk as queries
from cs_svc.settings import Settings

router = APIRouter(prefix="/v1", tags=["notes"], route_class=ApiRoute)
STAFF = require_role("agent", "arbitrator", "admin")


@router.post(
    "/conversations/{conversation_id}/notes",
    operation_id="addNote",
    status_code=201,
    responses=refusals(ConversationGone, AgentUnknown, AttachmentUnusable),
    dependencies=[require_role("agent")],
)
async def add_note(conversation_id: ConversationId, body: NoteIn, tx: Tx[Settings]) -> NoteOut:
    """Add a note for other agents. It changes nothing that buyer or merchant see: no message, no count, no version."""
    note = await notes.add(
        tx, conversation_id, text=body.text, mentions=body.mentions, attachment_ids=body.attachment_ids
    )
    return NoteOut.of(note)


@router.get("/notes", operation_id="listNotes", dependencies=[STAFF])
async def list_notes(
    reader: Read[Settings],
    conversation_id: Annotated[Id | None, Query(description="Only those about this conversation.")] = None,
    mentioned_id: Annotated[PrincipalId | None, Query(description="Only those that mention this agent.")] = None,
    author_id: Annotated[PrincipalId | None, Query(description="Only those of this agent.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[NoteOut]:
    """Notes, newest first."""
    filters = {"conversation_id": conversation_id, "mentioned_id": mentioned_id, "author_id": author_id}
    return PageOut[NoteOut].of(await queries.notes(reader, limit, cursor, **filters), NoteOut.of)
