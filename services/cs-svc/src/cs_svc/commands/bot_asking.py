"""What the active model finds in a question, with the classifiers that this process holds."""

from collections.abc import Sequence
from typing import Protocol

from aftercare_chassis.database.transaction import Reader
from aftercare_language.vectors import Vector

from cs_svc.commands import bot_models
from cs_svc.domain.bot import Found, Model, StoredWeights
from cs_svc.settings import Settings


class Classifiers(Protocol):
    """The classifiers that are in memory."""

    def holds(self, number: int) -> bool:
        """Whether the model with this number is loaded."""

    async def load(self, model: Model, weights: Sequence[StoredWeights]) -> None:
        """Load a model."""

    def find(self, number: int, language: str, text: str, vector: Vector | None) -> Found | None:
        """What a text is about; None where the model has no classifier for its language."""


async def find(
    reader: Reader[Settings], classifiers: Classifiers, *, language: str, text: str, vector: Vector | None
) -> tuple[int | None, Found | None]:
    """The number of the active model and what it finds. Without the vector, classifiers that need none answer."""
    number = await bot_models.active_number(reader)
    if number is None:
        return None, None
    if not classifiers.holds(number):
        model = await bot_models.model_of(reader, number)
        await classifiers.load(model, await bot_models.weights_of(reader, number))
    return number, classifiers.find(number, language, text, vector)
