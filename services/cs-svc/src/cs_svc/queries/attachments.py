"""Files in conversations."""

from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.refusals import NotFound

from cs_svc import queries
from cs_svc.domain.attachments import STAFF, Attachment
from cs_svc.domain.conversations import Conversation
from cs_svc.tables.attachments import ATTACHMENT_SEEN, ATTACHMENTS, ATTACHMENTS_SEEN

MOST_LISTED = 100


async def attachments(reader: Reader, conversation_id: str) -> list[Attachment]:
    """The latest files of a conversation that the reader may see, newest first. Raises: NotFound."""
    conversation = await queries.conversation(reader, conversation_id)
    return await reader.all(ATTACHMENTS_SEEN, **_seen(reader, conversation), rows=MOST_LISTED)


async def attachment(reader: Reader, conversation_id: str, attachment_id: str) -> Attachment:
    """One file of a conversation. Raises: NotFound."""
    conversation = await queries.conversation(reader, conversation_id)
    found = await reader.one(ATTACHMENT_SEEN, **_seen(reader, conversation), attachment_id=attachment_id)
    if found is None:
        raise NotFound(what=ATTACHMENTS.name)
    return found


def _seen(reader: Reader, conversation: Conversation) -> dict[str, object]:
    actor = reader.actor
    whose = {"viewer_id": actor.id, "viewer_role": actor.role, "from_place": conversation.first_shown(actor.role)}
    return {"conversation_id": conversation.id, "is_staff": actor.role in STAFF, **whose}
