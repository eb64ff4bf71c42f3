"""The bot's messages in conversations, and whether it has a conversation."""

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from datetime import timedelta
from typing import Any

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import Actor, SystemContext
from aftercare_events import ConversationBotSwitched, ConversationHandedOver

from cs_svc.commands import bot_answers, bot_handovers, bot_outcomes, bot_turns, deliveries, effects
from cs_svc.commands.bot_answers import Reply
from cs_svc.commands.bot_turns import Claimed
from cs_svc.commands.conversations import new_message, posted
from cs_svc.commands.record import conversation_fields
from cs_svc.commands.routing import demand
from cs_svc.domain import bot_texts, conversations
from cs_svc.domain.bot import AnswerKind, HandoverReason
from cs_svc.domain.bot_turns import MOST_AN_HOUR, BotTurnAction
from cs_svc.domain.channels import Channel
from cs_svc.domain.conversations import (
    BOT,
    CONVERSATION,
    Citation,
    Conversation,
    ConversationAction,
    ConversationState,
    Message,
)
from cs_svc.domain.routing.languages import language_of
from cs_svc.domain.routing.queue import Priority, QueueEntry
from cs_svc.settings import Settings
from cs_svc.tables.bot_turns import WRITTEN_BY_BOT
from cs_svc.tables.conversations import CONVERSATIONS, MESSAGES

URGENT = frozenset({HandoverReason.ANGER})
HARD = frozenset({HandoverReason.THIRD_MISS, HandoverReason.TOO_MANY})


async def switch(tx: Transaction[Settings], conversation_id: str, *, in_charge: bool) -> Conversation:
    """Let the bot answer the buyer from now on, or no more.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see CONVERSATION.
    """
    locked = await tx.lock(CONVERSATIONS, conversation_id)
    switched = replace(CONVERSATION.apply(locked, ConversationAction.SWITCH_BOT, tx), bot_in_charge=in_charge)
    event = ConversationBotSwitched(**conversation_fields(tx, switched), bot_in_charge=in_charge)
    saved = await tx.save(CONVERSATIONS, switched, event)
    await effects.bot_switched(tx, saved)
    return saved


async def answer(tx: Transaction[Settings], claimed: Claimed, replied: Reply) -> Message | None:
    """Write what the bot makes of the leased messages, once: None where another worker has done so, a person has the conversation, or
    the buyer takes no messages now."""
    before = await tx.lock(CONVERSATIONS, claimed.conversation.id)
    turns = await bot_turns.lock(tx, claimed)
    if not turns:
        return None
    if not before.bot_in_charge or before.state is not ConversationState.OPEN:
        await bot_turns.end(tx, turns, BotTurnAction.DROP)
        return None
    if not await deliveries.is_possible(tx, before):
        await bot_turns.end(tx, turns, BotTurnAction.DROP)
        await _leave_to_people(tx, before)
        return None
    since = tx.now - timedelta(hours=1)
    [written] = await tx.all(WRITTEN_BY_BOT, conversation_id=before.id, since=since)
    if written["lately"] >= MOST_AN_HOUR:
        replied = bot_answers.handed_over(replied.language, HandoverReason.TOO_MANY, replied.model, None)
    message = await _write(_acting(tx, BOT), before, claimed.text, replied, is_first=written["ever"] == 0)
    hands_over = replied.kind is AnswerKind.HANDOVER
    await bot_turns.end(
        tx,
        turns,
        BotTurnAction.HAND_OVER if hands_over else BotTurnAction.ANSWER,
        answer_id=None if message.bot is None else message.bot["answer_id"],
        reply_id=message.id,
    )
    return message


async def _leave_to_people(tx: Transaction[Settings], before: Conversation) -> None:
    """Take the locked conversation from the bot, which cannot reach the buyer over its channel now: agents see what was asked."""
    left = replace(before, bot_in_charge=False)
    saved = await tx.save(
        CONVERSATIONS, left, ConversationBotSwitched(**conversation_fields(tx, left), bot_in_charge=False)
    )
    await effects.bot_switched(tx, saved)


