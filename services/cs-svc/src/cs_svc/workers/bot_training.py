"""Trains the bot's models, one after the other, in a process of their own: the event loop goes on meanwhile."""

from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_chassis.runtime import Runtime

from cs_svc.commands import bot_models
from cs_svc.domain.bot import Intent, Model
from cs_svc.integrations import intent_models
from cs_svc.integrations.intent_models import TrainingFailed
from cs_svc.settings import Settings

IDLE_SECONDS = 5.0


async def step(runtime: Runtime[Settings]) -> datetime | None:
    """Train one model, where one is to be trained."""
    async with runtime.transaction(SYSTEM) as tx:
        taken = await bot_models.take(tx)
    if taken is None:
        return None
    model, intents = taken
    await _train(runtime, model, intents)
    return AT_ONCE


async def _train(runtime: Runtime[Settings], model: Model, intents: list[Intent]) -> None:
    requests = {
        language: request
        for language in sorted({each.language for each in intents})
        if (
            request := intent_models.request_of(
                [each for each in intents if each.language == language], model.precision
            )
        )
    }
    data_hash = f"sha256:{sha256(b''.join(requests.values())).hexdigest()}"
    trained = dict[str, tuple[dict[str, Any], bytes]]()  # Any: JSON
    try:
        for language, request in requests.items():
            trained[language] = await intent_models.train(request)
    except TrainingFailed as error:
        async with runtime.transaction(SYSTEM) as tx:
            await bot_models.fail(tx, model, str(error))
        return
    async with runtime.transaction(SYSTEM) as tx:
        await bot_models.finish(tx, replace(model, data_hash=data_hash), trained)


BOT_TRAINING: Worker[Settings] = Worker("bot-training", step, idle=IDLE_SECONDS)
