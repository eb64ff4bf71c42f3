"""What a message that was posted causes."""

from aftercare_chassis.database.notifications import keyed
from aftercare_chassis.database.transaction import Transaction

from cs_svc.commands import read_marks
from cs_svc.domain.conversations import AuthorRole, Conversation, Message
from cs_svc.domain.live import LIVE
from cs_svc.settings import Settings


async def message_posted(
    tx: Transaction[Settings], before: Conversation | None, conversation: Conversation, message: Message
) -> None:
    """Let the connections of all processes that follow the conversation know of the stored message. `before` is the conversation without it,
    None where it is the first."""
    if message.author_role is not AuthorRole.SYSTEM:
        read_marks.put(tx, read_marks.of_author(message))
    tx.wake(keyed(LIVE, conversation.id))
