"""Deletes what people asked the bot once it is old; what became of the questions is kept."""

from datetime import datetime, timedelta

from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.runtime import Runtime

from cs_svc.commands import bot_outcomes
from cs_svc.settings import Settings

_EVERY_SECONDS = 600.0
_ROWS = 1000


async def _delete(runtime: Runtime[Settings]) -> datetime | None:
    async with runtime.transaction() as tx:
        before = tx.now - timedelta(days=tx.settings.bot_question_days)
        deleted = await bot_outcomes.delete_questions(tx, before, rows=_ROWS)
    return AT_ONCE if deleted == _ROWS else None


BOT_QUESTIONS: Worker[Settings] = Worker("bot-questions", _delete, idle=_EVERY_SECONDS)
