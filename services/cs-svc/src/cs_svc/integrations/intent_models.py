"""The classifiers of the bot: trained in a process of their own, and held in memory while they answer."""

import asyncio
import base64
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from aftercare_language.vectors import Vector

from cs_svc.domain.bot import OUT_OF_SCOPE, Found, Intent, Model, StoredWeights

TRAINING_SECONDS = 1_800.0
_HELD = 3
"""So many models are held, so that a roll-back does not load one again."""
# Any: a classifier; numpy is imported with the first one
_Pair: TypeAlias = tuple[Any, Any]
"""The classifier of words alone, and that which knows vectors, or None."""


class TrainingFailed(Exception):
    """The process of the training ended without a model. The message is for the model's row."""


@dataclass(frozen=True, slots=True)
class TrainingRequest:
    """What one classifier is trained of: texts with the number of their intent, or -1, and how precise it is to be."""

    intents: list[str]
    texts: list[str]
    labels: list[int]
    precision: float

    def to_bytes(self, vectors: Sequence[Vector] | None = None) -> bytes:
        """The request as the process of the training reads it, with the vectors of its texts or without."""
        written = None if vectors is None else base64.b64encode(b"".join(each.tobytes() for each in vectors)).decode()
        return json.dumps({**asdict(self), "vectors": written}, ensure_ascii=False, sort_keys=True).encode()


def request_of(intents: Sequence[Intent], precision: float) -> TrainingRequest | None:
    """The examples of one language; None where there are fewer than two intents."""
    within = [each for each in intents if each.name != OUT_OF_SCOPE]
    if len(within) < 2:
        return None
    names = [each.name for each in within]
    found = [(text, at) for at, each in enumerate(within) for text in each.examples]
    found += [(text, -1) for each in intents if each.name == OUT_OF_SCOPE for text in each.examples]
    return TrainingRequest(names, [text for text, _ in found], [label for _, label in found], precision)


async def train(request: bytes) -> tuple[dict[str, Any], bytes]:  # Any: JSON
    """The report of the training and the weights. One thread computes, so that the same request gives the same weights.

    Raises:
        TrainingFailed: the process ended with an error, or took longer than `TRAINING_SECONDS`.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "aftercare_language.intents.training",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": ":".join(each for each in sys.path if each)},
    )
    try:
        async with asyncio.timeout(TRAINING_SECONDS):
            answer, _ = await process.communicate(request)
    except TimeoutError:
        raise TrainingFailed("it took too long") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    head, found, weights = answer.partition(b"\n")
    if process.returncode or not found:
        raise TrainingFailed(f"the process ended with {process.returncode}")
    return json.loads(head), weights


class IntentModels:
    """The models that this process has loaded, by their number and language. `embedding_model` is what makes vectors here."""

    def __init__(self, embedding_model: str = "") -> None:
        self._embedding_model = embedding_model
        self._held: dict[int, Mapping[str, _Pair]] = {}

    def holds(self, number: int) -> bool:
        """Whether this model is loaded."""
        return number in self._held

    async def load(self, model: Model, weights: Sequence[StoredWeights]) -> None:
        """Load a model in a thread. Classifiers that know the vectors of another embedding model are left out."""
        with_vectors = bool(self._embedding_model) and model.embedding_model == self._embedding_model
        self._held[model.number] = await asyncio.to_thread(_loaded, weights, with_vectors)
        for oldest in list(self._held)[:-_HELD]:
            del self._held[oldest]

    def find(self, number: int, language: str, text: str, vector: Vector | None) -> Found | None:
        """What the text is about; None where the model has no classifier for a language. A model of one language is used for
        every one. Without a vector the classifier of words alone answers, by a threshold of its own."""
        of_language = self._held[number]
        pair = of_language.get(language) or (next(iter(of_language.values())) if len(of_language) == 1 else None)
        if pair is None:
            return None
        words, with_vectors = pair
        if vector is not None and with_vectors is not None:
            found = with_vectors.find(text, vector)
        else:
            found, vector = words.find(text), None
        return Found(found.intents, found.confidence, found.answered, vector is not None)


def _loaded(weights: Sequence[StoredWeights], with_vectors: bool) -> "Mapping[str, _Pair]":
    from aftercare_language.intents.model import (
        Model as Classifier,
    )  # numpy takes 30 MB that an idle process need not have

    return {
        each.language: (
            Classifier.from_bytes(each.weights),
            Classifier.from_bytes(each.weights_with_vectors) if with_vectors and each.weights_with_vectors else None,
        )
        for each in weights
    }
