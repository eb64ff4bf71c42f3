"""What a conversation that is opened, written in, assigned or closed causes."""

from aftercare_chassis.database.notifications import keyed
from aftercare_chassis.database.transaction import Transaction

from cs_svc.commands import deliveries, read_marks
from cs_svc.commands.routing import demand
from cs_svc.commands.sla import clocks
from cs_svc.domain.conversations import AuthorRole, Conversation, Message
from cs_svc.domain.live import LIVE
from cs_svc.settings import Settings


async def message_posted(
    tx: Transaction[Settings], before: Conversation | None, conversation: Conversation, message: Message
) -> None:
    """Let the connections of all processes that follow the locked conversation know of the stored message, have it delivered to the buyer's address,
    where the conversation is over a channel that has one and the message is not the buyer's own, and let queues and SLA clocks follow it.
    `before` is the conversation without it, None where it is the first."""
    if message.author_role is not AuthorRole.SYSTEM:
        read_marks.put(tx, read_marks.of_author(message))
    tx.wake(keyed(LIVE, conversation.id))
    if message.author_role is not AuthorRole.BUYER:
        await deliveries.queue(tx, conversation, message)
    await demand.message_posted(tx, before, conversation, message)
    await clocks.message_posted(tx, before, conversation, message)


async def conversation_assigned(tx: Transaction[Settings], conversation: Conversation) -> None:
    """The locked conversation has another agent."""
    await demand.conversation_assigned(tx, conversation)


async def conversation_closed(tx: Transaction[Settings], conversation: Conversation) -> None:
    """The locked conversation is closed."""
    await demand.conversation_closed(tx, conversation)
    await clocks.conversation_closed(tx, conversation)


async def customer_changed(tx: Transaction[Settings], conversation: Conversation) -> None:
    """The locked conversation belongs to another buyer."""
    await demand.customer_changed(tx, conversation)
    await clocks.customer_changed(tx, conversation)
