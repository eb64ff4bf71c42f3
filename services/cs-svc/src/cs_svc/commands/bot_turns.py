"""The messages that the bot is to answer: queued with the message, leased by a worker, and ended with the bot's message."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aftercare_chassis.database.transaction import Transaction

from cs_svc.domain.bot_turns import BOT_TURN, LEASE, MOST_ATTEMPTS, BotTurn, BotTurnAction, pause
from cs_svc.domain.conversations import Conversation, Message
from cs_svc.settings import Settings
from cs_svc.tables.bot_turns import BOT_TURNS, LOCK_DUE_IN_CONVERSATION, LOCK_LEASED, MOVE_TURNS, NEXT_TURN, TEXTS_OF
from cs_svc.tables.conversations import CONVERSATIONS

WORKER = "bot-turns"


@dataclass(frozen=True, slots=True)
class Claimed:
    """Messages of a conversation under a lease, oldest first, and what they say. `is_last`: an answer was attempted too often already."""

    conversation: Conversation
    turns: list[BotTurn]
    leased_at: datetime
    text: str
    is_last: bool


async def queue(tx: Transaction[Settings], message: Message) -> None:
    """Have the bot answer a message of a buyer."""
    turn = BotTurn(
        message_id=message.id,
        conversation_id=message.conversation_id,
        place=message.place,
        due_at=tx.now,
        created_at=tx.now,
        updated_at=tx.now,
    )
    await tx.insert(BOT_TURNS, turn)
    tx.wake(WORKER)


async def move(tx: Transaction[Settings], *, from_id: str, to_id: str) -> None:
    """Have the bot answer in a conversation what it was to answer in another one, whose messages went there. Both are locked."""
    await tx.execute(MOVE_TURNS, from_id=from_id, to_id=to_id, at=tx.now)
    tx.wake(WORKER)


async def claim(tx: Transaction[Settings]) -> Claimed | datetime | None:
    """Lease the message that has been due longest, with the others that are due in its conversation: they are answered together. The
    time at which the next one is due where none is, None where there is none at all."""
    first = await tx.one(NEXT_TURN)
    if first is None or first.due_at is None:
        return None
    if first.due_at > tx.now:
        return first.due_at
    found = await tx.all(LOCK_DUE_IN_CONVERSATION, conversation_id=first.conversation_id, now=tx.now)
    leased = [
        replace(each, leased_at=tx.now, due_at=tx.now + LEASE, attempts=each.attempts + 1, updated_at=tx.now)
        for each in found
    ]
    for each in leased:
        await tx.upsert(BOT_TURNS, each)
    texts = await tx.all(TEXTS_OF, ids=[each.message_id for each in leased])
    return Claimed(
        conversation=await tx.get(CONVERSATIONS, first.conversation_id),
        turns=leased,
        leased_at=tx.now,
        text="\n".join(row["text"] or "" for row in texts),
        is_last=any(each.attempts > MOST_ATTEMPTS for each in leased),
    )


async def lock(tx: Transaction[Settings], claimed: Claimed) -> list[BotTurn]:
    """The messages whose lease still holds, locked; none where another worker has them, or has ended them."""
    return await tx.all(LOCK_LEASED, ids=[each.message_id for each in claimed.turns], leased_at=claimed.leased_at)


async def postpone(tx: Transaction[Settings], claimed: Claimed) -> None:
    """Attempt it again later: our own code failed."""
    for each in await lock(tx, claimed):
        again = BOT_TURN.apply(each, BotTurnAction.ATTEMPT, tx)
        await tx.upsert(
            BOT_TURNS, replace(again, leased_at=None, due_at=tx.now + pause(each.attempts), updated_at=tx.now)
        )


async def end(
    tx: Transaction[Settings],
    turns: Sequence[BotTurn],
    action: BotTurnAction,
    *,
    answer_id: str | None = None,
    reply_id: str | None = None,
) -> None:
    """End these locked messages with what became of them."""
    for each in turns:
        ended = BOT_TURN.apply(each, action, tx.as_system())
        closed = replace(ended, leased_at=None, due_at=None, answer_id=answer_id, reply_id=reply_id, updated_at=tx.now)
        await tx.upsert(BOT_TURNS, closed)