async def _write(
    tx: Transaction[Settings], before: Conversation, asked: str, replied: Reply, *, is_first: bool
) -> Message:
    hands_over = replied.kind is AnswerKind.HANDOVER
    recorded = await bot_outcomes.record(_acting(tx, Actor(before.buyer_id, "buyer")), replied, asked, before.id)
    written = CONVERSATION.apply(before, ConversationAction.ANSWER_BY_BOT, SystemContext.of(tx))
    conversation = conversations.with_bot_message(written, tx, hands_over=hands_over)
    system = tx.as_system()
    entry = await _wait(system, conversation, asked, replied) if hands_over else None
    message = new_message(
        tx,
        conversation,
        text=_text(conversation, replied, entry, is_first=is_first),
        citations=_cited(replied.citations),
        bot=_basis(recorded.id, replied),
    )
    handed_over = ConversationHandedOver(
        **conversation_fields(tx, conversation),
        reason=replied.reason or HandoverReason.FAILED,
        model=replied.model,
        confidence_percent=round(100 * replied.confidence),
    )
    event = posted(tx, conversation, message)
    saved = await tx.save(CONVERSATIONS, conversation, event, *([handed_over] if hands_over else []))
    await tx.insert(MESSAGES, message)
    if hands_over:
        await bot_handovers.record(system, conversation, replied, recorded.id, entry)
    await effects.message_posted(system, before, saved, message)
    return message


async def _wait(tx: Transaction[Settings], conversation: Conversation, asked: str, replied: Reply) -> QueueEntry | None:
    urgent, hard = replied.reason in URGENT, replied.reason in HARD
    return await demand.wait_for_agent(
        tx,
        conversation,
        language=language_of(asked),
        priority=Priority.HIGH if urgent else Priority.NORMAL,
        is_hard=hard,
    )


def _text(conversation: Conversation, replied: Reply, entry: QueueEntry | None, *, is_first: bool) -> str:
    """What the buyer reads: first of all that a bot writes, then its words, and where the conversation stands in the queue. Over channels that
    show no citations, the titles of what it relies on."""
    language, parts = replied.language, [replied.text]
    if is_first and replied.reason not in bot_texts.NAMES_BOT:
        parts.insert(0, bot_texts.text_of("greeting", language))
    if replied.citations and conversation.channel is not Channel.WEB:
        titles = dict.fromkeys(each["title"] for each in replied.citations)
        parts.append(bot_texts.text_of("sources", language, sources=", ".join(titles)))
    if entry is not None:
        parts.append(bot_texts.place_text(entry.ahead, entry.predicted_low, entry.predicted_high, language))
    return "\n".join(each for each in parts if each)


def _cited(found: Sequence[dict[str, Any]]) -> list[Citation]:  # Any: JSON
    versions = dict.fromkeys((each["article_id"], each["article_version"]) for each in found)
    return [Citation(article_id=article_id, article_version=number) for article_id, number in versions]


def _basis(answer_id: str, replied: Reply) -> dict[str, Any]:  # Any: JSON
    """By what the bot has written: shown with the message."""
    return {
        "answer_id": answer_id,
        "kind": replied.kind,
        "reason": replied.reason,
        "intent": replied.intent,
        "confidence": round(replied.confidence, 4),
        "model": replied.model,
        "alternatives": [{"intent": name, "confidence": round(share, 4)} for name, share in replied.alternatives],
        "citations": replied.citations,
        "proposal": replied.proposal,
        "choices": replied.choices,
        "is_generated": replied.is_generated,
    }


def _acting(tx: Transaction[Settings], actor: Actor) -> Transaction[Settings]:
    acting = copy(tx)
    acting.actor = actor
    return acting
