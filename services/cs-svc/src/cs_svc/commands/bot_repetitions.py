"""Models that are made again: their training had no vectors, since the embedder had failed or was another one."""

from datetime import timedelta

from aftercare_chassis.database.transaction import Reader, Transaction

from cs_svc.commands import bot_models
from cs_svc.domain.bot import Model, ModelState
from cs_svc.settings import Settings
from cs_svc.tables.bot import LOCK_REPETITIONS, MODELS, REPETITIONS

PAUSE = timedelta(minutes=10)
"""After a repetition has failed, none is attempted for so long."""


async def wanted(reader: Reader[Settings], embedding_model: str) -> Model | None:
    """The active model, where it lacks the vectors that this embedding model makes, and no repetition is on its way or done."""
    number = await bot_models.active_number(reader) if embedding_model else None
    if number is None:
        return None
    active = await bot_models.model_of(reader, number)
    if active.embedding_model == embedding_model:
        return None
    for each in await reader.all(REPETITIONS, number=number):
        failed_long_ago = (
            each.state is ModelState.FAILED and (each.finished_at or each.requested_at) + PAUSE < reader.now
        )
        if not failed_long_ago and each.embedding_model in (None, embedding_model):
            return None
    return active


async def request(tx: Transaction[Settings], embedding_model: str) -> Model | None:
    """Ask for a training of the active model with vectors; None where it needs none any more."""
    await tx.all(LOCK_REPETITIONS)
    active = await wanted(tx, embedding_model)
    if active is None:
        return None
    return await bot_models.request_training(tx, precision=active.precision, repeats=active.number)


async def activate(tx: Transaction[Settings], model: Model) -> None:
    """Let a finished repetition answer, where the model that it repeats still does and knew the same intents. Otherwise a person
    decides: its words would answer as they have not answered before."""
    made = await tx.get(MODELS, model.number)
    if made.repeats is None or made.state is not ModelState.READY or made.repeats != await bot_models.active_number(tx):
        return
    repeated = await bot_models.model_of(tx, made.repeats)
    if repeated.data_hash == made.data_hash:
        await bot_models.activate(tx, made.number)
