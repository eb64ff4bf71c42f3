"""What words answers of the bot, as commands know it: no protocol."""

from collections.abc import Sequence
from typing import Protocol


class GeneratorUnavailable(Exception):
    """No words: there is no server, it was too slow, it refused, or its answer has another form. The message is for a log."""


class Generator(Protocol):
    """What words answers."""

    async def write(self, question: str, clauses: Sequence[str]) -> str:
        """An answer to the question by these clauses, which nobody has checked.

        Raises:
            GeneratorUnavailable: the caller goes on with its own words.
        """


class NoGenerator:
    """The generator of a service without a server."""

    async def write(self, question: str, clauses: Sequence[str]) -> str:
        raise GeneratorUnavailable("no generative model is configured")
