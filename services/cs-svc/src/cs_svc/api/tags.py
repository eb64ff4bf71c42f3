"""Tags 标签: the words that an installation sorts conversations by."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action, require_role
from aftercare_chassis.http.schemas import Cursor, Limit, PageOut
from fastapi import APIRouter, Path

from cs_svc.api.conversations import ConversationId
from cs_svc.api.schemas.conversations import ConversationOut
from cs_svc.api.schemas.desk import TagIn, TagOut, TagsIn
from cs_svc.api.schemas.shared import ChosenId
from cs_svc.commands import tags
from cs_svc.domain.conversations import CONVERSATION, ConversationAction
from cs_svc.domain.errors import ConversationGone
from cs_svc.domain.tags import TagUnknown
from cs_svc.queries import desk as queries
from cs_svc.settings import Settings

router = APIRouter(prefix="/v1", tags=["tags"], route_class=ApiRoute)
STAFF = require_role("agent", "arbitrator", "admin")
TagId = Annotated[ChosenId, Path(description="The id of the tag.")]


@router.put("/tags/{tag_id}", operation_id="putTag", dependencies=[require_role("admin")])
async def put_tag(tag_id: TagId, body: TagIn, tx: Tx[Settings]) -> TagOut:
    """Make a tag, or change it."""
    made = await tags.put(tx, tag_id, name_zh=body.name_zh, name_en=body.name_en, retired=body.retired)
    return TagOut.of(made)


@router.get("/tags", operation_id="listTags", dependencies=[STAFF])
async def list_tags(reader: Read[Settings], limit: Limit = 20, cursor: Cursor = None) -> PageOut[TagOut]:
    """The tags, retired ones too, the last by id first."""
    return PageOut[TagOut].of(await queries.tags(reader, limit, cursor), TagOut.of)


@router.get("/tags/{tag_id}", operation_id="getTag", dependencies=[STAFF])
async def get_tag(tag_id: TagId, reader: Read[Settings]) -> TagOut:
    """One tag."""
    return TagOut.of(await queries.tag(reader, tag_id))


@router.post(
    "/conversations/{conversation_id}/tag",
    operation_id="tagConversation",
    responses=refusals(TagUnknown, ConversationGone),
    dependencies=[require_action(CONVERSATION, ConversationAction.TAG)],
)
async def tag_conversation(conversation_id: ConversationId, body: TagsIn, tx: Tx[Settings]) -> ConversationOut:
    """Let a conversation have these tags and no others."""
    return ConversationOut.of(await tags.give(tx, conversation_id, tags=body.tags), tx.actor)
