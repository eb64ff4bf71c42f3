"""Files that came with messages."""

from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.refusals import NotFound

from cs_svc import queries
from cs_svc.domain.attachments import Attachment, ListedFile
from cs_svc.tables.inbound import FILE_OF_CONVERSATION, FILES_OF_CONVERSATION

MOST_LISTED = 100


async def files(reader: Reader, conversation_id: str) -> list[ListedFile]:
    """The latest files of a conversation, newest first. Raises: NotFound."""
    conversation = await queries.conversation(reader, conversation_id)
    first = conversation.first_shown(reader.actor.role)
    return await reader.all(FILES_OF_CONVERSATION, conversation_id=conversation_id, rows=MOST_LISTED, from_place=first)


async def file(reader: Reader, conversation_id: str, file_id: str) -> Attachment:
    """One file of a conversation. Raises: NotFound."""
    conversation = await queries.conversation(reader, conversation_id)
    first = conversation.first_shown(reader.actor.role)
    found = await reader.one(FILE_OF_CONVERSATION, conversation_id=conversation_id, file_id=file_id, from_place=first)
    if found is None:
        raise NotFound
    return found
