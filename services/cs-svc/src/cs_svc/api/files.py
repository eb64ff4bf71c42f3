"""Files that came with messages."""

from dataclasses import asdict
from typing import Annotated
from urllib.parse import quote

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read
from aftercare_chassis.http.schemas import Id
from fastapi import APIRouter, Path, Response

from cs_svc.api.conversations import ConversationId
from cs_svc.api.schemas.files import FileOut, FilesOut
from cs_svc.domain.errors import FileNotKept
from cs_svc.queries import files

router = APIRouter(prefix="/v1/conversations", tags=["channels"], route_class=ApiRoute)
FileId = Annotated[Id, Path(description="The id of the file.")]
_BYTES = "application/octet-stream"


@router.get("/{conversation_id}/files", operation_id="listConversationFiles")
async def list_files(conversation_id: ConversationId, reader: Read) -> FilesOut:
    """The files that came with the messages of a conversation: the latest hundred, newest first."""
    found = await files.files(reader, conversation_id)
    return FilesOut(data=[FileOut.model_validate(asdict(each)) for each in found])


@router.get(
    "/{conversation_id}/files/{file_id}",
    operation_id="getConversationFile",
    response_class=Response,
    responses={
        **refusals(FileNotKept),
        200: {
            "description": "The file.",
            "content": {_BYTES: {"schema": {"type": "string", "contentMediaType": _BYTES}}},
        },
    },
)
async def get_file(conversation_id: ConversationId, file_id: FileId, reader: Read) -> Response:
    """The content of a file as it came, unchecked: to be saved, never to be shown by a browser."""
    found = await files.file(reader, conversation_id, file_id)
    if found.content is None:
        raise FileNotKept(size_bytes=found.size_bytes)
    name = f"attachment; filename*=UTF-8''{quote(found.name, safe='')}"
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return Response(found.content, media_type=_BYTES, headers=headers)
