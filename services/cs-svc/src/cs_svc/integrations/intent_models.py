"""The classifiers of the bot: trained in a process of their own, and held in memory while they answer."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from cs_svc.domain.bot import OUT_OF_SCOPE, Intent

TRAINING_SECONDS = 1_800.0
_HELD = 3
"""So many models are held, so that a roll-back does not load one again."""


class TrainingFailed(Exception):
    """The process of the training ended without a model. The message is for the model's row."""


def request_of(intents: Sequence[Intent], precision: float) -> bytes | None:
    """The examples of one language as the process of the training reads them; None where there are fewer than two intents."""
    within = [each for each in intents if each.name != OUT_OF_SCOPE]
    if len(within) < 2:
        return None
    names = [each.name for each in within]
    found = [(text, at) for at, each in enumerate(within) for text in each.examples]
    found += [(text, -1) for each in intents if each.name == OUT_OF_SCOPE for text in each.examples]
    request = {
        "intents": names,
        "texts": [text for text, _ in found],
        "labels": [label for _, label in found],
        "vectors": None,
        "precision": precision,
    }
    return json.dumps(request, ensure_ascii=False, sort_keys=True).encode()


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
    """The models that this process has loaded, by their number and language."""

    def __init__(self) -> None:
        self._held: dict[int, Mapping[str, Any]] = {}  # Any: a model; numpy is imported with the first one

    def holds(self, number: int) -> bool:
        """Whether this model is loaded."""
        return number in self._held

    async def load(self, number: int, weights: Mapping[str, bytes]) -> None:
        """Load a model in a thread."""
        self._held[number] = await asyncio.to_thread(_loaded, weights)
        for oldest in list(self._held)[:-_HELD]:
            del self._held[oldest]

    def find(self, number: int, language: str, text: str) -> tuple[tuple[tuple[str, float], ...], float, bool] | None:
        """The intents of the text with their probabilities, how likely the first is right, and whether that is enough for an
        answer; None where the model has no classifier for a language. A model of one language is used for every one."""
        of_language = self._held[number]
        model = of_language.get(language) or (next(iter(of_language.values())) if len(of_language) == 1 else None)
        if model is None:
            return None
        found = model.find(text)
        return found.intents, found.confidence, found.answered


# Any: a model
def _loaded(weights: Mapping[str, bytes]) -> Mapping[str, Any]:
    from aftercare_language.intents.model import Model  # numpy takes 30 MB that an idle process need not have

    return {language: Model.from_bytes(stored) for language, stored in weights.items()}
