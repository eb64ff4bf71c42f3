"""Which messages of a conversation say that they complain."""

from collections.abc import Sequence
from dataclasses import dataclass

from aftercare_chassis.database.transaction import Reader

from cs_svc import queries
from cs_svc.domain.complaint_cues import cue_of
from cs_svc.domain.complaints import ComplaintCategory
from cs_svc.domain.conversations import AuthorRole, Message
from cs_svc.tables.complaint_submissions import SUBMISSION_OF_EACH
from cs_svc.tables.complaints import COMPLAINT_OF_EACH


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintCue:
    """A message that says that it complains, with the complaint in which it is, if it is in one."""

    message_id: str
    place: str
    category: ComplaintCategory
    complaint_id: str | None


async def cues(reader: Reader, conversation_id: str) -> list[ComplaintCue]:
    """Those of the latest messages of the buyer that say that they complain, the oldest first. Raises: NotFound."""
    conversation = await queries.conversation(reader, conversation_id)
    found = _cues(await queries.latest_messages(reader, conversation))
    ids = [message.id for message, _ in found]
    known = dict[str, str]()
    for query in (COMPLAINT_OF_EACH, SUBMISSION_OF_EACH) if ids else ():
        known |= {row["message_id"]: row["complaint_id"] for row in await reader.all(query, ids=ids)}
    return [
        ComplaintCue(message_id=each.id, place=each.place, category=category, complaint_id=known.get(each.id))
        for each, category in found
    ]


def _cues(messages: Sequence[Message]) -> list[tuple[Message, ComplaintCategory]]:
    written = [each for each in messages if each.author_role is AuthorRole.BUYER]
    return [(each, category) for each in written if (category := cue_of(each.text or "")) is not None]
