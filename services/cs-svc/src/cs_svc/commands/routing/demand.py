"""Which conversations need an agent: what enters and leaves the queues when conversations change, and what agents have solved."""

from aftercare_chassis.database.transaction import Transaction

from cs_svc.commands.routing import queue
from cs_svc.domain.conversations import AuthorRole, Conversation, ConversationState, Message, Turn
from cs_svc.domain.routing.agents import Team
from cs_svc.domain.routing.languages import language_of
from cs_svc.domain.routing.queue import LeaveCause, Priority, QueueEntry
from cs_svc.settings import Settings
from cs_svc.tables.routing.agents import AGENT, COUNT_OUTCOME
from cs_svc.tables.routing.queue import LAST_ENTRY, MOVE_LIVE_ENTRY


async def message_posted(
    tx: Transaction[Settings], before: Conversation | None, conversation: Conversation, message: Message
) -> None:
    """An agent who writes has the conversation, also one whom they open (`before` None); a merchant's answer ends the wait. A buyer's message waits for an agent where the
    conversation has none who is online, and which the bot does not have; one that was closed is more urgent, and hard: it was not solved."""
    if message.author_role is AuthorRole.AGENT:
        await queue.take(tx, conversation.id, message.author_id)
    elif message.author_role is AuthorRole.SELLER:
        await queue.leave(tx, conversation.id, LeaveCause.ANSWERED)
    elif message.author_role is AuthorRole.BUYER:
        reopened = before is not None and before.state is ConversationState.CLOSED
        if reopened:
            await _count(tx, conversation, handled=0, solved=-1)
        if not conversation.bot_in_charge:
            await wait_for_agent(
                tx,
                conversation,
                language=language_of(message.text or ""),
                priority=Priority.HIGH if reopened else Priority.NORMAL,
                is_hard=reopened,
            )


async def wait_for_agent(
    tx: Transaction[Settings],
    conversation: Conversation,
    *,
    language: str | None,
    priority: Priority = Priority.NORMAL,
    is_hard: bool = False,
) -> QueueEntry | None:
    """Let the locked conversation wait for an agent; None where its agent sees it anyway, or where no team is for it."""
    if await _has_agent(tx, conversation):
        return None
    return await queue.enter(tx, conversation, language=language, priority=priority, is_hard=is_hard)


async def bot_switched(tx: Transaction[Settings], conversation: Conversation, *, answers: bool) -> None:
    """A message that the bot answers waits for no agent any more; one that it was to answer waits for one."""
    if answers:
        await queue.leave(tx, conversation.id, LeaveCause.BOT)
    elif not conversation.bot_in_charge and conversation.whose_turn is Turn.SERVICE:
        await wait_for_agent(tx, conversation, language=None)


async def conversation_assigned(tx: Transaction[Settings], conversation: Conversation) -> None:
    """Whoever it is assigned to has it."""
    if conversation.agent_id is not None:
        await queue.take(tx, conversation.id, conversation.agent_id)


async def conversation_closed(tx: Transaction[Settings], conversation: Conversation) -> None:
    """It needs no agent any more; its agent has solved it, and has room for another one."""
    await queue.leave(tx, conversation.id, LeaveCause.CLOSED)
    await _count(tx, conversation, handled=1, solved=1)
    tx.wake(queue.ROUTING)


async def conversation_snoozed(tx: Transaction[Settings], conversation: Conversation) -> None:
    """It waits in no queue, and its agent has room for another one."""
    if conversation.agent_id is not None:
        await queue.take(tx, conversation.id, conversation.agent_id)
    tx.wake(queue.ROUTING)


async def conversation_woken(tx: Transaction[Settings], conversation: Conversation) -> None:
    """It waits for an agent where it has none who is online."""
    if not await _has_agent(tx, conversation):
        await queue.enter(tx, conversation)


async def conversation_transferred(
    tx: Transaction[Settings], before: Conversation, conversation: Conversation, team: Team | None
) -> None:
    """It waits for the team, and is offered last to whose it was; an agent who works has it at once, for another one it waits."""
    had = [] if before.agent_id is None else [before.agent_id]
    if team is not None:
        since = await queue.leave(tx, conversation.id, LeaveCause.TRANSFERRED)
        await queue.enter(tx, conversation, team=team, since=since, refused_by=had)
    elif conversation.agent_id is not None and await _has_agent(tx, conversation):
        await queue.take(tx, conversation.id, conversation.agent_id)
    else:
        since = await queue.leave(tx, conversation.id, LeaveCause.TRANSFERRED)
        await queue.enter(tx, conversation, since=since)
    tx.wake(queue.ROUTING)


async def conversation_referred(tx: Transaction[Settings], conversation: Conversation) -> None:
    """What the merchant's people serve waits for no agent; an agent who accepted it has it."""
    if conversation.agent_id is None:
        await queue.leave(tx, conversation.id, LeaveCause.REFERRED)
    else:
        await queue.take(tx, conversation.id, conversation.agent_id)
    tx.wake(queue.ROUTING)


async def conversation_merged(tx: Transaction[Settings], source: Conversation, target: Conversation) -> None:
    """The source waits no more; the target does in its place where nobody has it, and has waited as long; also where the bot was to answer the source and has not the
    target."""
    since = await queue.leave(tx, source.id, LeaveCause.MERGED)
    was_of_bot = source.bot_in_charge and not target.bot_in_charge and target.whose_turn is Turn.SERVICE
    if (since is not None or was_of_bot) and not await _has_agent(tx, target):
        await queue.enter(tx, target, since=since)


async def conversation_split(tx: Transaction[Settings], left: Conversation, new: Conversation) -> None:
    """What is owed an answer waits for an agent where it has none; what is owed none does not wait."""
    if left.answer_due_at is None:
        await queue.leave(tx, left.id, LeaveCause.ANSWERED)
    if new.answer_due_at is not None and not await _has_agent(tx, new):
        await queue.enter(tx, new)


async def customer_changed(tx: Transaction[Settings], conversation: Conversation) -> None:
    """It waits as a conversation of the buyer to whom it belongs now."""
    await tx.execute(MOVE_LIVE_ENTRY, of_conversation=conversation.id, new_buyer_id=conversation.buyer_id)


async def _has_agent(tx: Transaction[Settings], conversation: Conversation) -> bool:
    """Whether its agent works now, and so sees the message. One whom no team has is taken to see it, as before there were teams."""
    if conversation.agent_id is None:
        return False
    agent = await tx.one(AGENT, agent_id=conversation.agent_id)
    return agent is None or agent.is_ready(tx.now)


async def _count(tx: Transaction[Settings], conversation: Conversation, *, handled: int, solved: int) -> None:
    if conversation.agent_id is None:
        return
    last = await tx.one(LAST_ENTRY, conversation_id=conversation.id)
    if last is not None and last.agent_id == conversation.agent_id:
        topic = last.reason or ""
        await tx.execute(COUNT_OUTCOME, agent_id=conversation.agent_id, topic=topic, handled=handled, solved=solved)
