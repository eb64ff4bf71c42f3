"""What a conversation that is opened, written in, assigned or closed causes."""

from datetime import timedelta

from aftercare_chassis.database.notifications import keyed
from aftercare_chassis.database.transaction import Transaction

from cs_svc.commands import bot_turns, deliveries, held_reply_ends, read_marks, referrals, survey_schedule
from cs_svc.commands.routing import demand
from cs_svc.commands.sla import clocks
from cs_svc.domain.bot import ASKED_AGAIN_DAYS
from cs_svc.domain.conversations import AuthorRole, Conversation, ConversationState, Message, Turn
from cs_svc.domain.live import LIVE
from cs_svc.domain.referrals import ReferralLapse
from cs_svc.domain.routing.agents import Team
from cs_svc.settings import Settings
from cs_svc.tables.bot_days import REOPEN_ANSWERS
from cs_svc.tables.bot_turns import BOT_TURNS
from cs_svc.tables.conversations import LATEST_OF_BUYER


async def message_posted(
    tx: Transaction[Settings], before: Conversation | None, conversation: Conversation, message: Message
) -> None:
    """Let the connections of all processes that follow the locked conversation know of the stored message, have it delivered to the buyer's address,
    where the conversation is over a channel that has one and the message is not the buyer's own, have the bot answer the buyer where it has the conversation, and let queues and SLA clocks follow it.
    `before` is the conversation without it, None where it is the first."""
    if before is not None and before.state is ConversationState.CLOSED and conversation.state is ConversationState.OPEN:
        _reopen_answers(tx, conversation)
    if message.author_role not in (AuthorRole.SYSTEM, AuthorRole.BOT):
        read_marks.put(tx, read_marks.of_author(message))
    tx.wake(keyed(LIVE, conversation.id))
    if message.author_role is not AuthorRole.BUYER:
        await deliveries.queue(tx, conversation, message)
    elif conversation.bot_in_charge:
        await bot_turns.queue(tx, message)
    await demand.message_posted(tx, before, conversation, message)
    # Word of the bot that a person will answer is no answer.
    if message.author_role is not AuthorRole.BOT or conversation.bot_in_charge:
        await clocks.message_posted(tx, before, conversation, message)


def _reopen_answers(tx: Transaction[Settings], conversation: Conversation) -> None:
    """What the bot has answered lately in the conversation, which was closed and goes on, is not contained."""
    since = tx.now - timedelta(days=ASKED_AGAIN_DAYS)
    tx.change("bot_answers", REOPEN_ANSWERS, of_conversation=conversation.id, since=since)


async def bot_switched(tx: Transaction[Settings], conversation: Conversation) -> None:
    """The bot has the locked conversation now, or has it no more. What the buyer wrote last is answered by it, unless it was asked that before."""
    answers = False
    if conversation.bot_in_charge and conversation.whose_turn is Turn.SERVICE:
        asked = await tx.one(LATEST_OF_BUYER, conversation_id=conversation.id)
        answers = asked is not None and await tx.find(BOT_TURNS, asked.id) is None
        if asked is not None and answers:
            await bot_turns.queue(tx, asked)
    await demand.bot_switched(tx, conversation, answers=answers)


async def conversation_assigned(tx: Transaction[Settings], conversation: Conversation) -> None:
    """The locked conversation has another agent."""
    await demand.conversation_assigned(tx, conversation)


async def conversation_closed(tx: Transaction[Settings], conversation: Conversation) -> None:
    """The locked conversation is closed."""
    await referrals.lapse(tx, conversation.id, ReferralLapse.CLOSED)
    await held_reply_ends.lapse(tx, conversation.id)
    await demand.conversation_closed(tx, conversation)
    await clocks.conversation_closed(tx, conversation)
    await survey_schedule.conversation_closed(tx, conversation)


async def conversation_snoozed(tx: Transaction[Settings], conversation: Conversation) -> None:
    """The locked conversation is put off: its agent has room for another one, and clocks pause whose policy wants that."""
    await demand.conversation_snoozed(tx, conversation)
    await clocks.conversation_snoozed(tx, conversation)


async def conversation_woken(tx: Transaction[Settings], conversation: Conversation) -> None:
    """The locked conversation, which was put off, is back."""
    await demand.conversation_woken(tx, conversation)
    await clocks.conversation_woken(tx, conversation)


async def conversation_reopened(tx: Transaction[Settings], conversation: Conversation) -> None:
    """The locked conversation, which was closed, goes on without a message."""
    _reopen_answers(tx, conversation)
    await clocks.conversation_reopened(tx, conversation)


async def conversation_transferred(
    tx: Transaction[Settings], before: Conversation, conversation: Conversation, team: Team | None
) -> None:
    """The locked conversation was given to another agent, or to this team; `before` is the conversation as it was."""
    await demand.conversation_transferred(tx, before, conversation, team)
    if team is not None:
        await clocks.conversation_transferred(tx, conversation, team.id)


async def conversation_merged(tx: Transaction[Settings], source: Conversation, target: Conversation) -> None:
    """The locked source was merged into the locked target; what the bot was to answer in the source it answers there, if it has that one."""
    for each in (source, target):
        await referrals.lapse(tx, each.id, ReferralLapse.MERGED)
    await held_reply_ends.lapse(tx, source.id)
    if target.bot_in_charge:
        await bot_turns.move(tx, from_id=source.id, to_id=target.id)
    await demand.conversation_merged(tx, source, target)
    await clocks.conversation_merged(tx, source, target)


async def conversation_split(tx: Transaction[Settings], left: Conversation, new: Conversation) -> None:
    """Some messages of a locked conversation went to a new one."""
    await demand.conversation_split(tx, left, new)
    await clocks.conversation_split(tx, left, new)


async def customer_changed(tx: Transaction[Settings], conversation: Conversation) -> None:
    """The locked conversation belongs to another buyer."""
    await referrals.lapse(tx, conversation.id, ReferralLapse.CUSTOMER_CHANGED)
    await held_reply_ends.lapse(tx, conversation.id)
    await demand.customer_changed(tx, conversation)
    await clocks.customer_changed(tx, conversation)
