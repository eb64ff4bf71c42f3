"""Trains the bot's models, one after the other, in a process of their own: the event loop goes on meanwhile."""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_chassis.runtime import Runtime
from aftercare_language.vectors import Vector

from cs_svc.commands import bot_models, bot_repetitions
from cs_svc.domain.bot import Intent, Model, StoredWeights
from cs_svc.integrations import intent_models
from cs_svc.integrations.bot_reading import BotReading
from cs_svc.integrations.intent_models import TrainingFailed, TrainingRequest
from cs_svc.settings import Settings

IDLE_SECONDS = 5.0
_PROBE = "?"
"""A text whose vector shows that the embedder works."""


@dataclass(frozen=True, slots=True)
class Training:
    """Trains models with the vectors of an embedder, where there is one. They are made outside any transaction."""

    reading: BotReading

    def worker(self) -> Worker[Settings]:
        """The worker, woken for each training that is asked for."""
        return Worker("bot-training", self.step, idle=IDLE_SECONDS)

    async def step(self, runtime: Runtime[Settings]) -> datetime | None:
        """Train one model, where one is to be trained; else see whether the active one is to be made again with vectors."""
        async with runtime.transaction(SYSTEM) as tx:
            taken = await bot_models.take(tx)
        if taken is None:
            return await self._repeat(runtime)
        model, intents = taken
        try:
            await self._train(runtime, model, intents)
        except TrainingFailed as error:
            async with runtime.transaction(SYSTEM) as tx:
                await bot_models.fail(tx, model, str(error))
        return AT_ONCE

    async def _repeat(self, runtime: Runtime[Settings]) -> datetime | None:
        """Ask for a training of the active model with vectors, where it has none and the embedder works now."""
        async with runtime.reader(SYSTEM) as reader:
            lacking = await bot_repetitions.wanted(reader, self.reading.embedding_model)
        if lacking is None or await self.reading.vectors([_PROBE]) is None:
            return None
        async with runtime.transaction(SYSTEM) as tx:
            await bot_repetitions.request(tx, self.reading.embedding_model)
        return AT_ONCE

    async def _train(self, runtime: Runtime[Settings], model: Model, intents: list[Intent]) -> None:
        requests = _requests(intents, model.precision)
        data = sha256(b"".join(request.to_bytes() for request in requests.values())).hexdigest()
        vectors = await self._vectors(requests)
        if model.repeats is not None and not vectors:
            raise TrainingFailed("the embeddings server failed")
        stored, report = list[StoredWeights](), dict[str, dict[str, Any]]()  # Any: JSON
        for language, request in requests.items():
            weights, report[language] = await _classifiers(model.number, language, request, vectors.get(language))
            stored.append(weights)
        trained = replace(
            model, data_hash=f"sha256:{data}", embedding_model=self.reading.embedding_model if vectors else None
        )
        async with runtime.transaction(SYSTEM) as tx:
            await bot_models.finish(tx, trained, stored, report)
            await bot_repetitions.activate(tx, trained)

    async def _vectors(self, requests: dict[str, TrainingRequest]) -> dict[str, list[Vector]]:
        """The vectors of all languages, or of none."""
        vectors = dict[str, list[Vector]]()
        for language, request in requests.items():
            found = await self.reading.vectors(request.texts)
            if found is None:
                return {}
            vectors[language] = found
        return vectors


def _requests(intents: list[Intent], precision: float) -> dict[str, TrainingRequest]:
    found = {
        language: intent_models.request_of([each for each in intents if each.language == language], precision)
        for language in sorted({each.language for each in intents})
    }
    return {language: request for language, request in found.items() if request is not None}


async def _classifiers(
    number: int, language: str, request: TrainingRequest, vectors: list[Vector] | None
) -> tuple[StoredWeights, dict[str, Any]]:  # Any: JSON
    """The classifier of words alone, and with vectors one that knows them; each has a threshold of its own."""
    report, words = await intent_models.train(request.to_bytes())
    if vectors is None:
        return StoredWeights(number=number, language=language, weights=words), {**report, "vectors": None}
    of_vectors, weights = await intent_models.train(request.to_bytes(vectors))
    digest = sha256(f"{report['weights_hash']}{of_vectors['weights_hash']}".encode()).hexdigest()
    stored = StoredWeights(number=number, language=language, weights=words, weights_with_vectors=weights)
    return stored, {**report, "weights_hash": f"sha256:{digest}", "vectors": of_vectors}
