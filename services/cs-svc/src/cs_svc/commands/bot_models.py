"""The intents of the bot and its models: put, train, activate."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

from aftercare_chassis.database.transaction import Reader, Transaction
from aftercare_chassis.refusals import NotFound
from aftercare_events import BotIntentsSet, BotModelActivated, BotModelTrained, TraceFields, trace_fields

from cs_svc.domain.bot import Activation, CitedClause, Intent, Model, ModelState, StoredWeights
from cs_svc.domain.errors import IntentTwice, ModelNotReady, TooFewIntents
from cs_svc.settings import Settings
from cs_svc.tables.bot import (
    ACTIVATIONS,
    ALL_INTENTS,
    DELETE_OTHERS,
    INTENTS,
    INTENTS_OF_LANGUAGE,
    MODELS,
    NEWEST_ACTIVATION,
    NEWEST_MODELS,
    NEXT_NUMBER,
    TO_TRAIN,
    WEIGHTS,
    WEIGHTS_OF_MODEL,
)

LEASE = timedelta(minutes=40)
"""After so long another process trains a model whose process has ended in between."""
SHOWN = 50


async def put_intents(tx: Transaction[Settings], intents: Sequence[Intent], *, replace_all: bool) -> None:
    """Store these intents in the place of those with the same language and name; with `replace_all`, in that of all others of
    their languages.

    Raises:
        IntentTwice: an intent is named twice.
    """
    named = set[tuple[str, str]]()
    for each in intents:
        if (each.language, each.name) in named:
            raise IntentTwice(pointer="/intents", intent=each.name, language=each.language)
        named.add((each.language, each.name))
        await tx.upsert(INTENTS, each)
    for language in sorted({each.language for each in intents}) if replace_all else ():
        names = [each.name for each in intents if each.language == language]
        await tx.execute(DELETE_OTHERS, of_language=language, names=names)
    tx.record(
        BotIntentsSet(
            **_traced(tx, result="replaced" if replace_all else "set"),
            change_id=tx.new_id("botset"),
            languages=tuple(sorted({each.language for each in intents})),
            intents=len(intents),
            examples=sum(len(each.examples) for each in intents),
            replaced=replace_all,
        )
    )


def _traced(tx: Transaction[Settings], *, result: str) -> TraceFields:
    """The fields of an event that concerns the bot, and no customer."""
    return trace_fields(tx, affected_party="bot", applicant=tx.actor.id, result=result)


def _recorded(tx: Transaction[Settings], model: Model) -> None:
    """Record that the training of a model has ended."""
    tx.record(
        BotModelTrained(
            **_traced(tx, result=model.state),
            model_id=f"botmodel_{model.number}",
            model=model.number,
            data_hash=model.data_hash,
            weights_hash=model.weights_hash,
            embedding_model=model.embedding_model,
            repeats=model.repeats,
        )
    )


async def intents(reader: Reader[Settings], language: str | None) -> list[Intent]:
    """The intents of a language, or of all."""
    if language is None:
        return await reader.all(ALL_INTENTS)
    return await reader.all(INTENTS_OF_LANGUAGE, language=language)


async def request_training(tx: Transaction[Settings], *, precision: float, repeats: int | None = None) -> Model:
    """A new model that a worker will train. `repeats` is the number of the model that is made again with vectors.

    Raises:
        TooFewIntents: no language has two intents.
    """
    languages = [each.language for each in await tx.all(ALL_INTENTS)]
    if all(languages.count(language) < 2 for language in set(languages)):
        raise TooFewIntents()
    number = (await tx.all(NEXT_NUMBER))[0]["number"]
    model = Model(
        number=number,
        state=ModelState.TRAINING,
        precision=precision,
        requested_by=tx.actor.id,
        requested_at=tx.now,
        repeats=repeats,
    )
    await tx.insert(MODELS, model)
    tx.woken.add("bot-training")
    return model


async def take(tx: Transaction[Settings]) -> tuple[Model, list[Intent]] | None:
    """The oldest model that is to be trained, and all intents as they are now; None where there is none."""
    found = await tx.one(TO_TRAIN, now=tx.now)
    if found is None:
        return None
    leased = replace(found, leased_until=tx.now + LEASE)
    await tx.upsert(MODELS, leased)
    return leased, await tx.all(ALL_INTENTS)


# Any: JSON
async def finish(
    tx: Transaction[Settings], model: Model, weights: Sequence[StoredWeights], report: Mapping[str, dict[str, Any]]
) -> None:
    """Store the weights and the report of a model. `report` has by language that of its evaluation, with the digest of the weights."""
    for each in weights:
        await tx.upsert(WEIGHTS, each)
    hashes = [report[language]["weights_hash"] for language in sorted(report)]
    ready = replace(
        model,
        state=ModelState.READY,
        leased_until=None,
        finished_at=tx.now,
        weights_hash=hashes[0] if len(hashes) == 1 else f"sha256:{sha256(''.join(hashes).encode()).hexdigest()}",
        report=dict(report),
    )
    await tx.upsert(MODELS, ready)
    _recorded(tx, ready)


async def fail(tx: Transaction[Settings], model: Model, failure: str) -> None:
    """Record that a training has failed."""
    failed = replace(model, state=ModelState.FAILED, leased_until=None, finished_at=tx.now, failure=failure)
    await tx.upsert(MODELS, failed)
    _recorded(tx, failed)


async def activate(tx: Transaction[Settings], number: int) -> tuple[Model, int | None]:
    """Let this model answer from now on; an older one rolls back.

    Raises:
        NotFound: there is no such model.
        ModelNotReady: it is being trained, or its training has failed.
    """
    model = await model_of(tx, number)
    if model.state is not ModelState.READY:
        raise ModelNotReady(state=model.state)
    previous = await active_number(tx)
    activation = Activation(id=tx.new_id("botact"), number=number, activated_by=tx.actor.id, activated_at=tx.now)
    await tx.insert(ACTIVATIONS, activation)
    rolled_back = previous is not None and number < previous
    tx.record(
        BotModelActivated(
            **_traced(tx, result="rolled_back" if rolled_back else "active"),
            activation_id=activation.id,
            model=number,
            previous_model=previous,
            rolled_back=rolled_back,
        )
    )
    return model, number


async def model_of(reader: Reader[Settings], number: int) -> Model:
    """One model. Raises: NotFound."""
    found = await reader.find(MODELS, number)
    if found is None:
        raise NotFound(what="bot_models")
    return found


async def models(reader: Reader[Settings]) -> list[Model]:
    """The newest models, newest first."""
    return await reader.all(NEWEST_MODELS, rows=SHOWN)


async def active_number(reader: Reader[Settings]) -> int | None:
    """The number of the model that answers; None where none does."""
    found = await reader.one(NEWEST_ACTIVATION)
    return None if found is None else found.number


async def weights_of(reader: Reader[Settings], number: int) -> list[StoredWeights]:
    """The weights of a model, a row per language."""
    return await reader.all(WEIGHTS_OF_MODEL, number=number)


def cited(found: Sequence[tuple[str, str | None]]) -> list[CitedClause]:
    """Clauses as an intent keeps them."""
    return [CitedClause(slug=slug, clause_id=clause_id) for slug, clause_id in found]
