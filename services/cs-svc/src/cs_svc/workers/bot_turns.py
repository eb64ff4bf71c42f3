"""The worker by which the bot answers in conversations: it leases messages, finds the answer outside any transaction, and writes it."""

from datetime import datetime
from typing import Any

import structlog
from aftercare_chassis import failpoints
from aftercare_chassis.database.errors import is_unavailable
from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.runtime import Runtime

from cs_svc.commands import bot_answers, bot_asking, bot_messages, bot_own, bot_turns, bot_wording
from cs_svc.commands.bot_answers import Reply
from cs_svc.commands.bot_turns import Claimed
from cs_svc.domain import bot_words
from cs_svc.domain.bot import AnswerKind, HandoverReason
from cs_svc.integrations.bot_reading import BotReading
from cs_svc.integrations.wording import Generator
from cs_svc.settings import Settings

log = structlog.get_logger(__name__)


class BotTurns:
    """Answers the messages of conversations that the bot has."""

    def __init__(self, reading: BotReading, generator: Generator) -> None:
        self._reading, self._generator = reading, generator

    def worker(self) -> Worker[Settings]:
        """The worker, woken for each message."""
        return Worker(bot_turns.WORKER, self.step)

    async def step(self, runtime: Runtime[Settings]) -> datetime | None:
        """Answer what has been due longest; return when the next is due."""
        async with runtime.transaction() as tx:
            claimed = await bot_turns.claim(tx)
        if not isinstance(claimed, Claimed):
            return claimed
        failpoints.point("bot_turn.leased")
        try:
            replied = await self._reply(runtime, claimed)
        except Exception as error:
            if is_unavailable(error):
                raise
            log.error("bot_turn_failed", error=type(error).__name__)
            runtime.metrics.signal("bot_turn_failed")
            async with runtime.transaction() as tx:
                await bot_turns.postpone(tx, claimed)
            return AT_ONCE
        failpoints.point("bot_turn.decided")
        async with runtime.transaction() as tx:
            written = await bot_messages.answer(tx, claimed, replied)
        failpoints.point("bot_turn.answered")
        if written is not None and written.bot is not None:
            _count(runtime, written.bot)
        return AT_ONCE

    async def _reply(self, runtime: Runtime[Settings], claimed: Claimed) -> Reply:
        """The reply to the leased messages, with what the buyer may see; it is handed over where no attempt has ended."""
        text, language = claimed.text, bot_words.language_of(claimed.text)
        if claimed.is_last:
            return bot_answers.handed_over(language, HandoverReason.FAILED, None, None)
        vector = await self._reading.vector(text)
        conversation = claimed.conversation
        async with runtime.reader(Actor(conversation.buyer_id, "buyer")) as reader:
            model, found = await bot_asking.find(
                reader, self._reading.classifiers, language=language, text=text, vector=vector
            )
            replied = await bot_answers.reply(
                reader,
                text,
                language=language,
                conversation_id=conversation.id,
                model=model,
                found=found,
                about=bot_own.About.of(conversation),
            )
        return await bot_wording.worded(self._generator, text, replied)


def _count(runtime: Runtime[Settings], basis: dict[str, Any]) -> None:  # Any: JSON
    """Count what was written: answers and questions back, and hand-overs by their reason."""
    if basis["kind"] == AnswerKind.HANDOVER:
        runtime.metrics.signal("bot_handed_over", str(basis["reason"]))
    else:
        runtime.metrics.signal("bot_answered", str(basis["kind"]))
