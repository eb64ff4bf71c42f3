"""What reads questions for the bot: vectors of an embedder, where there is one, and the classifiers in memory."""

from collections.abc import Sequence

from aftercare_language.embeddings import Embedder, EmbeddingsUnavailable, TextRole
from aftercare_language.vectors import Vector

from cs_svc.integrations.intent_models import IntentModels

_AT_ONCE = 256


class BotReading:
    """The classifiers of this process, and the vectors of questions. `training` waits longer for its vectors than `asking` does."""

    def __init__(self, asking: Embedder, training: Embedder) -> None:
        self._asking, self._training = asking, training
        self.classifiers = IntentModels(asking.model)

    @property
    def embedding_model(self) -> str:
        """What makes the vectors; empty where nothing does."""
        return self._training.model

    async def vector(self, text: str) -> Vector | None:
        """The vector of a question; None where none is made in time: the words alone count then."""
        try:
            return (await self._asking.embed([text], TextRole.QUERY))[0]
        except EmbeddingsUnavailable:
            return None

    async def vectors(self, texts: Sequence[str]) -> list[Vector] | None:
        """The vectors of examples; None where the server fails: the model then knows words alone."""
        found = list[Vector]()
        try:
            for at in range(0, len(texts), _AT_ONCE):
                found += await self._training.embed(texts[at : at + _AT_ONCE], TextRole.QUERY)
        except EmbeddingsUnavailable:
            return None
        return found
